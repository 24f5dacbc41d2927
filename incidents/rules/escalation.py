"""Who is paged after whom (PRODUCT §7): the levels in order, again for each extra round, then the last resort, once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.policy import EscalationPolicy


@dataclass(frozen=True, order=True)
class Step:
    """A level of a round; both count from 0, and `level` is the index into the policy's levels."""

    round: int
    level: int


@dataclass(frozen=True)
class LastResort:
    """The policy's `last_resort`, paged when every round went by without an acknowledgement."""


def next_step(policy: EscalationPolicy, step: Step | LastResort | None) -> Step | LastResort | None:
    """What comes after `step`; `step` None asks for the first. None: there is nothing more, and that is said aloud."""
    if step is None:
        return Step(0, 0)
    if isinstance(step, LastResort):
        return None
    if step.level + 1 < len(policy.levels):
        return Step(step.round, step.level + 1)
    if step.round < policy.repeat:
        return Step(step.round + 1, 0)
    return LastResort() if policy.last_resort else None


def step_due(
    policy: EscalationPolicy,
    step: Step | LastResort,
    fired_at: datetime,
    wait: timedelta = timedelta(minutes=5),
) -> datetime:
    """When `step`, which was paged at `fired_at`, counts as unanswered: after its level's wait.

    `wait` holds where the level sets none. The last resort is waited for as long as the last level.
    """
    level = policy.levels[-1 if isinstance(step, LastResort) else min(step.level, len(policy.levels) - 1)]
    return fired_at + (level.wait if level.wait is not None else wait)


def step_key(page: int, step: Step | LastResort) -> str:
    """The timeline key of telling this step: `page:<page>:<round>:<level>`, `page:<page>:last` (DESIGN §2)."""
    return f"page:{page}:last" if isinstance(step, LastResort) else f"page:{page}:{step.round}:{step.level}"
