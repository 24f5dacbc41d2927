"""Who is on call (PRODUCT §8): fixed rotations, whose handover stays at the same time of day across clock changes, and
overrides, which come before them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from incidents.policy import Policy, Rotation, Target

FIRST_DAY = date(2024, 1, 1)
"""A Monday. Rotations that do not say when they start are counted from the first handover on or after it."""

_BY_THE_CLOCK = timedelta(hours=3)


_MOST_TURNS = 100  # looked at ahead; a rotation of one person has no end


@dataclass(frozen=True)
class Override:
    """Somebody is on call in a rotation, whoever's turn it is, from `starts_at` until just before `ends_at`."""

    rotation: str
    person: str
    starts_at: datetime
    ends_at: datetime

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at that moment."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class Turn:
    """Somebody, or nobody that is known, is on call until then; `until` None: for as far as can be seen."""

    person: str | None
    since: datetime
    until: datetime | None
    is_override: bool = False


def on_call(rotation: Rotation, at: datetime, overrides: Sequence[Override] = ()) -> str | None:
    """Who is on call at that moment, as the file names them; None if the rotation's people are not known here.

    `overrides` are the rotation's, the one that was set last behind the others: it counts.

    The first of `people` has the shift that begins at the first handover on or after `starts`; the order is continued
    backwards as well, so there is never a gap. `at` is aware.
    """
    for override in reversed(overrides):
        if override.holds(at):
            return override.person
    if not rotation.people:
        return None
    return rotation.people[_shift(rotation, at) % len(rotation.people)]


def next_handover(rotation: Rotation, at: datetime) -> datetime | None:
    """The end of the shift that is on at that moment, later than `at`, in UTC; None where nobody is known here."""
    return _begins(rotation, _shift(rotation, at) + 1) if rotation.people else None


def turns(name: str, policy: Policy, at: datetime, overrides: Sequence[Override]) -> Iterator[Turn]:
    """Who is on call in a rotation from that moment on, one after the other, each somebody else than the one before."""
    rotation, its = policy.rotations[name], [each for each in overrides if each.rotation == name]
    since, moment = at, at
    holder, by_override = _holder(rotation, policy, at, its)
    for _ in range(_MOST_TURNS):
        ends = [each.ends_at for each in its] + [each.starts_at for each in its]
        handover = next_handover(rotation, moment)
        ahead = [end for end in (*ends, handover) if end is not None and end > moment]
        if not ahead:
            break
        moment = min(ahead)
        following, next_by_override = _holder(rotation, policy, moment, its)
        if following != holder:
            yield Turn(holder, since, moment, by_override)
            since, holder, by_override = moment, following, next_by_override
    yield Turn(holder, since, None, by_override)


def _holder(rotation: Rotation, policy: Policy, at: datetime, its: Sequence[Override]) -> tuple[str | None, bool]:
    person = on_call(rotation, at, its)
    return (policy.person_id(person) if person is not None else None), any(each.holds(at) for each in its)


def who(target: Target, policy: Policy, at: datetime, overrides: Sequence[Override]) -> list[str]:
    """The people that a target means at that moment: Slack user ids, or e-mail addresses that `people` does not know.

    Empty for a rotation without known people and for one that was taken out of the file. Empty as well for user
    groups and channels: who is in a group only Slack knows, and a channel is no person.
    """
    if target.kind == "person":
        return [policy.person_id(target.name)]
    if target.kind != "rotation" or target.name not in policy.rotations:
        return []
    person = on_call(policy.rotations[target.name], at, [each for each in overrides if each.rotation == target.name])
    return [policy.person_id(person)] if person is not None else []


def for_role(role: str, policy: Policy, at: datetime, overrides: Sequence[Override]) -> str | None:
    """Who is on call for a role at that moment, as `who` names them; None where it has no rotation."""
    rotation = policy.roles[role].rotation if role in policy.roles else None
    if rotation is None:
        return None
    return next(iter(who(Target(kind="rotation", name=rotation), policy, at, overrides)), None)


def for_command(policy: Policy) -> str | None:
    """The rotation whose people may be expected to command: the commander's own, else the first that is paged."""
    own = policy.roles["ic"].rotation if "ic" in policy.roles else None
    if own is not None:
        return own
    for level in policy.levels():
        escalation = policy.escalations.get(policy.severity(level).escalation or "")
        paged = escalation.levels[0].page if escalation is not None else []
        found = next((target.name for target in paged if target.kind == "rotation"), None)
        if found is not None:
            return found
    return None


def by_email(policy: Policy) -> list[str]:
    """Of those the ones that are named by an e-mail address for which `people` gives no id."""
    return [person for person in everybody(policy) if "@" in person]


def everybody(policy: Policy) -> list[str]:
    """Who may be paged, told or let in, each once: by Slack id where it is known, else by e-mail address."""
    named = [person for rotation in policy.rotations.values() for person in rotation.people]
    for escalation in policy.escalations.values():
        targets = [*escalation.last_resort, *(target for level in escalation.levels for target in level.page)]
        named += [target.name for target in targets if target.kind == "person"]
    named += [owner.name for service in policy.services.values() for owner in service.owners if owner.kind == "person"]
    let_in = (*policy.private.declare, *policy.private.break_glass)
    named += [target.name for target in let_in if target.kind == "person"]
    return list(dict.fromkeys(map(policy.person_id, named)))


def _anchor(rotation: Rotation) -> datetime:
    """The first handover on or after the first day, by the rotation's clock (without its zone)."""
    first = rotation.starts or FIRST_DAY
    weekday = rotation.handover.weekday
    ahead = 0 if weekday is None else (weekday - first.weekday()) % 7
    return datetime.combine(first + timedelta(days=ahead), rotation.handover.at)


def _begins(rotation: Rotation, shift: int) -> datetime:
    """When a shift begins. Shifts shorter than three hours are counted in elapsed time: a clock change is longer."""
    zone = ZoneInfo(rotation.timezone)
    if rotation.every >= _BY_THE_CLOCK:
        return (_anchor(rotation) + shift * rotation.every).replace(tzinfo=zone).astimezone(UTC)
    return _anchor(rotation).replace(tzinfo=zone).astimezone(UTC) + shift * rotation.every


def _shift(rotation: Rotation, at: datetime) -> int:
    """The number of the shift that is on at that moment: the last one to begin at or before it."""
    moment = at.astimezone(UTC)
    shift = (moment - _begins(rotation, 0)) // rotation.every
    while _begins(rotation, shift) > moment:
        shift -= 1
    while _begins(rotation, shift + 1) <= moment:
        shift += 1
    return shift
