"""The rules of the config as one incident sees them."""

from collections.abc import Iterable, Sequence

from bot.scene import Scene
from bot.views.blocks import Message, context, section
from bot.views.texts import clip, escape, moment, person
from incidents.automations import Outlook
from incidents.events import Automated

SHOWN = 40
_NAMED = 6  # people, tasks and messages of one rule


def rules(scene: Scene, outlook: Sequence[Outlook]) -> Message:
    """What has fired first, then what would do what; private incidents have rules of their own."""
    key = scene.incident.key
    if not outlook:
        kind = "private incidents" if scene.incident.private else "incidents like this"
        return Message(f"No rule of your team's config is about {kind}. `automations` in muster.yml makes some.")
    ordered = sorted(outlook, key=lambda each: not each.fired)
    done = sum(1 for each in ordered if each.fired)
    head = f"{len(ordered)} {'rule' if len(ordered) == 1 else 'rules'} for {key}, {done or 'none'} fired"
    blocks = [section(f"*{head}*"), *(section(_rule(each)) for each in ordered[:SHOWN])]
    if len(ordered) > SHOWN:
        blocks.append(context(f"and {len(ordered) - SHOWN} more in muster.yml"))
    return Message(f"{head}. {'; '.join(f'{clip(each.rule.because, 60)}: {_state(each)}' for each in ordered[:10])}", blocks)


def _rule(each: Outlook) -> str:
    mark = ":zap:" if each.fired else ":white_circle:"
    does = "\n".join(f"• {one}" for one in _deeds(each.does))
    return f"{mark} *{clip(each.rule.because, 200)}*  {_state(each)}\n{does}"


def _state(each: Outlook) -> str:
    if each.fired:
        return "fired" if each.fired == 1 else f"fired {each.fired} times"
    if each.would_have is not None:
        return f"would have fired at {moment(each.would_have)}, had it been there"
    return "waits"


def _deeds(does: Automated) -> Iterable[str]:
    if does.invites:
        yield f"invite {_some([person(one) for one in does.invites])}"
    if does.pages:
        yield f"page {_some([clip(one, 100) for one in does.pages])}"
    for task in does.tasks[:_NAMED]:
        yield f"add a task: {clip(task, 150)}"
    for post in does.posts[:_NAMED]:
        yield f"post in {'#' + escape(post.channel) if post.channel else 'its room'}: {clip(post.text, 150)}"
    if does.webhooks:
        yield f"call {_some([escape(url.split('/')[2]) for url in does.webhooks])}"


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
