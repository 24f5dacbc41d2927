"""Who leads: roles taken, left, missing and handed over."""

from datetime import datetime

from incidents.events.happened import Happened
from incidents.phrase import Part, Phrase, When, Who, phrase


class RoleAssigned(Happened):
    """`at_declaration`: it came with that, and stands on the card from its first moment."""

    kind = "role.assigned"
    role: str
    role_name: str
    person: str
    previous: str | None = None
    accepted: bool = False
    at_declaration: bool = False

    def sentence(self, by: str | None) -> Phrase:
        parts: dict[str, Part] = {"by": Who(by), "person": Who(self.person), "role": self.role_name}
        if self.previous and self.accepted:
            return Phrase("{person} took over as {role} from {previous}", {**parts, "previous": Who(self.previous)})
        if self.previous:
            return Phrase("{person} is now {role}, replacing {previous}", {**parts, "previous": Who(self.previous)})
        if by == self.person:
            return Phrase("{person} is now {role}", parts)
        return Phrase("{by} made {person} {role}", parts)


class RoleLeft(Happened):
    kind = "role.left"
    role: str
    role_name: str
    person: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{person} stepped down as {role}; nobody holds the role now", person=Who(self.person), role=self.role_name)


class RoleMissing(Happened):
    """A role other than the commander's that its policy asks for has been empty for a while. `covers` does it meanwhile;
    `suggested` is on call for it."""

    kind = "role.missing"
    role: str
    role_name: str
    covers: str | None = None
    suggested: str | None = None

    def sentence(self, by: str | None) -> Phrase:
        covers = self.covers if self.role == "comms" else None
        return _nobody_yet(self.role_name, self.suggested, covers)


class HandoffSuggested(Happened):
    """Somebody has held a role for so long that they should think of handing it over."""

    kind = "handoff.suggested"
    headline = False
    role: str
    role_name: str
    person: str
    since: datetime

    def sentence(self, by: str | None) -> Phrase:
        return phrase(
            "{person} has been {role} since {since}; handing over was suggested",
            person=Who(self.person),
            role=self.role_name,
            since=When(self.since),
        )


BRIEF = {
    "known": "What we know",
    "tried": "What we tried",
    "theory": "Theory",
    "actions": "Actions in progress",
    "questions": "Open questions",
}
"""The parts of a hand-off's brief that people write (PRODUCT §3), by their fields' names."""


class HandoffOffered(Happened):
    """The holder of a role wants to hand it over; nothing changes until `to` accepts."""

    kind = "handoff.offered"
    role: str
    role_name: str
    person: str
    to: str
    until: datetime | None = None
    known: str = ""
    tried: str = ""
    theory: str = ""
    actions: str = ""
    questions: str = ""
    next_update_at: datetime | None = None

    def sentence(self, by: str | None) -> Phrase:
        parts: dict[str, Part] = {"by": Who(by), "role": self.role_name, "to": Who(self.to)}
        said = {name: "; ".join(line.rstrip(". ") for line in getattr(self, name).splitlines() if line.strip()) for name in BRIEF}
        brief = "".join(f". {BRIEF[name]}: {{{name}}}" for name, text in said.items() if text)
        if self.next_update_at:
            parts["due"] = When(self.next_update_at)
            brief += ". Next update due {due}"
        return Phrase("{by} asks {to} to take over as {role}" + brief, {**parts, **said})


class HandoffDeclined(Happened):
    kind = "handoff.declined"
    offer: int
    role_name: str
    person: str
    to: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{to} cannot take over as {role}; {person} keeps the role", **_handoff(self))


class HandoffWithdrawn(Happened):
    kind = "handoff.withdrawn"
    offer: int
    role_name: str
    person: str
    to: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{person} stays {role} after all; {to} need not take over", **_handoff(self))


class HandoffExpired(Happened):
    """Nobody answered in time."""

    kind = "handoff.expired"
    offer: int
    role_name: str
    person: str
    to: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{to} has not answered, so {person} is still {role}", **_handoff(self))


def _handoff(ended: HandoffDeclined | HandoffWithdrawn | HandoffExpired) -> dict[str, Part]:
    return {"role": ended.role_name, "person": Who(ended.person), "to": Who(ended.to)}


class CommanderMissing(Happened):
    kind = "ic.missing"
    role_name: str
    suggested: str | None = None

    def sentence(self, by: str | None) -> Phrase:
        return _nobody_yet(self.role_name, self.suggested)


def _nobody_yet(role_name: str, suggested: str | None, covers: str | None = None) -> Phrase:
    said = "Nobody is {role} yet"
    parts: dict[str, Part] = {"role": role_name}
    if covers:
        said += "; until somebody is, {covers} is asked for the status updates"
        parts["covers"] = Who(covers)
    if suggested:
        said += ". On call for it: {suggested}"
        parts["suggested"] = Who(suggested)
    return Phrase(said, parts)
