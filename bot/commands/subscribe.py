"""Following an incident from outside its room."""

import re

from bot import look, people
from bot.commands import Answer, Command, Request
from bot.views.texts import channel, person
from incidents import subscriptions
from incidents.errors import Refused

_CHANNEL = re.compile(r"<#([CG][A-Z0-9]{1,30})>")


def run(request: Request) -> Answer:
    """Whoever asks by direct message; or the channel that is named, `here` for this one."""
    number, target = look.goes_on(request.core, request.incident_number), whom(request)
    subscriptions.subscribe(request.core, number, target, by=request.by, key=request.key)
    scene = look.scene(request.core, number)
    what = f"the updates of {scene.incident.key}, changes of its severity, and its end"
    stop = f"To stop: `/incident unsubscribe {number}`"
    if target == request.by:
        return Answer(f"You are sent {what}. {stop}.")
    return Answer(f"{shown(target)} is sent {what}. {stop} {shown(target)}.")


def whom(request: Request) -> str:
    """The channel or person that is meant; whoever asks where nothing is said."""
    text = request.text.strip()
    if text.casefold() == "here":
        return request.channel if request.channel[:1] in ("C", "G") else request.by
    named = _CHANNEL.fullmatch(text)
    if named is not None:
        return named[1]
    if text.startswith("#"):
        raise Refused("Pick the channel from Slack's list, so that it becomes a link: `/incident subscribe #channel`.")
    target = people.only(text, request.by)
    if target != request.by:
        raise Refused("People follow by themselves: `/incident subscribe`. You can subscribe a channel: `#channel` or `here`.")
    return target


def shown(target: str) -> str:
    """As Slack shows it."""
    return channel(target) if target[:1] in "CG" else person(target)


COMMAND = Command(
    name="subscribe",
    aliases=("follow",),
    usage="subscribe [#channel|here]",
    help="Follow it: updates come to you, or to a channel: `/incident subscribe #support`.",
    run=run,
    group="Say what is known",
)
