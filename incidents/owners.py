"""The owners of an incident's services: told once where its severity says so (PRODUCT §1), and invited to its room."""

from collections.abc import Iterable, Sequence

from sqlmodel import select

from incidents import paging
from incidents.addresses import known
from incidents.core import Unit
from incidents.events import OwnersTold
from incidents.policy import Policy, Target
from incidents.rules.lifecycle import ACTIVE
from incidents.standing import holders
from models import Event, Notice, Page


def of(services: Iterable[str], policy: Policy) -> list[Target]:
    """Those who can be told, each once."""
    known = [policy.services[service] for service in services if service in policy.services]
    return list(dict.fromkeys(owner for service in known for owner in service.owners))


def follow(unit: Unit, *, by: str | None, in_room: bool = False) -> Event | None:
    """Tell the owners who have not been told and do not know of it yet. Nothing is said of what is private, in triage or over.

    With `in_room` its people have been invited, and only channels are told.
    """
    incident, policy = unit.incident, unit.policy
    if not incident.services or not _is_told(unit):
        return None
    told = [target for target in paging.resolve(unit, of(incident.services, policy))[0] if not in_room or target[0] == "#"]
    return _tell(unit, told, by=by)


def tell_members(unit: Unit, group: str, members: Sequence[str]) -> Event | None:
    """The people behind a user group, as Slack names them: those of them who have not been told and do not know of it."""
    return _tell(unit, members, by=None, group=group) if _is_told(unit) else None


def _is_told(unit: Unit) -> bool:
    incident = unit.incident
    return not incident.private and incident.status in ACTIVE and unit.policy.severity(incident.severity).tell_owner


def _tell(unit: Unit, targets: Sequence[str], *, by: str | None, group: str = "") -> Event | None:
    incident = unit.incident
    new = [target for target in dict.fromkeys(targets) if target not in incident.owners]
    aware = _know_already(unit, by) if new else set()
    new = [target for target in new if target not in aware]
    if not new:
        return None
    incident.owners = [*incident.owners, *new]
    people, channels = [one for one in new if one[0] != "#"], [one[1:] for one in new if one[0] == "#"]
    return unit.record(OwnersTold(services=_theirs(unit), people=people, channels=channels, group=group))


def _theirs(unit: Unit) -> list[str]:
    """The services that are owned by somebody who can be told."""
    return [name for name in unit.incident.services if of([name], unit.policy)]


def _know_already(unit: Unit, by: str | None) -> set[str]:
    """Whoever does this, declared it, holds a role in it, was paged for it, or was told when only their address was known; and
    the channel in which every incident is announced."""
    number = unit.incident.number
    unit.session.flush()
    held = [row.person for row in unit.given] if unit.is_new else holders(unit.session, number).values()
    paged = unit.session.exec(select(Notice.target).join(Page).where(Page.incident_id == number)).all()
    announced = f"#{unit.policy.workspace.announce_channel}"
    named = {by or "", unit.incident.declared_by or "", *held, *paged, *unit.incident.owners, announced}
    return {known(unit.session, each) for each in named}
