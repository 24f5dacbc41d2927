"""What happened by itself, because the team's config says so."""

from pydantic import BaseModel, ConfigDict

from incidents.events.happened import Happened
from incidents.phrase import Part, Phrase, Who, phrase


class Told(BaseModel):
    """A message that a rule sends; `channel` is empty for the incident's own room."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    text: str
    channel: str = ""


class Automated(Happened):
    """A rule of the config fired on the event `on`. `because` are its words; the rest is what it does."""

    kind = "automation.fired"
    rule: str
    because: str
    on: int
    invites: list[str] = []
    pages: list[str] = []
    posts: list[Told] = []
    tasks: list[str] = []
    webhooks: list[str] = []

    def sentence(self, by: str | None) -> Phrase:
        parts: dict[str, Part] = {"because": self.because}
        did: list[str] = []
        for name, verb, items in (("i", "invited", self.invites), ("p", "pages", self.pages), ("t", "added a task:", self.tasks)):
            if items:
                parts |= {f"{name}{n}": _named(item) for n, item in enumerate(items)}
                did.append(f"{verb} " + ", ".join(f"{{{name}{n}}}" for n in range(len(items))))
        channels = list(dict.fromkeys(post.channel for post in self.posts if post.channel))
        if channels:
            did.append("told {channels}")
            parts["channels"] = ", ".join(f"#{channel}" for channel in channels)
        if self.webhooks:
            did.append("calls {hosts}")
            parts["hosts"] = ", ".join(dict.fromkeys(url.split("/")[2] for url in self.webhooks))
        said = "Because {because}" + (f": {'; '.join(did)}" if did else "")
        for n, post in enumerate(post for post in self.posts if not post.channel):
            parts[f"said{n}"] = post.text
            said += f"{'. ' if did or n else ': '}{{said{n}}}"
        return Phrase(said, parts)


class AutomationFailed(Happened):
    """A rule's webhook did not take it, however often it was tried."""

    kind = "automation.failed"
    because: str
    host: str
    trouble: str

    def sentence(self, by: str | None) -> Phrase:
        said = "{host} was not told ({because}): {trouble}"
        return phrase(said, host=self.host, because=self.because, trouble=self.trouble)


def _named(target: str) -> Part:
    return Who(target) if target[:1] in ("U", "W") and target.isalnum() or target.startswith("group:") else target
