"""What is kept: notes, decisions, captured messages, curation, the draft, and what could not be delivered."""

from datetime import datetime

from incidents.events.happened import Happened
from incidents.phrase import TOKEN, Link, Part, Phrase, When, Who, phrase


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


class PostmortemDrafted(Happened):
    kind = "postmortem.drafted"
    headline = False
    number: int
    asked: bool

    def sentence(self, by: str | None) -> Phrase:
        return phrase("Postmortem draft {number} was built from the timeline", number=self.number)


class DeliveryFailed(Happened):
    """Something could not be shown in Slack after everything was tried; said once in the announce channel, or to those whom
    it `tells` alone."""

    kind = "delivery.failed"
    headline = False
    delivery_id: int
    reaction: str
    target: str
    trouble: str
    tells: list[str] = []

    def sentence(self, by: str | None) -> Phrase:
        what = _REFUSED.get(self.reaction, "{raw} for {whom}" if self.target else "{raw}")
        said = f"Slack refused something for good ({{trouble}}): {what}"
        return phrase(said, raw=self.reaction, whom=_whom(self.target), trouble=self.trouble)


_REFUSED = {
    "announcement": "to announce this, so nobody reads of it there. Give it a room: `/incident room`. Whoever runs Muster mends "
    "the channel (`make doctor`)",
    "card": "the card in the war room. See it by `/incident show`",
    "post": "a message. It is on the timeline: `/incident timeline`",
    "update.thread": "a status update in the thread. It is in the war room",
    "invite": "to invite {whom} to the war room. Whoever is missing can come in by themselves",
    "page": "a page to {whom}",
    "page.channel": "a page to {whom}",
    "nudge": "a message to {whom}",
    "role": "a message to {whom}",
    "role.lost": "a message to {whom}",
    "handoff": "a message to {whom}",
    "owner": "a message to {whom}",
    "owner.channel": "a message to {whom}",
    "draft": "the postmortem draft. Try again: `/incident postmortem`",
}
"""What was refused in the words of whoever reads it, and what can be done."""


def _whom(target: str) -> Part:
    if target in ("everyone", "owners"):
        return "people"
    return Who(target) if TOKEN.fullmatch(f"<@{target}>") else target
