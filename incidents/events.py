"""What can happen to an incident: each event's payload and the sentence that it reads as.

Kinds are stored and never renamed. A payload holds what a reader of the timeline needs, ids and people's own words, so
that the state of an incident is the fold of its events.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from incidents.phrase import TOKEN, Link, Part, Phrase, When, Where, Who, phrase


class Happened(BaseModel):
    """The base of all events. `headline` is False for those that only the log and the postmortem's machinery need."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    kind: ClassVar[str]
    headline: ClassVar[bool] = True

    def sentence(self, by: str | None) -> Phrase:
        """What happened, in one sentence; `by` is the person who did it, None for Muster."""
        raise NotImplementedError(self.kind)


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

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} declared {severity}: {title}", by=Who(by), severity=self.severity, title=self.title)


class RoleAssigned(Happened):
    kind = "role.assigned"
    role: str
    role_name: str
    person: str
    previous: str | None = None
    accepted: bool = False

    def sentence(self, by: str | None) -> Phrase:
        parts: dict[str, Part] = {"by": Who(by), "person": Who(self.person), "role": self.role_name}
        if self.previous and self.accepted:
            return Phrase("{person} accepted {role} from {previous}", {**parts, "previous": Who(self.previous)})
        if self.previous:
            return Phrase("{person} is now {role}, replacing {previous}", {**parts, "previous": Who(self.previous)})
        if by == self.person:
            return Phrase("{person} took {role}", parts)
        return Phrase("{by} made {person} {role}", parts)


class RoleLeft(Happened):
    kind = "role.left"
    role: str
    role_name: str
    person: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{person} left the role {role}; nobody holds it now", person=Who(self.person), role=self.role_name)


class RoleMissing(Happened):
    """A role other than the commander's that its policy asks for has been empty for a while. `covers` does it meanwhile."""

    kind = "role.missing"
    role: str
    role_name: str
    covers: str | None = None

    def sentence(self, by: str | None) -> Phrase:
        if self.covers and self.role == "comms":
            return phrase(
                "Nobody is {role} yet; until somebody is, the status updates are asked of {covers}",
                role=self.role_name,
                covers=Who(self.covers),
            )
        return phrase("Nobody is {role} yet", role=self.role_name)


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
        said = {name: getattr(self, name).rstrip(".") for name in BRIEF}
        brief = "".join(f". {BRIEF[name]}: {{{name}}}" for name, text in said.items() if text)
        if self.next_update_at:
            parts["due"] = When(self.next_update_at)
            brief += ". Next update due {due}"
        return Phrase("{by} asks {to} to take over {role}" + brief, {**parts, **said})


class HandoffDeclined(Happened):
    kind = "handoff.declined"
    offer: int
    role_name: str
    person: str
    to: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{to} cannot take over {role}; {person} still has it", **_handoff(self))


class HandoffWithdrawn(Happened):
    kind = "handoff.withdrawn"
    offer: int
    role_name: str
    person: str
    to: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{person} keeps {role} after all; {to} need not take it over", **_handoff(self))


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
    with a severity."""

    kind = "status.changed"
    old: str
    new: str
    why: str = ""
    early: bool = False
    told: list[str] = []

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

    def sentence(self, by: str | None) -> Phrase:
        parts: dict[str, Part] = {"by": Who(by), "into": f"INC-{self.into}", "title": self.title}
        if self.room is None:
            return Phrase("{by} merged this into *{into}* {title}", parts)
        return Phrase("{by} merged this into *{into}* {title}. Go on in {room}", {**parts, "room": Where(self.room)})


class MergedFrom(Happened):
    """Another incident is the same one: its entries are on this timeline, and its `people` are brought along."""

    kind = "incident.absorbed"
    number: int
    title: str
    severity: str
    people: list[str] = []
    tasks: list[int] = []
    actions: list[int] = []
    pages: list[int] = []

    def sentence(self, by: str | None) -> Phrase:
        return phrase(
            "{by} merged {merged} into this: {title}. Its timeline is part of this one",
            by=Who(by),
            merged=f"INC-{self.number}",
            title=self.title,
        )


class Edited(Happened):
    kind = "field.edited"
    field: str
    old: str
    new: str

    def sentence(self, by: str | None) -> Phrase:
        if not self.new:
            return phrase("{by} cleared the {field}", by=Who(by), field=self.field)
        return phrase("{by} set the {field}: {new}", by=Who(by), field=self.field, new=self.new)


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
    """An item of a built-in checklist was ticked off, or the tick was taken back."""

    kind = "checklist.ticked"
    checklist: str
    item: str
    on: bool = True

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


AUDIENCES = ("home", "thread", "subscribers", "leadership")
"""Whom a status update may reach. The incident's home always is told."""


