"""What happens in a drill besides what happens in any incident: injects, pauses, its end."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from incidents.events.happened import Happened
from incidents.phrase import Phrase, Who, phrase


class DrillInjected(Happened):
    """Its script, or who runs it, said something in the room. `late`: by how much the rest of the script was put off,
    because Muster was away when it was due."""

    kind = "drill.inject"
    number: int
    says: str
    speaker: str = ""
    hint: bool = False
    late: timedelta = timedelta()

    def sentence(self, by: str | None) -> Phrase:
        if self.hint:
            return phrase("A hint: {says}", says=self.says)
        return phrase("*{speaker}:* {says}", speaker=self.speaker, says=self.says)


class DrillHintSpared(Happened):
    """A hint that nobody needed any more."""

    kind = "drill.hint_spared"
    headline = False
    number: int
    late: timedelta = timedelta()

    def sentence(self, by: str | None) -> Phrase:
        return phrase("A hint was not needed")


class DrillPaused(Happened):
    """Injects and timed updates wait."""

    kind = "drill.paused"

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} paused the drill: nothing more comes, and no time counts, until it goes on", by=Who(by))


class DrillResumed(Happened):
    kind = "drill.resumed"

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} lets the drill go on", by=Who(by))


class DrillMark(BaseModel):
    """One line of a score, as it was reckoned when the drill ended."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    label: str
    took: timedelta | None = None
    target: timedelta | None = None
    met: bool | None = None


class DrillEnded(Happened):
    """It is over: how it went. `solved`: it ended because the incident did."""

    kind = "drill.ended"
    solved: bool = True
    marks: list[DrillMark] = []
    updates_due: int = 0
    updates_on_time: int = 0
    practise: list[str] = []

    def sentence(self, by: str | None) -> Phrase:
        judged = [mark for mark in self.marks if mark.met is not None]
        met = sum(bool(mark.met) for mark in judged)
        head = "The drill is over" if self.solved else "{by} ended the drill"
        return phrase(f"{head}: {{met}} of {{judged}} steps in time", by=Who(by), met=met, judged=len(judged))
