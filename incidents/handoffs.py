"""Handing a role over: nothing changes until the other accepts, and a written brief goes with it (PRODUCT §3)."""

from dataclasses import asdict, dataclass

from sqlmodel import Session, col, select

from incidents import roles, updates
from incidents.core import Core, Unit
from incidents.errors import Refused
from incidents.events import (
    BRIEF,
    Decided,
    HandoffDeclined,
    HandoffExpired,
    HandoffOffered,
    HandoffWithdrawn,
    StatusChanged,
    TaskDone,
    UpdatePosted,
    read,
)
from incidents.reach import refuse_unreachable
from incidents.rules.lifecycle import ENDED
from incidents.texts import prose
from models import Event, Incident, RoleAssignment, Task

_RECENT = 5  # of a kind that a brief begins with
PART_LENGTH = 1500


@dataclass(frozen=True)
class Brief:
    """What the next one has to know; the fields are those of `BRIEF`."""

    known: str = ""
    tried: str = ""
    theory: str = ""
    actions: str = ""
    questions: str = ""


def brief(session: Session, incident: Incident) -> Brief:
    """As far as the record knows it; people write the rest."""
    tasks = select(Task.text).where(Task.incident_id == incident.number, col(Task.done_at).is_(None))
    under_way = [*_said_last(session, incident), *session.exec(tasks.order_by(col(Task.id).desc()).limit(_RECENT))]
    parts = {
        "known": [incident.summary, incident.impact],
        "tried": _tried(session, incident),
        "theory": [incident.theory],
        "actions": under_way,
    }
    return Brief(**{name: _cut("\n".join(dict.fromkeys(said for said in lines if said))) for name, lines in parts.items()})


def _cut(text: str) -> str:
    return text if len(text) <= PART_LENGTH else text[: PART_LENGTH - 1] + "…"


def _tried(session: Session, incident: Incident) -> list[str]:
    """What was decided, finished and moved, the oldest first."""
    kinds = [kind.kind for kind in (Decided, TaskDone, StatusChanged)]
    query = select(Event).where(Event.incident_id == incident.number, col(Event.kind).in_(kinds))
    rows = session.exec(query.order_by(col(Event.id).desc()).limit(_RECENT)).all()
    said = []
    for row in reversed(rows):
        happened = read(row.kind, row.payload)
        if isinstance(happened, StatusChanged):
            said.append(f"{happened.new}: {happened.why}" if happened.why else "")
        elif isinstance(happened, Decided):
            said.append(f"Decided: {happened.text}")
        elif isinstance(happened, TaskDone):
            said.append(happened.text)
    return said


def _said_last(session: Session, incident: Incident) -> list[str]:
    query = select(Event).where(Event.incident_id == incident.number, Event.kind == UpdatePosted.kind)
    row = session.exec(query.order_by(col(Event.id).desc()).limit(1)).first()
    posted = read(row.kind, row.payload) if row is not None else None
    return [posted.actions] if isinstance(posted, UpdatePosted) and posted.actions else []


def offer(core: Core, number: int, role: str, to: str, said: Brief, *, by: str, key: str | None = None) -> Event:
    """Ask `to` to take the role over. Only its holder can; asking somebody else withdraws what was asked before."""
    kept = {name: prose(text, BRIEF[name].lower(), field=name, needed=False) for name, text in asdict(said).items()}
    for name, text in kept.items():
        if len(text) > PART_LENGTH:
            raise Refused(f"That has {len(text)} characters; {PART_LENGTH} is the most.", field=name)
    refuse_unreachable(core, to, by=by)
    with core.unit(number, key) as unit:
        holding = _held(unit, role, by)
        name = unit.policy.role_name(role)
        if to == by:
            raise Refused(f"You are {name} already. Choose somebody else to take it over.", field="person")
        if holding.offered_to == to:
            raise Refused(f"<@{to}> has been asked already and has not answered yet.", field="person")
        if holding.offered_to is not None:
            _end(unit, holding, HandoffWithdrawn, by=by)
        rules = unit.policy.roles.get(role)
        holding.offered_to = to
        holding.offer_until = unit.now + rules.handoff_expires_after if rules else None
        due = updates.next_due(unit.incident, unit.policy)
        asked = HandoffOffered(role=role, role_name=name, person=by, to=to, until=holding.offer_until, next_update_at=due, **kept)
        event = unit.record(asked, by=by)
        holding.offer_event = event.id
        unit.session.add(holding)
        return event


