"""A runbook as it is followed: steps with branches, deadlines and webhooks (PRODUCT §10)."""

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict


class Branch(BaseModel):
    """ "Yes: go to step 6". `label` is empty where nothing stands before it."""

    model_config = ConfigDict(frozen=True)
    label: str
    to: int


class Deadline(BaseModel):
    """ "If not solved in 30 minutes, page the tech lead". It runs from when its step is reached; of step 0 from when the
    runbook is begun. `by_step`: it is off as soon as its step is done, and not only when it is solved."""

    model_config = ConfigDict(frozen=True)
    step: int
    after: timedelta
    who: str
    by_step: bool = False


class Webhook(BaseModel):
    """What a step calls once somebody has confirmed it. `${RUNBOOK_…}` stands for a variable of the environment."""

    model_config = ConfigDict(frozen=True)
    method: str
    url: str
    headers: dict[str, str] = {}
    body: str = ""


class Step(BaseModel):
    """One thing to do. `rollback`: it belongs to the way back and not to the way on."""

    model_config = ConfigDict(frozen=True)
    number: int
    section: str
    text: str
    code: list[str] = []
    branches: list[Branch] = []
    webhook: Webhook | None = None
    rollback: bool = False


class Part(BaseModel):
    """A section that is read, not followed: context, permissions, causes, escalation criteria."""

    model_config = ConfigDict(frozen=True)
    kind: str
    title: str
    text: str


class Runbook(BaseModel):
    """One runbook. An incident stores it as it was when it was opened there; a later edit is for the next one."""

    model_config = ConfigDict(frozen=True)
    name: str
    title: str
    services: list[str] = []
    owner: str = ""
    permissions: str = ""
    last_tested: date | None = None
    parts: list[Part] = []
    steps: list[Step] = []
    deadlines: list[Deadline] = []

    def step(self, number: int) -> Step | None:
        """The step with this number."""
        return next((step for step in self.steps if step.number == number), None)

    def first(self, *, rollback: bool = False) -> int | None:
        """The first step of the way on, or of the way back; None where there is none."""
        return next((step.number for step in self.steps if step.rollback == rollback), None)

    def after(self, number: int) -> int | None:
        """The step that follows: the one that it says without a condition ("then go to step 8"), else the next in the
        same direction; None after the last."""
        here = self.step(number)
        said = next((branch.to for branch in here.branches if not branch.label), None) if here is not None else None
        if said is not None:
            return said
        later = self.steps[self.steps.index(here) + 1 :] if here is not None else []
        return next((step.number for step in later if here is not None and step.rollback == here.rollback), None)

    def part(self, kind: str) -> str:
        """The text of its sections of this kind, "" where there is none."""
        return "\n".join(part.text for part in self.parts if part.kind == kind)


def stale(runbook: Runbook, today: date, after: timedelta | None) -> bool:
    """It was not tested for so long, or never was; False where the team does not ask for tests."""
    return after is not None and (runbook.last_tested is None or today - runbook.last_tested > after)


def of_services(runbooks: Sequence[Runbook], services: Sequence[str]) -> list[Runbook]:
    """Those that are about one of the services, in the order of the services."""
    found = [book for service in services for book in runbooks if service in book.services]
    return list({book.name: book for book in found}.values())
