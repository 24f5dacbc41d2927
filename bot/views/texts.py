"""People's words made safe for Slack, moments in the reader's own time, and lengths that fit."""

import re
from datetime import datetime, timedelta

from incidents.phrase import TOKEN, Link, Phrase
from incidents.rules.times import duration_words

_TODAY = timedelta(hours=12)
_ALIAS = re.compile(r"<([@#][A-Z0-9]{2,31})\|[^<>]*>")


def escape(text: str) -> str:
    """People's text for mrkdwn: it shows as typed, cannot ping `@channel`, and cannot forge a link.

    The tokens of a person (`<@U…>`) and a channel (`<#C…>`) keep their meaning; nothing else does.
    """
    kept: list[str] = []
    end = 0
    for token in TOKEN.finditer(text):
        kept += [_entities(text[end : token.start()]), token.group()]
        end = token.end()
    return "".join([*kept, _entities(text[end:])])


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def typed(text: str) -> str:
    """What a person meant by a text that Slack has escaped: entities undone, `<@U1|bob>` as `<@U1>`, links as typed."""
    text = _ALIAS.sub(r"<\1>", text)
    text = re.sub(r"<(https?://[^|<>]+)(\|[^<>]*)?>", r"\1", text)
    text = re.sub(r"<mailto:[^|<>]+\|([^<>]+)>", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def clip(text: str, limit: int) -> str:
    """People's text, escaped, in at most `limit` characters; what is cut off ends in an ellipsis and never in half an entity."""
    safe = escape(text)
    if len(safe) <= limit:
        return safe
    kept = text[:limit]
    while len(escape(kept)) > limit - 1:
        kept = kept[: -max(1, (len(escape(kept)) - limit) // 5)]
    return escape(re.sub(r"<[@#][^<>]*$", "", kept)).rstrip() + "…"


def cut(text: str, limit: int) -> str:
    """mrkdwn that is escaped already, in at most `limit` characters; no mention, link or entity is left in half."""
    if len(text) <= limit:
        return text
    return re.sub(r"(<[^<>]*|&\w{0,4})$", "", text[: limit - 1]).rstrip() + "…"


def person(id: str | None) -> str:
    """A person as Slack shows them; Muster itself by name."""
    if id is None:
        return "Muster"
    if id.startswith("group:"):
        return f"<!subteam^{id.removeprefix('group:')}>"
    return f"<@{id}>" if re.fullmatch(r"[UW][A-Z0-9]{1,30}", id) else escape(id)


def channel(id: str) -> str:
    """A channel as Slack links it."""
    return f"<#{id}>"


def moment(at: datetime) -> str:
    """Hours and minutes in the reader's time zone, with UTC where dates cannot be shown."""
    return f"<!date^{int(at.timestamp())}^{{time}}|{at:%H:%M} UTC>"


def linked(link: Link) -> str:
    """A file by its name, linked where its address is one of the web and cannot end the link early; nor can its name, in which
    nobody is mentioned."""
    name = clip(TOKEN.sub(lambda token: token[1], link.name), 80).replace("|", "¦")
    return f"<{link.url.replace('&', '&amp;')}|{name}>" if re.fullmatch(r"https://[^\s<>|\"]{1,900}", link.url) else name


def ago(at: datetime, otherwise: str) -> str:
    """How long since, counted by Slack whenever somebody looks: a message need not be edited for it."""
    return f"<!date^{int(at.timestamp())}^{{ago}}|{otherwise}>"


def stamp(at: datetime) -> str:
    """The day and the time in the reader's own zone, with UTC where dates cannot be shown."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def coming(at: datetime, now: datetime) -> str:
    """When something falls due: with its day where the hour alone could be read as today's."""
    return stamp(at) if at - now > _TODAY else moment(at)


def say(sentence: Phrase, limit: int = 2900) -> str:
    """A sentence of the timeline as mrkdwn; long words of people are cut before the sentence is."""
    whole = sentence.render(text=escape, who=person, where=channel, when=moment, when_on=stamp, link=linked)
    if len(whole) <= limit:
        return whole
    longest = max((len(str(part)) for part in sentence.parts.values() if isinstance(part, str)), default=1)
    room = max(50, limit - (len(whole) - longest))
    shorter = sentence.render(
        text=lambda part: clip(part, min(room, 1200)), who=person, where=channel, when=moment, when_on=stamp, link=linked
    )
    return cut(shorter, limit)


def lasted(span: timedelta) -> str:
    """A length of time for a phone: `42 min`, `1 h 05 min`."""
    return duration_words(span)
