"""Whom a person means by what they typed, and what to tell them when it is nobody."""

import re

from incidents.errors import Refused, quote

_PERSON = r"<@([UW][A-Z0-9]{1,30})(?:\|[^>]*)?>"
_FIRST = re.compile(rf"\s*(?:{_PERSON}|(@[^\s@<>]+)|(<!subteam\^[^>]*>))[,:]?(?=\s|$)\s*")
_LAST = re.compile(rf"(?:^|\s)(?:{_PERSON}|(@[^\s@<>]+)|(<!subteam\^[^>]*>))[.!]?\s*$")
_ME = re.compile(r"\s*me(?=\s|$)\s*", re.IGNORECASE)


def mentioned(text: str, by: str) -> tuple[str | None, str]:
    """Whoever is named at the beginning or else at the end, and the text without the name.

    A name in the middle stays part of the text. Refused where a name was typed that Slack made no mention of.
    """
    for found in (_FIRST.match(text), _LAST.search(text)):
        if found is not None:
            return _known(found, by), (text[: found.start()] + " " + text[found.end() :]).strip()
    return None, text.strip()


def first(text: str, by: str) -> tuple[str | None, str]:
    """Whoever is named at the beginning (`me` is whoever asks), and the rest; None where the text begins otherwise."""
    found = _FIRST.match(text)
    if found is not None:
        return _known(found, by), text[found.end() :].strip()
    me = _ME.match(text)
    return (by, text[me.end() :].strip()) if me is not None else (None, text.strip())


def only(text: str, by: str) -> str:
    """The one person that the text names; whoever asks where it is empty. Refused otherwise."""
    if not text.strip():
        return by
    person, rest = first(text, by)
    if person is None:
        raise Refused(unknown(text), field="person")
    if rest:
        raise Refused(f"One person at a time: leave out “{quote(rest)}”.", field="person")
    return person


def unknown(text: str) -> str:
    """What to say to a name that means nobody."""
    return f"“{quote(text)}” is nobody I can see; pick the name from Slack's list so that it becomes a mention."


def _known(found: re.Match[str], by: str) -> str:
    id, bare, group = found.groups()
    if id:
        return str(id)
    if bare and bare.casefold().rstrip(".,:!") == "@me":
        return by
    if group:
        raise Refused("That is a group; name one person of it.", field="person")
    raise Refused(unknown(bare), field="person")
