"""What was deployed of the incident's services. All of it is another system's words, as little trusted as people's."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from incidents.events.happened import Happened
from incidents.phrase import Link, Part, Phrase, When


class Deployed(BaseModel):
    """One version of one service; `by` is the source's word for somebody."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    service: str
    version: str
    at: datetime
    by: str = ""
    url: str = ""
    environment: str = ""


class DeploysListed(Happened):
    """What was deployed lately and was not told here before: the newest of it, the newest first, and how many `more`. `ids` are
    all of them. `since`: the incident was open already."""

    kind = "deploys.listed"
    deploys: list[Deployed]
    ids: list[int] = []
    more: int = 0
    since: bool = False

    def sentence(self, by: str | None) -> Phrase:
        parts: dict[str, Part] = {"more": self.more}
        said = []
        for n, each in enumerate(self.deploys):
            parts |= {f"what{n}": Link(f"{each.service} {each.version}", each.url), f"at{n}": When(each.at, day=True)}
            parts |= {f"by{n}": each.by, f"env{n}": each.environment}
            said.append(
                f"{{what{n}}}"
                + (f" ({{env{n}}})" if each.environment else "")
                + f" {{at{n}}}"
                + (f" by {{by{n}}}" if each.by else "")
            )
        more = "; and {more} more" if self.more else ""
        return Phrase(f"{'Deployed meanwhile' if self.since else 'Recent deploys'}: {'; '.join(said)}{more}", parts)
