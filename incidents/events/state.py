"""What the incident is: declared, its severity, status, words, moments and checklists, merging, the watch after the fix."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from incidents.events.happened import Happened
from incidents.phrase import Part, Phrase, When, Where, Who, phrase


class Declared(Happened):
    kind = "incident.declared"
    title: str
    severity: str
    status: str
    summary: str = ""
    impact: str = ""
    detected_by: str | None = None
    several_teams: bool = False
    cause_unclear: bool = False
    services: list[str] = []
    drill: str | None = None
    script: dict[str, Any] = {}
    type: str | None = None
    fields: dict[str, str] = {}
    private: bool = False

    def sentence(self, by: str | None) -> Phrase:
        if self.drill is not None:
            return phrase("{by} began a *DRILL*, {severity}: {title}", by=Who(by), severity=self.severity, title=self.title)
        if by is None:
            said = "An alert declared it, {severity}" if self.status != "triage" else "An alert opened it for triage: {severity}"
            return phrase(said, severity=self.severity)  # the title is the alert's, which is the next entry
        return phrase("{by} declared {severity}: {title}", by=Who(by), severity=self.severity, title=self.title)


class SeverityChanged(Happened):
    """`told`: who has read of it in the status update that it came with, of `AUDIENCES`."""

    kind = "severity.changed"
    old: str
    new: str
    why: str = ""
    raised: bool = True
    told: list[str] = []

    def sentence(self, by: str | None) -> Phrase:
        verb = "raised" if self.raised else "lowered"
        why = ": {why}" if self.why else ""
        return phrase(
            f"{{by}} {verb} the severity from {{old}} to {{new}}{why}",
            by=Who(by),
            old=self.old,
            new=self.new,
            why=self.why,
        )


class StatusChanged(Happened):
    """`early` says that the incident was resolved before its watch was over, after the person confirmed it. `told` as
    with a severity. `by_drill`: because the drill that it is was ended, or is over for long enough."""

    kind = "status.changed"
    old: str
    new: str
    why: str = ""
    early: bool = False
    told: list[str] = []
    by_drill: bool = False

    def sentence(self, by: str | None) -> Phrase:
        early = " before the watch was over" if self.early else ""
        why = ": {why}" if self.why else ""
        return phrase(
            f"{{by}} moved it from {{old}} to *{{new}}*{early}{why}",
            by=Who(by),
            old=self.old,
            new=self.new,
            why=self.why,
        )


class MergedInto(Happened):
    """It goes on as part of another incident, which takes over the tasks, action items and pages named here by id."""

    kind = "incident.merged"
    old: str
    into: int
    title: str
    room: str | None = None
    tasks: list[int] = []
    actions: list[int] = []
    pages: list[int] = []
    alerts: int = 0

    def sentence(self, by: str | None) -> Phrase:
        parts: dict[str, Part] = {"by": Who(by), "into": f"INC-{self.into}", "title": self.title}
        if self.room is None:
            return Phrase("{by} merged this into *{into}* {title}", parts)
        return Phrase("{by} merged this into *{into}* {title}. Go on in {room}", {**parts, "room": Where(self.room)})


class MergedFrom(Happened):
    """Another incident is the same one: its entries are on this timeline, and its `people` are brought along.
    `owners` were told of it there, `followers` follow this one now."""

    kind = "incident.absorbed"
    number: int
    title: str
    severity: str
    people: list[str] = []
    tasks: list[int] = []
    actions: list[int] = []
    pages: list[int] = []
    alerts: int = 0
    in_triage: bool = False
    owners: list[str] = []
    followers: list[str] = []

    def sentence(self, by: str | None) -> Phrase:
        merged = f"INC-{self.number}"
        if self.in_triage:
            return phrase("{by} attached the alert {merged} to this: {title}", by=Who(by), merged=merged, title=self.title)
        said = "{by} merged {merged} into this: {title}. Its timeline is part of this one"
        return phrase(said, by=Who(by), merged=merged, title=self.title)


class Edited(Happened):
    kind = "field.edited"
    field: str
    old: str
    new: str

    def sentence(self, by: str | None) -> Phrase:
        if not self.new:
            return phrase("{by} cleared the {field}", by=Who(by), field=self.field)
        return phrase("{by} set the {field}: {new}", by=Who(by), field=self.field, new=self.new)


class Change(BaseModel):
    """One field that was set: `field` is its key, `name` what it was called then; empty values are none.

    `old` and `new` are stored text: a type's key, people as `<@U…>`, days as ISO; `says` is how `new` reads where that
    is something else.
    """

    model_config = ConfigDict(frozen=True)
    field: str
    name: str
    old: str = ""
    new: str = ""
    says: str = ""


class FieldsSet(Happened):
    """The type, the detection source, the causes or fields of the team's own were set or emptied, several at once."""

    kind = "field.set"
    changes: list[Change]

    def sentence(self, by: str | None) -> Phrase:
        parts: dict[str, Part] = {"by": Who(by)}
        given, emptied = [], []
        for number, change in enumerate(self.changes):
            parts[f"name{number}"], parts[f"new{number}"] = change.name, change.says or change.new
            if change.new:
                given.append(f"*{{name{number}}}* to {{new{number}}}")
            else:
                emptied.append(f"*{{name{number}}}*")
        did = [f"set {', '.join(given)}"] * bool(given) + [f"emptied {', '.join(emptied)}"] * bool(emptied)
        return Phrase(f"{{by}} {' and '.join(did)}", parts)


class MomentCorrected(Happened):
    """A kept moment was not when it was stamped; `old` is None where it was not known before."""

    kind = "moment.corrected"
    moment: str
    old: datetime | None = None
    new: datetime
    why: str = ""

    def sentence(self, by: str | None) -> Phrase:
        parts: dict[str, Part] = {"by": Who(by), "moment": self.moment.replace("_", " "), "new": When(self.new, day=True)}
        why = ": {why}" if self.why else ""
        if self.old is None:
            return Phrase(f"{{by}} put *{{moment}}* at {{new}}{why}", {**parts, "why": self.why})
        said = f"{{by}} corrected *{{moment}}* from {{old}} to {{new}}{why}"
        return Phrase(said, {**parts, "old": When(self.old, day=True), "why": self.why})


class ChecklistTicked(Happened):
    """An item of a built-in checklist was ticked off, or the tick was taken back; `by_itself` because of what was set."""

    kind = "checklist.ticked"
    checklist: str
    item: str
    on: bool = True
    by_itself: bool = False

    def sentence(self, by: str | None) -> Phrase:
        did = "ticked *{item}*" if self.on else "took back the tick at *{item}*"
        return phrase(f"{{by}} {did} ({{checklist}})", by=Who(by), item=self.item, checklist=self.checklist)


class FlagSet(Happened):
    """ "Several teams" or "cause unclear" was ticked after declaring."""

    kind = "flag.set"
    flag: str
    on: bool

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} said: {flag}" if self.on else "{by} withdrew: {flag}", by=Who(by), flag=self.flag.replace("_", " "))


class WatchAsked(Happened):
    """Halfway through the watch (`until` says when it ends), and at its end."""

    kind = "watch.asked"
    headline = False
    until: datetime | None = None

    def sentence(self, by: str | None) -> Phrase:
        if self.until is not None:
            said = "Watching until {until}: still holding? Errors at zero? Latency normal?"
            return phrase(said, until=When(self.until))
        return phrase("The watch is over: still holding? Errors at zero? Latency normal?")


class WatchHolds(Happened):
    """Somebody looked during the watch, and the fix holds."""

    kind = "watch.holds"

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} looked: the fix is holding", by=Who(by))
