"""What people are told, and who follows: updates, nudges, pauses, silence, subscriptions, the morning digest."""

from datetime import datetime

from incidents.events.happened import Happened
from incidents.phrase import Part, Phrase, When, Where, Who, phrase

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
            return phrase("{by} paused the timed updates until {until}", by=Who(by), until=When(self.until, day=True))
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
