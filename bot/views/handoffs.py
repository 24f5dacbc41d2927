"""Handing a role over, as the room, the one who is asked and the one who asks read it."""

from bot.commands import RUN, Answer, value
from bot.scene import Scene
from bot.views.blocks import Block, Message, button, buttons, context, section
from bot.views.texts import channel, clip, coming, escape, lasted, moment, person, say
from incidents.events import (
    BRIEF,
    HandoffDeclined,
    HandoffExpired,
    HandoffOffered,
    HandoffSuggested,
    HandoffWithdrawn,
    RoleMissing,
)
from incidents.rules.lifecycle import ENDED
from incidents.rules.on_call import for_role


def both(scene: Scene, holder: str) -> str:
    """What to say to whoever commands and looks for the cause at the same time; nothing to anybody else."""
    held = scene.standing.holders
    if not held.get("ic") == held.get("tech") == holder:
        return ""
    return "You hold IC and technical lead together. Give one away as soon as you can: `/incident tech @who`."


def offered(scene: Scene) -> Message:
    """For the room: who asks whom, the brief, and the buttons, which only the one who is asked can use."""
    asked = scene.happened
    assert isinstance(asked, HandoffOffered)
    text = f"{person(asked.person)} asks {person(asked.to)} to take over as {escape(asked.role_name)}"
    return _brief(scene, asked, text, f"{scene.incident.key}: {text}")


def offered_dm(scene: Scene) -> Message:
    """For whoever is asked."""
    asked = scene.happened
    assert isinstance(asked, HandoffOffered)
    incident = scene.incident
    where = f" Room: {channel(incident.room_channel)}" if incident.room_channel else ""
    role = f"{escape(asked.role_name)} of {incident.key}"
    text = f"{person(asked.person)} asks you to take over as {role}, {clip(incident.title, 300)}"
    return _brief(scene, asked, f"{text}.{where}", f"{text}. Accept here or with /incident handoff {incident.number} accept")


def _brief(scene: Scene, asked: HandoffOffered, head: str, fallback: str) -> Message:
    said = [(label, getattr(asked, name)) for name, label in BRIEF.items()]
    blocks = [section(f":handshake: {head}"), *[section(f"*{label}*\n{clip(text, 1600)}") for label, text in said if text]]
    small = [f"Next update due {coming(asked.next_update_at, scene.event.at)}"] if asked.next_update_at else []
    holding = scene.standing.holding(asked.role)
    if holding is not None and holding.offer_event == scene.event.id and scene.incident.status not in ENDED:
        until = f" until {moment(asked.until)}" if asked.until else ""
        blocks.append(_answers(scene, asked))
        small.append(f"{person(asked.person)} keeps the role until {person(asked.to)} accepts; the offer stands{until}")
    else:
        small.append("This has been answered or is over.")
    whole = " ".join(f"{label}: {clip(text, 500)}." for label, text in said if text)
    return Message(f"{fallback}. {whole}".strip(), [*blocks, context(*small)])


def _answers(scene: Scene, asked: HandoffOffered) -> Block:
    number, offer = scene.incident.number, scene.event.id
    return buttons(
        button("Accept", f"{RUN}handoff:accept", value(number, f"{asked.role} accept {offer}"), style="primary"),
        button("Decline", f"{RUN}handoff:decline", value(number, f"{asked.role} decline {offer}")),
    )


def over_dm(scene: Scene) -> Message:
    """Declined or unanswered: its holder is told, and can ask somebody else. Withdrawn: whoever was asked is told."""
    ended = scene.happened
    assert isinstance(ended, HandoffDeclined | HandoffExpired | HandoffWithdrawn)
    text = f"{say(ended.sentence(scene.event.actor))} ({scene.incident.key}, {clip(scene.incident.title, 300)})"
    blocks = [section(f":handshake: {text}")]
    role = next((row.role for row in scene.standing.holdings if scene.policy.role_name(row.role) == ended.role_name), None)
    if not isinstance(ended, HandoffWithdrawn) and role and scene.standing.holders.get(role) == ended.person:
        blocks.append(buttons(_hand_over(scene, role, "Ask somebody else")))
    return Message(text, blocks)


def suggested_dm(scene: Scene) -> Message:
    """Long enough: somebody fresh should take over."""
    suggested = scene.happened
    assert isinstance(suggested, HandoffSuggested)
    held = lasted(scene.event.at - suggested.since)
    text = (
        f"You have been {escape(suggested.role_name)} of {scene.incident.key} for {held}. "
        f"Hand over to somebody who is fresh? {clip(scene.incident.title, 300)}"
    )
    blocks = [section(f":handshake: {text}")]
    if scene.standing.holders.get(suggested.role) == suggested.person and scene.incident.status not in ENDED:
        blocks.append(buttons(_hand_over(scene, suggested.role, "Hand over")))
    return Message(text, blocks)


def _hand_over(scene: Scene, role: str, text: str) -> Block:
    return button(text, f"{RUN}handoff:form", value(scene.incident.number, role), style="primary")


def take_empty(scene: Scene) -> list[Block]:
    """The button under "Nobody is … yet"."""
    missing = scene.happened
    assert isinstance(missing, RoleMissing)
    if missing.role in scene.standing.holders or missing.role not in scene.policy.roles:
        return []
    target = value(scene.incident.number, missing.role)
    take = button(f"Take {missing.role_name.lower()}", f"{RUN}role:{missing.role}", target, style="primary")
    return [take, *give(scene, missing.role, missing.suggested)]


def to_whom_is_on_call(scene: Scene, by: str) -> list[Block]:
    """The button that brings the commander whom the team has on call for that, to whoever has declared it."""
    suggested, holder = for_role("ic", scene.policy, scene.now, scene.overrides), scene.standing.holders.get("ic")
    if suggested is None or "@" in suggested or suggested == by:
        return []
    if holder == by:
        return [button("Hand it to them", f"{RUN}handoff:them", value(scene.incident.number, f"ic <@{suggested}>"))]
    return give(scene, "ic", suggested) if holder is None else []


def give(scene: Scene, role: str, to: str | None) -> list[Block]:
    """The button for whoever is on call for a role, as far as they are known by more than an address."""
    if to is None or "@" in to:
        return []
    return [button("Give it to them", f"{RUN}role:give", value(scene.incident.number, f"{role} <@{to}>"))]


def asked(scene: Scene, role_name: str, role: str, to: str) -> Answer:
    """They have been asked; until they accept nothing changes, and it can be taken back."""
    text = f"{person(to)} is asked. You stay {role_name} of {scene.incident.key} until they accept."
    back = button("Withdraw", f"{RUN}handoff:withdraw", value(scene.incident.number, f"{role} withdraw"))
    return Answer(text, [section(text), buttons(back)])


def declined(scene: Scene, role: str) -> Answer:
    """Who still has it."""
    holder = scene.standing.holders.get(role)
    still = f" {person(holder)} is still {escape(scene.policy.role_name(role))} and is told." if holder else ""
    return Answer(f"Declined.{still}")