class UpdatePosted(Happened):
    """A status update. A timed one has no author and says since when nothing new was reported.

    `tells` are the audiences that it goes to.
    """

    kind = "update.posted"
    update_id: int
    status: str
    severity: str
    impact: str = ""
    theory: str = ""
    actions: str = ""
    next_update_at: datetime | None = None
    tells: list[str] = ["home", "thread", "subscribers"]
    timed: bool = False
    silent_since: datetime | None = None

    def sentence(self, by: str | None) -> Phrase:
        if self.timed and self.silent_since:
            return phrase(
                "Timed status update: {status}, {severity}. Nothing new was reported since {since}",
                status=self.status,
                severity=self.severity,
                since=When(self.silent_since),
            )
        said = [
            (name, value if value.endswith("..") else value.removesuffix("."))
            for name, value in (("impact", self.impact), ("theory", self.theory), ("actions", self.actions))
            if value
        ]
        return Phrase(
            "{by} posted a status update: {status}, {severity}" + "".join(f". {n.capitalize()}: {{{n}}}" for n, _ in said),
            {"by": Who(by), "status": self.status, "severity": self.severity, **dict(said)},
        )


class UpdateNudged(Happened):
    kind = "update.nudged"
    headline = False
    person: str | None
    due_at: datetime

    def sentence(self, by: str | None) -> Phrase:
        return phrase("A status update is due at {due}; {person} was asked", due=When(self.due_at), person=Who(self.person))


class UpdateSnoozed(Happened):
    kind = "update.snoozed"
    headline = False
    until: datetime

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} put the status update off until {until}", by=Who(by), until=When(self.until))


class UpdatesPaused(Happened):
    kind = "updates.paused"
    until: datetime | None = None

    def sentence(self, by: str | None) -> Phrase:
        if self.until:
            return phrase("{by} paused the timed updates until {until}", by=Who(by), until=When(self.until))
        return phrase("{by} paused the timed updates", by=Who(by))


class UpdatesResumed(Happened):
    kind = "updates.resumed"

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} resumed the timed updates", by=Who(by))


class UpdatesSilent(Happened):
    """Several timed updates in a row had nothing new to say, and the commander was told."""

    kind = "updates.silent"
    headline = False
    count: int
    person: str | None

    def sentence(self, by: str | None) -> Phrase:
        return phrase(
            "Nobody has reported anything for {count} updates; {person} was told",
            count=self.count,
            person=Who(self.person),
        )


class RoomQuiet(Happened):
    """Nobody has done anything for so long that the room is asked whether it is still going on."""

    kind = "room.quiet"
    headline = False
    since: datetime

    def sentence(self, by: str | None) -> Phrase:
        return phrase("Is this still going on? Nothing has happened here since {since}", since=When(self.since))


class StillGoing(Happened):
    kind = "room.going"
    headline = False

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} says that it is still going on", by=Who(by))


class Subscribed(Happened):
    """A person or a channel follows it from outside its room."""

    kind = "subscription.added"
    headline = False
    target: str

    def sentence(self, by: str | None) -> Phrase:
        if self.target == by:
            return phrase("{by} follows it", by=Who(by))
        return phrase("{by} subscribed {target}", by=Who(by), target=_follower(self.target))


class Unsubscribed(Happened):
    """`asked_by`: who subscribed a channel that turned out to be one where Muster may not post, and `why` it may not."""

    kind = "subscription.removed"
    headline = False
    target: str
    why: str = ""
    asked_by: str | None = None

    def sentence(self, by: str | None) -> Phrase:
        if self.target == by:
            return phrase("{by} follows it no longer", by=Who(by))
        return phrase("{target} is sent no more updates", target=_follower(self.target))


def _follower(target: str) -> Part:
    return Where(target) if target[:1] in "CG" else Who(target)


class DigestDue(Happened):
    """The morning's digest of all open incidents, kept with one of them."""

    kind = "digest.due"
    headline = False
    due_at: datetime

    def sentence(self, by: str | None) -> Phrase:
        return phrase("All open incidents were summed up for leaders at {at}", at=When(self.due_at))


class Noted(Happened):
    kind = "note.added"
    text: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by}: {text}", by=Who(by), text=self.text)


class Decided(Happened):
    kind = "decision.made"
    text: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} decided: {text}", by=Who(by), text=self.text)


class Captured(Happened):
    """A message that somebody put on the timeline; the event's moment and message are the message's own."""

    kind = "message.captured"
    author: str | None
    text: str
    how: str
    files: list[tuple[str, str]] = []
    edited: str = ""
    deleted: bool = False

    def sentence(self, by: str | None) -> Phrase:
        if self.deleted:
            return phrase("{author} wrote something that was deleted since", author=Who(self.author))
        parts: dict[str, Part] = {"author": Who(self.author), "text": self.text or ("" if self.files else "(no text)")}
        parts |= {f"file{at}": Link(name, url) for at, (name, url) in enumerate(self.files)}
        shared = "".join(f" [{{file{at}}}]" for at in range(len(self.files)))
        return Phrase(f"{{author}} wrote: {{text}}{shared}" + (" (edited)" if self.edited else ""), parts)


