"""Who is on call (PRODUCT §8): fixed rotations, whose handover stays at the same time of day across clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from incidents.policy import Policy, Rotation, Target

FIRST_DAY = date(2024, 1, 1)
"""A Monday. Rotations that do not say when they start are counted from the first handover on or after it."""

_BY_THE_CLOCK = timedelta(hours=3)


def on_call(rotation: Rotation, at: datetime) -> str | None:
    """Who is on call at that moment, as the file names them; None if the rotation's people are not known here.

    The first of `people` has the shift that begins at the first handover on or after `starts`; the order is continued
    backwards as well, so there is never a gap. `at` is aware.
    """
    if not rotation.people:
        return None
    return rotation.people[_shift(rotation, at) % len(rotation.people)]


def next_handover(rotation: Rotation, at: datetime) -> datetime | None:
    """The end of the shift that is on at that moment, later than `at`, in UTC; None where nobody is known here."""
    return _begins(rotation, _shift(rotation, at) + 1) if rotation.people else None


def who(target: Target, policy: Policy, at: datetime) -> list[str]:
    """The people that a target means at that moment: Slack user ids, or e-mail addresses that `people` does not know.

    Empty for a rotation without known people and for one that was taken out of the file. Empty as well for user
    groups and channels: who is in a group only Slack knows, and a channel is no person.
    """
    if target.kind == "person":
        return [policy.person_id(target.name)]
    if target.kind != "rotation" or target.name not in policy.rotations:
        return []
    person = on_call(policy.rotations[target.name], at)
    return [policy.person_id(person)] if person is not None else []


def for_role(role: str, policy: Policy, at: datetime) -> str | None:
    """Who is on call for a role at that moment, as `who` names them; None where it has no rotation."""
    rotation = policy.roles[role].rotation if role in policy.roles else None
    return next(iter(who(Target(kind="rotation", name=rotation), policy, at)), None) if rotation is not None else None


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
