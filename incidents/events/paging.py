"""Who is called: pages, levels, acknowledgements, and nobody to call."""

from datetime import datetime

from incidents.events.happened import Happened
from incidents.phrase import TOKEN, Part, Phrase, When, Who, phrase


class PageStarted(Happened):
    """`at_declaration`: it came with that, and who is told first says so. `said`: a runbook or a rule of the config brought it,
    and says so itself."""

    kind = "page.started"
    page_id: int
    name: str
    why: str = ""
    at_declaration: bool = False
    said: bool = False

    def sentence(self, by: str | None) -> Phrase:
        why = ": {why}" if self.why else ""
        name = "{name}" if TOKEN.fullmatch(self.name) else "*{name}*"
        asked = "asked for" if _asks_for_one(self.name) else "started the escalation"
        return phrase(f"{{by}} {asked} {name}{why}", by=Who(by), name=self.name, why=self.why)


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
        if self.round and not self.last_resort:
            head += f" again (round {self.round + 1})"
        if self.until and self.after:
            parts["until"] = When(self.until)
            head += ". If nobody acknowledges by {until}, next: " + ", ".join(f"{{after{i}}}" for i in range(len(self.after)))
            head += " again" if self.after == told else ""
        return Phrase(head, parts)


class OwnersTold(Happened):
    """The owners of the incident's services were told, who were not paged: `people` are ids, addresses, and user groups as
    `group:S…`. `group`: they are its members, as Slack names them."""

    kind = "owners.told"
    services: list[str]
    people: list[str] = []
    channels: list[str] = []
    group: str = ""

    def sentence(self, by: str | None) -> Phrase:
        told = [*self.people, *(f"#{channel}" for channel in self.channels)]
        parts: dict[str, Part] = {f"told{i}": _target(target) for i, target in enumerate(told)}
        names = ", ".join(f"{{told{i}}}" for i in range(len(told)))
        return Phrase(f"Told {names} in Slack, as owner of {{services}}", {**parts, "services": ", ".join(self.services)})


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
    """`wanted`: whom it names while nobody is on call for any of them, so that nobody was paged at all."""

    kind = "page.exhausted"
    page_id: int
    name: str
    wanted: list[str] = []

    def sentence(self, by: str | None) -> Phrase:
        if self.wanted:
            empty = "Nobody is on call for {wanted}, so nobody was paged. Page somebody: `/incident page @who`"
            return phrase(empty, wanted=", ".join(self.wanted))
        what = "the page to {name}" if _asks_for_one(self.name) else "the escalation {name}"
        left = f"Nobody acknowledged {what} and there is nobody left to page. Page somebody: `/incident page @who`"
        return phrase(left, name=self.name)


class Acknowledged(Happened):
    kind = "page.acknowledged"
    pages: list[int]
    first: bool

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} acknowledged; paging stopped" if self.pages else "{by} acknowledged", by=Who(by))


class PagesStopped(Happened):
    """`was_paging`: not where nobody was left to page anyway."""

    kind = "page.stopped"
    headline = False
    pages: list[int]
    was_paging: bool = True

    def sentence(self, by: str | None) -> Phrase:
        return phrase("Paging stopped")


def _asks_for_one(name: str) -> bool:
    """Whether a person was asked for, by id or address, a rotation or an owner; that is no escalation of the config."""
    return bool(TOKEN.fullmatch(name)) or "@" in name or name.startswith(("rotation ", "owner of "))


def _target(target: str) -> Part:
    """A paged target as a sentence shows it: a person or a user group by name, a channel or an address as it is written."""
    return Who(target) if (target[:1] in ("U", "W") and target.isalnum()) or target.startswith("group:") else target