class MessageEdited(Happened):
    """A message on the timeline reads otherwise now; the entry shows that, the log keeps both."""

    kind = "message.edited"
    headline = False
    entry: int
    text: str
    files: list[tuple[str, str]] = []
    version: str = ""

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} edited a message on the timeline: {text}", by=Who(by), text=self.text)


class MessageDeleted(Happened):
    """A message on the timeline was deleted in Slack; its words are shown no more."""

    kind = "message.deleted"
    headline = False
    entry: int

    def sentence(self, by: str | None) -> Phrase:
        return phrase("A message on the timeline was deleted")


class EntryCurated(Happened):
    """An entry was starred, hidden from the draft or put to its true time, or that was taken back; None: left as it was."""

    kind = "timeline.curated"
    headline = False
    entry: int
    star: bool | None = None
    hide: bool | None = None
    at: datetime | None = None

    def sentence(self, by: str | None) -> Phrase:
        done = {(True, None): "starred", (False, None): "unstarred", (None, True): "hid", (None, False): "brought back"}
        did = done.get((self.star, self.hide), "changed")
        if self.at is not None:
            return phrase("{by} put entry {entry} to {at}", by=Who(by), entry=self.entry, at=When(self.at, day=True))
        return phrase(f"{{by}} {did} entry {{entry}}", by=Who(by), entry=self.entry)


class TaskAdded(Happened):
    kind = "task.added"
    task_id: int
    text: str
    owner: str | None = None

    def sentence(self, by: str | None) -> Phrase:
        if self.owner == by:
            return phrase("{by} took a task: {text}", by=Who(by), text=self.text)
        if self.owner:
            return phrase("{by} gave {owner} a task: {text}", by=Who(by), owner=Who(self.owner), text=self.text)
        return phrase("{by} added a task: {text}", by=Who(by), text=self.text)


class TaskDone(Happened):
    kind = "task.done"
    task_id: int
    text: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} finished a task: {text}", by=Who(by), text=self.text)


class ActionAdded(Happened):
    kind = "action.added"
    action_id: int
    text: str
    owner: str | None = None
    due_on: date | None = None

    def sentence(self, by: str | None) -> Phrase:
        owner = " for {owner}" if self.owner else ""
        due = " by {due}" if self.due_on else ""
        return phrase(
            f"{{by}} added an action item{owner}{due}: {{text}}",
            by=Who(by),
            owner=Who(self.owner),
            due=self.due_on.isoformat() if self.due_on else "",
            text=self.text,
        )


class ActionDone(Happened):
    kind = "action.done"
    action_id: int
    text: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} finished an action item: {text}", by=Who(by), text=self.text)


class PageStarted(Happened):
    kind = "page.started"
    page_id: int
    name: str
    why: str = ""

    def sentence(self, by: str | None) -> Phrase:
        why = ": {why}" if self.why else ""
        asked = "asked for {name}" if TOKEN.fullmatch(self.name) else "started the escalation *{name}*"  # a person is none
        return phrase(f"{{by}} {asked}{why}", by=Who(by), name=self.name, why=self.why)


class Escalated(Happened):
    """Somebody did not want to wait for the next level."""

    kind = "page.escalated"
    why: str = ""

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} escalated" + (": {why}" if self.why else ""), by=Who(by), why=self.why)


class LevelPaged(Happened):
    """A level of an escalation was told. `after` says who is next if nobody answers by `until`."""

    kind = "page.level"
    page_id: int
    round: int
    level: int
    people: list[str]
    channels: list[str] = []
    until: datetime | None = None
    after: list[str] = []
    last_resort: bool = False
    why: str = ""

    def sentence(self, by: str | None) -> Phrase:
        told = [*self.people, *(f"#{channel}" for channel in self.channels)]
        parts: dict[str, Part] = {f"told{i}": _target(target) for i, target in enumerate(told)}
        parts |= {f"after{i}": _target(target) for i, target in enumerate(self.after)}
        head = "Nobody answered; the last resort is paged: " if self.last_resort else "Paged "
        head += ", ".join(f"{{told{i}}}" for i in range(len(told)))
        if self.until and self.after:
            parts["until"] = When(self.until)
            head += ". If nobody acknowledges by {until}, next: " + ", ".join(f"{{after{i}}}" for i in range(len(self.after)))
        return Phrase(head, parts)