def accept(core: Core, number: int, role: str, *, by: str, offer: int | None = None, key: str | None = None) -> Event:
    """Whoever was asked takes the role; from here on it is theirs. `offer` is the event that asked."""
    with core.unit(number, key) as unit:
        _asked(unit, role, by, offer)
        return roles.give(unit, role, by, by=by, accepted=True)


def decline(core: Core, number: int, role: str, *, by: str, offer: int | None = None, key: str | None = None) -> Event:
    """Whoever was asked cannot; the holder keeps it and is told."""
    with core.unit(number, key) as unit:
        return _end(unit, _asked(unit, role, by, offer), HandoffDeclined, by=by)


def withdraw(core: Core, number: int, role: str, *, by: str, key: str | None = None) -> Event:
    """The holder keeps it after all."""
    with core.unit(number, key) as unit:
        holding = _held(unit, role, by)
        if holding.offered_to is None:
            raise Refused(f"You have asked nobody to take over as {unit.policy.role_name(role)}; you still are.")
        return _end(unit, holding, HandoffWithdrawn, by=by)


def expire(unit: Unit, holding: RoleAssignment, key: str) -> Event:
    """Nobody answered in time."""
    return _end(unit, holding, HandoffExpired, by=None, key=key)


_Ending = type[HandoffDeclined] | type[HandoffWithdrawn] | type[HandoffExpired]


def _end(unit: Unit, holding: RoleAssignment, how: _Ending, *, by: str | None, key: str | None = None) -> Event:
    assert holding.offered_to is not None and holding.offer_event is not None
    name = unit.policy.role_name(holding.role)
    ended = how(offer=holding.offer_event, role_name=name, person=holding.person, to=holding.offered_to)
    holding.offered_to = holding.offer_event = holding.offer_until = None
    unit.session.add(holding)
    return unit.record(ended, by=by, key=key)


def _held(unit: Unit, role: str, by: str) -> RoleAssignment:
    """The role as `by` holds it, or a refusal that says how to get what they want."""
    if unit.incident.status in ENDED:
        raise Refused(f"{unit.incident.key} is {unit.incident.status}; its roles are history.")
    name, holding = unit.policy.role_name(role), roles.current(unit, role)
    if holding is None:
        raise Refused(f"Nobody is {name}, so nothing is to be handed over. Give it at once: `/incident {role} @who`.")
    if holding.person != by:
        raise Refused(f"<@{holding.person}> is {name}, not you; only they can hand it over. To take it: `/incident {role}`.")
    return holding


def _asked(unit: Unit, role: str, by: str, offer: int | None) -> RoleAssignment:
    """The hand-off that `by` was asked to accept, or a refusal that says how it stands now."""
    if unit.incident.status in ENDED:
        raise Refused(f"{unit.incident.key} is {unit.incident.status}; its roles are history.")
    name, holding = unit.policy.role_name(role), roles.current(unit, role)
    if holding is not None and holding.person == by:
        raise Refused(f"You are {name} already; nothing was changed.")
    if holding is None or holding.offered_to is None or (offer is not None and offer != holding.offer_event):
        raise Refused(_over(unit, name, holding, offer))
    if holding.offered_to != by:
        raise Refused(f"<@{holding.offered_to}> was asked to take over as {name}, not you. To take it: `/incident {role}`.")
    return holding


def _over(unit: Unit, name: str, holding: RoleAssignment | None, offer: int | None) -> str:
    """Why there is nothing to accept: what became of it, and who has the role."""
    became = "is over"
    if offer is not None:
        query = select(Event).where(Event.incident_id == unit.incident.number, col(Event.kind).in_(_BECAME))
        later = unit.session.exec(query.where(col(Event.id) > offer).order_by(col(Event.id))).all()
        became = next((_BECAME[row.kind] for row in later if row.payload.get("offer") == offer), became)
    now = f"<@{holding.person}> is {name}." if holding else f"Nobody is {name} now."
    return f"That hand-off {became}. {now} Nothing was changed."


_BECAME = {
    HandoffDeclined.kind: "was declined",
    HandoffWithdrawn.kind: "was withdrawn",
    HandoffExpired.kind: "was not answered in time",
}
