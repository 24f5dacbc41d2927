"""An incident's alerts on its card, and what can be done about one that nobody has looked at yet."""

from datetime import datetime

from bot.commands import RUN, value
from bot.scene import Scene
from bot.views import alike
from bot.views.blocks import Block, Message, button, buttons, context, section
from bot.views.texts import ago, channel, clip, escape, lasted, say
from incidents.rules.lifecycle import OPEN, Status
from models import Alert
from models.alert import ALERT_FIRING

_LONGEST_ADDRESS = 240


def shown(scene: Scene) -> list[Block]:
    """What fires, how often it began, and what is over; the first few, and how many more there are."""
    ringing = scene.alerts
    if not ringing.first or (ringing.total == 1 and scene.incident.status not in OPEN):
        return []
    before = [None, *(alert.source for alert in ringing.first)]
    lines = [_line(alert, scene.now, again=alert.source == last) for alert, last in zip(ringing.first, before, strict=False)]
    more = ringing.total - len(ringing.first)
    if more > 0:
        lines.append(f"and {more} more")
    return [section(f"*{count(scene)}*\n" + "\n".join(lines))]


def count(scene: Scene) -> str:
    """`2 of 3 alerts firing`; empty where there are none."""
    firing, total = scene.alerts.firing, scene.alerts.total
    if not total:
        return ""
    if total == 1:
        return "Alert firing" if firing else "The alert is over"
    if not firing:
        return f"All {total} alerts are over"
    return f"{total} alerts firing" if firing == total else f"{firing} of {total} alerts firing"


def _line(alert: Alert, now: datetime, *, again: bool) -> str:
    """At most a sixth of what a paragraph holds. `again`: the line before names the same source."""
    name = clip(alert.title, 150)
    times = f"  {alert.times}×" if alert.times > 1 else ""
    source = escape(alert.source)
    address = alert.url.replace("&", "&amp;")
    linked = 0 < len(address) <= _LONGEST_ADDRESS
    link = f"<{address}|{source}>, " if linked else "" if again else f"{source}, "
    if alert.state == ALERT_FIRING:
        began = min(alert.started_at, now)  # the source's clock may be fast
        return f":bell: {name}{times}  ·  {link}{ago(began, lasted(now - began))}"
    return f":no_bell: ~{name.replace('~', ' ')}~{times}  ·  {link}over"


def like(scene: Scene) -> list[Block]:
    """What an alert in triage may belong to, and what is known from the last one like it."""
    other, said = scene.like.now, []
    if other is not None:
        where = f" in {channel(other.room_channel)}" if other.room_channel else ""
        said.append(f"Looks like *{other.key}*, {escape(other.status)}{where}: {clip(other.title, 300)}")
    past = alike.before(scene.like, scene.incident.number)
    return [context(*said, *(["\n".join(past)] if past else []))] if said or past else []


def triage(scene: Scene) -> list[Block]:
    """Is it one at all? Until somebody says so there is nothing to resolve."""
    number, other = scene.incident.number, scene.like.now
    target = value(number)
    attach = button("Attach to …", f"{RUN}merge:pick", value(number, "into"))
    if other is not None:
        sure = (f"Attach it to {other.key}?", f"{scene.incident.key} ends, and its alerts go on in {other.key}.", "Attach")
        attach = button(
            f"Attach to {other.key}", f"{RUN}merge:{other.number}", value(number, f"{other.key} confirmed"), confirm=sure
        )
    declare = button("Declare", f"{RUN}status:real", f"{target} investigating", style=None if other else "primary")
    end = ("Dismiss it?", "It ends here, without a postmortem. What begins after that is a new one.", "Dismiss")
    dismiss = button("Dismiss", f"{RUN}decline", target, confirm=end)
    row = [attach, declare, dismiss] if other is not None else [declare, attach, dismiss]
    if scene.incident.acknowledged_at is None:
        row.append(button("Acknowledge", f"{RUN}ack", target))
    return [*row, button("Timeline", f"{RUN}timeline", target)]


def waiting(scene: Scene) -> Message:
    """It is brought up again, with what can be done; without that once somebody has said what it is."""
    sentence = say(scene.happened.sentence(None))
    if scene.incident.status != Status.TRIAGE:
        return Message(f"{scene.incident.key}: {sentence}", [section(f":bell: {sentence}")])
    return Message(f"{sentence} {line(scene)}", [section(f":bell: {sentence}"), buttons(*triage(scene)[:3])])


def line(scene: Scene) -> str:
    """The state of what is in triage, and the way out of it, in words alone."""
    incident, number = scene.incident, scene.incident.number
    alerts = f" ({count(scene)})" if count(scene) else ""
    ways = f"Declare: `/incident declare {incident.key}`. Dismiss: `/incident decline {number}`"
    other = scene.like.now
    belongs = f". Looks like {other.key}: `/incident merge {number} {other.number}`" if other else ""
    return f"{incident.key} {incident.severity} {Status.TRIAGE}: {clip(incident.title, 400)}{alerts}. {ways}{belongs}"
