"""Changing what is known: severity, title, summary, impact, theory."""

from collections.abc import Sequence

from incidents import owners, paging, permissions, rooms
from incidents.core import Core, Unit
from incidents.errors import Refused
from incidents.events import Edited, SeverityChanged
from incidents.rules.lifecycle import ACTIVE, ENDED
from incidents.rules.severity import is_raise
from incidents.texts import one_line, prose
from models import Event, Incident

FIELDS = ("title", "summary", "impact", "theory")


def change_severity(core: Core, number: int, to: str, *, by: str, why: str = "", key: str | None = None) -> Event:
    """Raising applies the new level's room, paging and cadence at once and repeats nothing; lowering needs a reason."""
    why = prose(why, "reason", field="why", needed=False)
    refused = permissions.refusal(core, permissions.LOWER_SEVERITY, by)
    with core.unit(number, key) as unit:
        _refuse_ended(unit)
        old = unit.incident.severity
        unit.policy.check_level(to)
        if to == old:
            raise Refused(f"{unit.incident.key} is {old} already; nothing was changed.", field="severity")
        if refused is not None and not is_raise(old, to, unit.policy):
            raise refused
        if not is_raise(old, to, unit.policy) and not why:
            raise Refused(f"Lowering to {to} needs a reason: `/incident sev {to} why it is less bad`.", field="why")
        return set_severity(unit, to, by=by, why=why)


def set_severity(unit: Unit, to: str, *, by: str | None, why: str, told: Sequence[str] = ()) -> Event:
    """Make a change that has been checked: the new level's room, paging and cadence apply at once."""
    incident, old = unit.incident, unit.incident.severity
    raised = is_raise(old, to, unit.policy)
    incident.severity = to
    remember(unit, "severity", old)
    event = unit.record(SeverityChanged(old=old, new=to, why=why, raised=raised, told=list(told)), by=by)
    _follow_cadence(unit, old)
    if raised and incident.status in ACTIVE:  # what is over is only put right; for what is in triage nobody is called yet
        rooms.follow_severity(unit)
        paging.page_as_severity_says(unit, by=by, raised=True)
    owners.follow(unit, by=by, in_room=not raised and incident.room_channel is not None)
    return event


def _follow_cadence(unit: Unit, old: str) -> None:
    """The next update comes by the new cadence, counted from now, unless it was due sooner anyway."""
    every = unit.policy.severity(unit.incident.severity).update_every
    before = unit.policy.severity(old).update_every
    if every is None:
        unit.incident.update_promised_at = None
        return
    due = unit.incident.update_promised_at or (unit.incident.update_anchor_at + before if before else None)
    fresh = unit.now + every
    unit.incident.update_promised_at = min(due, fresh) if due and due > unit.now else fresh


def edit(core: Core, number: int, field: str, value: str, *, by: str, key: str | None = None) -> Event:
    """Set the title, summary, impact or theory."""
    if field not in FIELDS:
        raise Refused(f"`{field}` cannot be set. These can: {', '.join(FIELDS)}.")
    value = one_line(value, "title", field=field) if field == "title" else prose(value, field, field=field)
    refused = permissions.refusal(core, permissions.edit(field), by)
    if refused is not None:
        raise refused
    with core.unit(number, key) as unit:
        _refuse_ended(unit)
        return set_field(unit, field, value, by=by)


def set_field(unit: Unit, field: str, value: str, *, by: str) -> Event:
    """Refuses a change that changes nothing."""
    old = getattr(unit.incident, field)
    if old == value:
        raise Refused(f"The {field} says exactly that already; nothing was changed.", field=field)
    setattr(unit.incident, field, value)
    remember(unit, field, old)
    return unit.record(Edited(field=field, old=old, new=value), by=by)


def remember(unit: Unit, field: str, old: str) -> None:
    """Keep the old value for the card, which strikes through what changed in the last minutes."""
    unit.incident.silent_updates = 0  # that is news
    kept = {name: pair for name, pair in unit.incident.changed.items() if name != field}
    unit.incident.changed = {**kept, field: [old[:150], unit.now.isoformat()]}


def refuse_merged(incident: Incident) -> None:
    """What was merged goes on elsewhere: nothing is moved, edited or paged here any more."""
    if incident.merged_into is not None:
        into = f"INC-{incident.merged_into}"
        raise Refused(f"{incident.key} was merged into {into}, so this is not done here. Say it there, or name {into}.")


def _refuse_ended(unit: Unit) -> None:
    refuse_merged(unit.incident)
    if unit.incident.status in ENDED:
        raise Refused(f"{unit.incident.key} is {unit.incident.status} and can no longer be changed.")
