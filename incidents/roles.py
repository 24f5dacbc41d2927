"""Who holds which role."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from sqlalchemy import insert
from sqlmodel import col, select

from incidents.core import Core, Unit, as_read, blank
from incidents.errors import Refused
from incidents.events import RoleAssigned, RoleLeft
from incidents.reach import refuse_unreachable
from incidents.rules.lifecycle import ENDED
from models import Event, RoleAssignment

_JUST_NOW = timedelta(minutes=1)  # two who take it at once: the second one may well be content


class RoleHeld(Refused):
    """The role has a holder who is somebody else: it is given to another only when `replaces` names them."""

    def __init__(self, role: str, role_name: str, holder: str, *, just_now: bool = False) -> None:
        faster = "Somebody was a moment faster: " if just_now else ""
        super().__init__(f"{faster}<@{holder}> is {role_name}. Replace them? They and the room will be told.", field="person")
        self.role, self.holder = role, holder


class NotHolder(Refused):
    """Only its holder can give a role up."""

    def __init__(self, role: str, role_name: str, holder: str) -> None:
        super().__init__(f"<@{holder}> is {role_name}, not you. To replace them: `/incident {role} @who`.", field=role)
        self.role, self.holder = role, holder


def assign(
    core: Core, number: int, role: str, person: str, *, by: str, replaces: str | None = None, key: str | None = None
) -> Event:
    """Give a role, or take it. A held one changes only by its holder, or after a confirmation that both are told of.

    `replaces` is the holder whom the confirmation was about: if it is somebody else by now, it has to be asked again.
    """
    refuse_unreachable(core, person, by=by)
    with core.unit(number, key) as unit:
        _check(unit, role, person, by=by, replaces=replaces)
        return give(unit, role, person, by=by)


def assign_all(
    core: Core,
    number: int,
    changes: Mapping[str, str | None],
    *,
    by: str,
    replaces: Mapping[str, str] = MappingProxyType({}),
    key: str | None = None,
) -> list[Event]:
    """Several roles at once, by the rules of `assign`, and of `leave` where nobody is to hold it: all of it or none.

    What is so already changes nothing; the list is empty where all of it is.
    """
    for role, person in changes.items():
        refuse_unreachable(core, person, by=by, field=role)
    with core.unit(number, key) as unit:
        events = []
        for role, person in changes.items():
            now = current(unit, role)
            if person is None and now is not None:
                events.append(_give_up(unit, role, by=by))
            elif person is not None and (now is None or now.person != person):
                _check(unit, role, person, by=by, replaces=replaces.get(role))
                events.append(give(unit, role, person, by=by))
        return events


def _check(unit: Unit, role: str, person: str, *, by: str, replaces: str | None) -> None:
    if unit.incident.status in ENDED:
        raise Refused(f"{unit.incident.key} is {unit.incident.status}; its roles are history.")
    now = current(unit, role)
    if now is not None and now.person == person:
        raise Refused(f"<@{person}> is {unit.policy.role_name(role)} already; nothing was changed.")
    if now is not None and by != now.person != replaces:
        just_now = unit.incident.declared_at < now.since > unit.now - _JUST_NOW
        raise RoleHeld(role, unit.policy.role_name(role), now.person, just_now=just_now)


def give(unit: Unit, role: str, person: str, *, by: str | None, accepted: bool = False) -> Event:
    """Whoever held it before is in the history, and what they were handing over to anybody else is off.

    `accepted`: they had offered it to this person.
    """
    if role not in unit.policy.roles:
        raise Refused(f"There is no role `{role}`. There are: {', '.join(unit.policy.roles)}.")
    previous = None if unit.is_new else _end(unit, role)
    its = {"incident_id": unit.incident.number, "role": role, "person": person, "assigned_by": by, "since": unit.now}
    row = {**_BLANK(), **its}
    unit.connection.execute(_INSERT_ROLE, row)
    unit.given.append(as_read(RoleAssignment, row))
    if role == "ic":
        unit.incident.ic_missing_at = None
    elif role in unit.incident.roles_asked:
        unit.incident.roles_asked = [asked for asked in unit.incident.roles_asked if asked != role]
    name = unit.policy.role_name(role)
    given = RoleAssigned(
        role=role,
        role_name=name,
        person=person,
        previous=previous,
        accepted=accepted,
        at_declaration=unit.declares,
    )
    return unit.record(given, by=by)


_INSERT_ROLE = insert(RoleAssignment)
_BLANK = blank(RoleAssignment)


def leave(core: Core, number: int, role: str, *, by: str, key: str | None = None) -> Event:
    """Give a role up; only its holder can. An incident left without a commander is asked for one."""
    with core.unit(number, key) as unit:
        return _give_up(unit, role, by=by)


def _give_up(unit: Unit, role: str, *, by: str) -> Event:
    name = unit.policy.role_name(role)
    now = current(unit, role)
    if now is None:
        raise Refused(f"Nobody is {name}, so there is nothing to leave. To take it: `/incident {role}`.", field=role)
    if now.person != by:
        raise NotHolder(role, name, now.person)
    _end(unit, role)
    event = unit.record(RoleLeft(role=role, role_name=name, person=by), by=by)
    if role == "ic":
        unit.incident.ic_missing_at, unit.incident.ic_missing_event = unit.now, event.id
    else:
        unit.incident.roles_left = {**unit.incident.roles_left, role: unit.now.isoformat()}
    return event


def current(unit: Unit, role: str) -> RoleAssignment | None:
    """Who holds it now."""
    return unit.session.exec(
        select(RoleAssignment).where(
            RoleAssignment.incident_id == unit.incident.number,
            RoleAssignment.role == role,
            col(RoleAssignment.until).is_(None),
        )
    ).one_or_none()


def begin_again(unit: Unit) -> None:
    """Reopened: whoever holds a role still has a new day before them, at whose end they are asked to think of handing over."""
    for holding in unit.standing().holdings:
        holding.handoff_suggested = False
        unit.session.add(holding)


def _end(unit: Unit, role: str) -> str | None:
    now = current(unit, role)
    if now is None:
        return None
    now.until = unit.now
    unit.session.add(now)
    unit.session.flush()  # the old holder must be gone before the new one is stored: one holder at a time
    return now.person
