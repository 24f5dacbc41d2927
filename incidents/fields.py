"""Setting what the team asks: the type, the detection source, the causes, and fields of its own."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from incidents import checklists, deploys, owners, paging, permissions, runbooks
from incidents.core import Core, Unit
from incidents.edit import refuse_merged, remember
from incidents.errors import Refused
from incidents.events import Change, FieldsSet
from incidents.policy import Policy
from incidents.policy_fields import BUILT_IN_FIELDS
from incidents.rules import fields as rules
from incidents.rules.lifecycle import ENDED, OPEN, Status, moves
from models import Event, Incident

CAUSE_ITEM = "cause tagged"  # of the resolution checklist


class FieldsMissing(Refused):
    """The move is open, once these fields are filled in; the same call with them in `filled` succeeds."""

    def __init__(self, why: str, keys: Collection[str]) -> None:
        self.why, self.keys = why, list(keys)
        super().__init__(f"{why} Fill it in: `/incident set {self.keys[0]} …`.", field="status")


def value(incident: Incident, key: str) -> str:
    """What is stored for a field; empty where nothing is."""
    if key in ("causes", "services"):
        return ", ".join(getattr(incident, key))
    if key in BUILT_IN_FIELDS:
        return str(getattr(incident, key) or "")
    return incident.fields.get(key, "")


def set_fields(core: Core, number: int, values: Mapping[str, str], *, by: str, key: str | None = None) -> Event:
    """Set fields to values as `rules.fields.read` gives them, all or none; also after closing, when people know more.

    Refuses a change that changes nothing.
    """
    refuse_restricted(core, values, by)
    with core.unit(number, key) as unit:
        refuse_merged(unit.incident)
        if unit.incident.status in ENDED and unit.incident.status != Status.CLOSED:
            raise Refused(f"{unit.incident.key} is {unit.incident.status} and can no longer be changed.")
        event = fill(unit, values, by=by)
        if event is None:
            first = next(iter(values))
            said = rules.reads(first, value(unit.incident, first), unit.policy) or "empty"
            raise Refused(f"{rules.name(first, unit.policy)} is {said} already; nothing was changed.", field=rules.block(first))
        return event


def refuse_restricted(core: Core, keys: Collection[str], by: str) -> None:
    """Raises NotAllowed where the team leaves one of these fields to others. May ask Slack: never inside a unit."""
    for key in keys:
        refused = permissions.refusal(core, permissions.edit(key), by)
        if refused is not None:
            refused.field = rules.block(key)
            raise refused


def excused(core: Core, by: str) -> frozenset[str]:
    """Required fields that this person may not fill in, and is not stopped by: resolving is everybody's. May ask Slack."""
    policy = core.policy
    owned = [key for key, field in policy.fields.items() if field.required and policy.permissions.edit.get(key)]
    return frozenset(key for key in owned if permissions.refusal(core, permissions.edit(key), by) is not None)


def fill(unit: Unit, values: Mapping[str, str], *, by: str | None, pages: bool = True) -> Event | None:
    """Set what differs; None where nothing does. Tagging a cause ticks that item of the checklist, untagging takes it back;
    what services bring with them comes, see `_follow_services`. `by` is None where an alert names its services."""
    incident, changes = unit.incident, []
    before = list(incident.services)
    for key, new in values.items():
        old = value(incident, key)
        if new == old:
            continue
        says = rules.reads(key, new, unit.policy)
        change = Change(field=key, name=rules.name(key, unit.policy), old=old, new=new, says=says if says != new else "")
        changes.append(change)
        _store(incident, key, new)
        remember(unit, rules.block(key), rules.reads(key, old, unit.policy))
    if not changes:
        return None
    event = unit.record(FieldsSet(changes=changes), by=by)
    if by is not None and any(change.field == "causes" for change in changes):
        checklists.follow(unit, "resolution", CAUSE_ITEM, bool(incident.causes), by=by)
    added = [service for service in incident.services if service not in before]
    if added and incident.status in OPEN:
        _follow_services(unit, added, by=by, pages=pages)
    return event


def with_services(incident: Incident, more: Iterable[str]) -> dict[str, str]:
    """What `fill` takes so that these services come to those that the incident has; nothing where it has them all."""
    both = list(dict.fromkeys([*incident.services, *more]))[: max(rules.SERVICES_MOST, len(incident.services))]
    return {"services": ", ".join(both)} if len(both) > len(incident.services) else {}


def _follow_services(unit: Unit, added: Sequence[str], *, by: str | None, pages: bool) -> None:
    """Their runbooks are offered, and where it `pages` their escalation begins; not once somebody has acknowledged: they see to
    who else is paged. Their owners are told."""
    runbooks.offer(unit, added)
    deploys.look_back(unit)
    if pages and unit.incident.acknowledged_at is None and unit.incident.status != Status.TRIAGE:
        paging.page_as_severity_says(unit, by=by, raised=True)
    owners.follow(unit, by=by)


def _store(incident: Incident, key: str, new: str) -> None:
    if key in ("causes", "services"):
        setattr(incident, key, [one for one in new.split(", ") if one])
    elif key in BUILT_IN_FIELDS:
        setattr(incident, key, new or None)
    else:
        kept = {name: value for name, value in incident.fields.items() if name != key}
        incident.fields = {**kept, key: new} if new else kept


def lacking(incident: Incident, policy: Policy, to: Status) -> list[str]:
    """The fields that have to be filled in before this move, and are not."""
    at = rules.stage(Status(incident.status), to)
    return rules.lacking(incident.type, incident.fields, policy, at) if at is not None else []


def refuse_lacking(unit: Unit, to: Status, excused: Collection[str]) -> None:
    """Raises FieldsMissing where a field has to be filled in first."""
    if to not in moves(Status(unit.incident.status)):
        return
    keys = [key for key in lacking(unit.incident, unit.policy, to) if key not in excused]
    if keys:
        names = [rules.name(key, unit.policy) for key in keys]
        listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        done = {Status.MONITORING: "mitigated"}.get(to, str(to))
        raise FieldsMissing(f"Before it is {done}, your team wants to know: {listed}.", keys)
