"""The base of all events."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from incidents.phrase import Phrase


class Happened(BaseModel):
    """The base of all events. `headline` is False for those that only the log and the postmortem's machinery need."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    kind: ClassVar[str]
    headline: ClassVar[bool] = True

    def sentence(self, by: str | None) -> Phrase:
        """What happened, in one sentence; `by` is the person who did it, None for Muster."""
        raise NotImplementedError(self.kind)
