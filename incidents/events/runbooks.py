"""Runbooks: opened, followed step by step, stuck, too slow, and what their webhooks answered."""

from datetime import datetime
from typing import Any

from incidents.events.happened import Happened
from incidents.phrase import Part, Phrase, Who, phrase


class RunbookOffered(Happened):
    """It is about a service of this incident, so it is shown with its first step; nobody has begun it."""

    kind = "runbook.offered"
    run_id: int
    name: str
    title: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("There is a runbook for this: *{title}*", title=self.title)


class RunbookOpened(Happened):
    """Somebody follows it from here. `deadlines` are what runs from this moment: {timer: moment}."""

    kind = "runbook.opened"
    run_id: int
    name: str
    title: str
    deadlines: dict[str, datetime] = {}

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} began the runbook *{title}*", by=Who(by), title=self.title)


class RunbookBrought(Happened):
    """It was followed in an incident that was merged into this one, and goes on here from the same step."""

    kind = "runbook.brought"
    run_id: int
    name: str
    title: str
    number: int
    at: int | None = None
    path: list[list[Any]] = []
    stuck: str | None = None
    calls: dict[str, str] = {}
    deadlines: dict[str, datetime] = {}

    def sentence(self, by: str | None) -> Phrase:
        return phrase("The runbook *{title}* goes on here, from {number}", title=self.title, number=f"INC-{self.number}")


class RunbookStep(Happened):
    """A step was done or skipped; `to` is the next one, None where it was the last. `chose` is the branch that was taken.

    `off` and `deadlines`: the timers that ended with the step, and those that run from reaching the next one.
    """

    kind = "runbook.step"
    run_id: int
    title: str
    step: int
    text: str
    to: int | None = None
    chose: str = ""
    skipped: bool = False
    off: list[str] = []
    deadlines: dict[str, datetime] = {}

    def sentence(self, by: str | None) -> Phrase:
        did = "skipped" if self.skipped else "did"
        parts: dict[str, Part] = {"by": Who(by), "step": self.step, "title": self.title, "text": self.text, "chose": self.chose}
        chose = ". Answer: *{chose}*" if self.chose else ""
        return Phrase(f"{{by}} {did} step {{step}} of *{{title}}*: {{text}}{chose}", parts)


class RunbookBack(Happened):
    """The last step was not done after all, or is to be done again."""

    kind = "runbook.back"
    run_id: int
    title: str
    step: int

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} went back to step {step} of *{title}*", by=Who(by), step=self.step, title=self.title)


class RunbookStuck(Happened):
    """Whoever follows it does not get on. `asked` is who is to help, by their role `role`."""

    kind = "runbook.stuck"
    run_id: int
    title: str
    step: int
    text: str
    asked: str | None = None
    role: str = ""
    criteria: str = ""

    def sentence(self, by: str | None) -> Phrase:
        parts: dict[str, Part] = {"by": Who(by), "step": self.step, "title": self.title, "text": self.text}
        said = "{by} is stuck at step {step} of *{title}*: {text}"
        if self.asked is None:
            return Phrase(said, parts)
        said += "" if self.text.endswith((".", "!", "?")) else "."
        return Phrase(f"{said} {{asked}} ({{role}}), can you help?", {**parts, "asked": Who(self.asked), "role": self.role})


class RunbookOverdue(Happened):
    """ "Not solved in 30 minutes, page the tech lead": it was not. `paged` is whom that means now, where it is a person;
    `instead` says why it is somebody else; `already` that they are being paged anyway."""

    kind = "runbook.overdue"
    run_id: int
    timer: str
    title: str
    step: int
    minutes: int
    who: str
    paged: str | None = None
    instead: str = ""
    already: bool = False

    def sentence(self, by: str | None) -> Phrase:
        parts: dict[str, Part] = {"title": self.title, "minutes": self.minutes, "who": self.who, "step": self.step}
        what = "Step {step} of *{title}* is not done" if self.step else "*{title}* has not solved it"
        parts["paged"] = Who(self.paged) if self.paged else self.who
        parts["instead"] = self.instead
        verb = "is being paged already" if self.already else "is paged"
        named = "{paged} ({who})" if self.paged else "{who}"
        why = ". {instead}" if self.instead else ""
        return Phrase(f"{what} after {{minutes}} minutes: {named} {verb}{why}", parts)


class RunbookEnded(Happened):
    """It solved the incident, or it did not."""

    kind = "runbook.ended"
    run_id: int
    title: str
    solved: bool

    def sentence(self, by: str | None) -> Phrase:
        said = "{by} says that *{title}* solved it" if self.solved else "{by} ended *{title}*: it did not solve it"
        return phrase(said, by=Who(by), title=self.title)


class WebhookCalled(Happened):
    """Somebody confirmed it; it is called once, by a worker."""

    kind = "webhook.called"
    run_id: int
    title: str
    step: int
    method: str
    host: str

    def sentence(self, by: str | None) -> Phrase:
        parts: dict[str, Part] = {"by": Who(by), "host": self.host, "step": self.step, "title": self.title}
        return Phrase("{by} called {host} (step {step} of *{title}*)", parts)


class WebhookAnswered(Happened):
    """What came back. `doubt`: nobody knows whether it was carried out, and it is not called again by itself."""

    kind = "webhook.answered"
    run_id: int
    title: str
    step: int
    host: str
    status: int = 0
    text: str = ""
    trouble: str = ""
    doubt: bool = False

    @property
    def is_fine(self) -> bool:
        """It was carried out."""
        return 200 <= self.status < 300

    def sentence(self, by: str | None) -> Phrase:
        parts: dict[str, Part] = {"host": self.host, "status": self.status, "trouble": self.trouble, "step": self.step}
        if self.doubt:
            said = "No answer from {host} ({trouble}). It may have been carried out or not: look there before calling it again"
            return Phrase(said, parts)
        if self.trouble:
            return Phrase("{host} was not called: {trouble}", parts)
        return Phrase("{host} answered {status}" + ("" if self.is_fine else ", so it was not carried out"), parts)
