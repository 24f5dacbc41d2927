"""What is said of private incidents to those who are in them."""

from collections.abc import Sequence
from datetime import datetime

from bot.commands import RUN, Answer, value
from bot.scene import Scene
from bot.views.answers import answer
from bot.views.blocks import button, buttons
from bot.views.texts import channel, person, stamp
from incidents.events import DEADLINES

_SHOWN = 40


def made_private(scene: Scene) -> Answer:
    """What happens now."""
    key = scene.incident.key
    said = f"{key} is private now. Its new room opens within seconds and you are invited. Invite there whoever should go on."
    return Answer(f"{said} What Muster said of it in public is being taken back.")


def glass_broken(scene: Scene) -> Answer:
    """In, and everybody knows."""
    incident = scene.incident
    where = f"You are invited to {channel(incident.room_channel)}" if incident.room_channel else "You are invited to its room"
    return Answer(f"You are in {incident.key} now. {where}. Everybody in it is told, with your reason; it is on the record.")


def who(
    scene: Scene, people: Sequence[str], looked: Sequence[tuple[str, datetime]], held: Sequence[tuple[str, datetime]]
) -> Answer:
    """Who is in it, who looked or tried to and when last, and how far its deadlines are."""
    incident, number = scene.incident, scene.incident.number
    named = ", ".join(person(one) for one in people[:_SHOWN])
    more = f" and {len(people) - _SHOWN} more" if len(people) > _SHOWN else ""
    text = (
        f"*{incident.key} is private.* In it: {named}{more}.\nInvite people to its room to let them in; who leaves it is out.\n"
    )
    row = []
    for name, done in DEADLINES.items():
        length, stage = scene.policy.private.deadline(name), incident.deadlines.get(name)
        if length is None:
            continue
        if stage in ("met", "not needed"):
            text += f"\n:white_check_mark: {done if stage == 'met' else f'not needed: {done}'}"
            continue
        text += f"\nDue by {stamp(incident.declared_at + length)}: {done}"
        row.append(
            button("Contained" if name == "containment" else "Regulator told", f"{RUN}private:{name}", value(number, name))
        )
    if held:
        text += "\n*Who tried to come in by `/incident access`, and was told of no incident*\n"
        text += "\n".join(f"{person(one)}  {stamp(at)}" for one, at in held[:15])
    if looked:
        text += "\n*Who looked, and when last*\n"
        text += "\n".join(f"{person(one)}  {stamp(at)}" for one, at in looked[:15])
    return answer(text, *([buttons(*row)] if row else []))
