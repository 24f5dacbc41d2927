"""Who is let into a private incident, who looked at it, and the deadlines that only such ones have."""

from datetime import datetime

from incidents.events.happened import Happened
from incidents.phrase import Phrase, When, Who, phrase

DEADLINES = {"containment": "contained", "regulator": "the regulator is told"}
"""What is owed in time: its name in the config, and what is true once it is done."""


class MadePrivate(Happened):
    """It was open to everybody before. `people` stay in it; `room` is the one that everybody could read, `room_name` the name
    of one that was being made."""

    kind = "access.made_private"
    people: list[str]
    room: str | None = None
    room_name: str | None = None

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} made this private; only who is in its room sees it from here on", by=Who(by))


class AccessGiven(Happened):
    """Somebody came into the room."""

    kind = "access.given"
    headline = False
    person: str
    how: str = "room"

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{person} is in it now ({how})", person=Who(self.person), how=self.how)


class AccessEnded(Happened):
    """Somebody left the room, or was taken out of it."""

    kind = "access.ended"
    headline = False
    person: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{person} is no longer in it", person=Who(self.person))


class Viewed(Happened):
    """Somebody who is in it looked at it: recorded once an hour for each person."""

    kind = "access.viewed"
    headline = False
    person: str
    what: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{person} looked at it ({what})", person=Who(self.person), what=self.what)


class GlassBroken(Happened):
    """Somebody who was not in it let themselves in, as the config allows them to, and said why.

    `tells` are people and channels `#name` outside of it who hear that it happened, and no word of what it is about."""

    kind = "access.glass_broken"
    why: str
    tells: list[str] = []

    def sentence(self, by: str | None) -> Phrase:
        return phrase("*{by} broke the glass* and is in this private incident now: {why}", by=Who(by), why=self.why)


class GlassHeld(Happened):
    """Somebody who is not in it, and whom the config does not let in, tried to break the glass. They were answered as for a
    number that was never given; recorded once an hour for each person."""

    kind = "access.glass_held"
    headline = False
    person: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{person} tried to break the glass, and was told of no incident", person=Who(self.person))


class DeadlineNear(Happened):
    """A deadline is near, or (`over`) was not met."""

    kind = "deadline.near"
    deadline: str
    at: datetime
    over: bool = False

    def sentence(self, by: str | None) -> Phrase:
        done = DEADLINES.get(self.deadline, self.deadline)
        if self.over:
            return phrase("Deadline passed at {at} and nobody has said: {done}", at=When(self.at, day=True), done=done)
        return phrase("Due by {at}: {done}", at=When(self.at, day=True), done=done)


class DeadlineMet(Happened):
    """It is done, or (`needed` False) does not apply here."""

    kind = "deadline.met"
    deadline: str
    needed: bool = True

    def sentence(self, by: str | None) -> Phrase:
        done = DEADLINES.get(self.deadline, self.deadline)
        return phrase("{by} said: {done}" if self.needed else "{by} said: not needed here: {done}", by=Who(by), done=done)
