"""What those who follow from outside the room are told: subscribers, and leaders."""

from bot.scene import Scene
from bot.views import posts
from bot.views.blocks import Block, Message, context, section
from bot.views.card import signal
from bot.views.texts import channel, clip, coming, escape, lasted, person, say
from incidents.events import Unsubscribed, UpdatePosted


def changed(scene: Scene) -> Message:
    """A change of severity, the end, or that it came back."""
    incident = scene.incident
    sentence = say(scene.happened.sentence(scene.event.actor))
    text = f"{incident.key} {clip(incident.title, 300)}: {sentence}"
    sign = signal(scene.severity.rank, incident.status)
    return Message(text, [section(f"{sign} *{incident.key}  {clip(incident.title, 300)}*\n{sentence}"), _why(scene)])


def update(scene: Scene) -> Message:
    """A status update for whoever is not in the room: without its buttons, and with the way out."""
    message = posts.update(scene)
    return Message(message.text, [*(block for block in message.blocks if block["type"] != "actions"), _why(scene)])


def lost(scene: Scene) -> Message:
    """For whoever subscribed a channel that Muster may not post to."""
    ended = scene.happened
    assert isinstance(ended, Unsubscribed)
    number = scene.incident.number
    text = (
        f"Muster may not post in {channel(ended.target)}, so it is not sent the updates of {scene.incident.key}, "
        f"{clip(scene.incident.title, 200)}. Invite Muster there (`/invite`), then once more: `/incident subscribe {number} here`"
    )
    return Message(text, [section(f":bell: {text}")])


def welcome(scene: Scene) -> Message:
    """For a channel that somebody subscribed."""
    incident = scene.incident
    text = f"{person(scene.event.actor)} subscribed this channel to {incident.key}, {clip(incident.title, 300)}"
    state = f"{incident.severity}, {incident.status}. To stop: `/incident unsubscribe {incident.number} here`"
    return Message(f"{text}. {state}", [section(f":bell: {text}"), context(state)])


def _why(scene: Scene) -> Block:
    room = scene.incident.room_channel
    where = f"Room: {channel(room)}  ·  " if room else ""
    stop = f"`/incident unsubscribe {scene.incident.number}`, for a channel with `here`"
    return context(f"{where}You follow {scene.incident.key}; to stop: {stop}")


def summary(scene: Scene) -> Message:
    """An update for leaders: how bad, since when, what customers notice, what comes next. No theories."""
    posted, incident = scene.happened, scene.incident
    assert isinstance(posted, UpdatePosted)
    severity = scene.policy.severity(posted.severity)
    head = f"{signal(severity.rank, posted.status)} *{incident.key}  {clip(incident.title, 300)}*"
    commander = scene.standing.holders.get("ic")
    led = f"led by {person(commander)}" if commander else "nobody leads it yet"
    state = f"{escape(posted.severity)} {escape(severity.name)}, {escape(posted.status)} for "
    state += f"{lasted(scene.event.at - incident.declared_at)} in all, {led}"
    impact = (
        f"Impact: {clip(posted.impact or incident.impact, 600)}" if posted.impact or incident.impact else "Impact: not known yet"
    )
    following = (
        f"Next update {coming(posted.next_update_at, scene.event.at)}"
        if posted.next_update_at
        else "No further update is planned"
    )
    room = f"  ·  Room: {channel(incident.room_channel)}" if incident.room_channel else ""
    text = f"{incident.key} {clip(incident.title, 200)}: {state}. {impact}. {following}"
    return Message(text, [section(f"{head}\n{state}\n{impact}"), context(f"{following}{room}")])