class NobodyToPage(Happened):
    """A level, or the whole policy, names nobody who can be paged at this moment. Always said aloud."""

    kind = "page.nobody"
    page_id: int | None = None
    wanted: list[str] = []

    def sentence(self, by: str | None) -> Phrase:
        if not self.wanted:
            return phrase("Nobody is on call for this incident, so nobody was paged. Page somebody: `/incident page @who`")
        return phrase("Nobody is on call for {wanted}", wanted=", ".join(self.wanted))


class PageFailed(Happened):
    """A page could not be got to a person (or not in time); its retry may go on."""

    kind = "page.failed"
    page_id: int
    notice_id: int
    target: str
    trouble: str

    def sentence(self, by: str | None) -> Phrase:
        target = _target(self.target)
        return phrase("The page to {target} did not get through ({trouble})", target=target, trouble=self.trouble)


class PageExhausted(Happened):
    kind = "page.exhausted"
    page_id: int
    name: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase(
            "Nobody acknowledged the escalation {name} and there is nobody left to page. Page somebody: `/incident page @who`",
            name=self.name,
        )


class Acknowledged(Happened):
    kind = "page.acknowledged"
    pages: list[int]
    first: bool

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} acknowledged; paging stopped" if self.pages else "{by} acknowledged", by=Who(by))


class PagesStopped(Happened):
    kind = "page.stopped"
    headline = False
    pages: list[int]

    def sentence(self, by: str | None) -> Phrase:
        return phrase("Paging stopped")


class CommanderMissing(Happened):
    kind = "ic.missing"
    role_name: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("Nobody is {role} yet", role=self.role_name)


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


class RoomWanted(Happened):
    kind = "room.wanted"
    headline = False
    why: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("A war room is being opened: {why}", why=self.why)


class RoomOpened(Happened):
    kind = "room.opened"
    channel: str
    name: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("The war room {room} is open", room=Where(self.channel))


class Joined(Happened):
    """Somebody asked to come in. Slack says so in the room."""

    kind = "person.joined"
    headline = False

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} joined", by=Who(by))


class RoomArchived(Happened):
    """The incident has been over for long enough; the room stays readable."""

    kind = "room.archived"
    channel: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("The war room {room} was archived; reopening the incident brings it back", room=Where(self.channel))


class RoomKept(Happened):
    """Slack would not archive it; nobody is bothered with that."""

    kind = "room.kept"
    headline = False
    trouble: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("The war room could not be archived ({trouble}) and stays open", trouble=self.trouble)


class RoomCalledBack(Happened):
    kind = "room.called_back"
    headline = False
    channel: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("The war room {room} is being brought back", room=Where(self.channel))


class RoomBack(Happened):
    kind = "room.back"
    channel: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("The war room {room} is back", room=Where(self.channel))


class RoomLost(Happened):
    """Slack would not bring it back; another one is opened."""

    kind = "room.lost"
    channel: str
    trouble: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase(
            "The war room {room} could not be brought back ({trouble}); another one is opened",
            room=Where(self.channel),
            trouble=self.trouble,
        )


class LinkAdded(Happened):
    kind = "link.added"
    url: str
    title: str = ""

    def sentence(self, by: str | None) -> Phrase:
        title = "{title} " if self.title else ""
        return phrase(f"{{by}} added a link: {title}{{url}}", by=Who(by), title=self.title, url=self.url)


class RoomFailed(Happened):
    kind = "room.failed"
    trouble: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase(
            "The war room could not be opened ({trouble}); the incident goes on in this thread. Try again: `/incident room`",
            trouble=self.trouble,
        )


class PostmortemDrafted(Happened):
    kind = "postmortem.drafted"
    headline = False
    number: int
    asked: bool

    def sentence(self, by: str | None) -> Phrase:
        return phrase("Postmortem draft {number} was built from the timeline", number=self.number)


class DeliveryFailed(Happened):
    """Something could not be shown in Slack after everything was tried; said once in the announce channel."""

    kind = "delivery.failed"
    headline = False
    delivery_id: int
    reaction: str
    target: str
    trouble: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase(
            "Slack refused something for good ({what}: {trouble})",
            what=f"{self.reaction} {self.target}",
            trouble=self.trouble,
        )


def _target(target: str) -> Part:
    """A paged target as a sentence shows it: a person by name, a channel or an address as it is written."""
    return Who(target) if target[:1] in ("U", "W") and target.isalnum() else target


def _kinds(base: type[Happened]) -> dict[str, type[Happened]]:
    found: dict[str, type[Happened]] = {}
    for event in base.__subclasses__():
        if event.kind in found:
            raise ValueError(f"two events are called {event.kind}")
        found[event.kind] = event
    return found


KINDS: dict[str, type[Happened]] = _kinds(Happened)


def read(kind: str, payload: dict[str, Any]) -> Happened:
    """The event that was stored as `payload`."""
    return KINDS[kind].model_validate(payload)
