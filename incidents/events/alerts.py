"""What monitoring says: alerts that fire and that are over. `title` and `source` are as little trusted as people's words."""

from datetime import datetime

from incidents.events.happened import Happened
from incidents.phrase import Phrase, When, phrase


class AlertFired(Happened):
    """An alert that this incident did not have before. `held`: planned maintenance held it back until then."""

    kind = "alert.fired"
    alert_id: int
    source: str
    title: str
    severity: str
    started_at: datetime
    services: list[str] = []
    url: str = ""
    held: bool = False

    def sentence(self, by: str | None) -> Phrase:
        held = ", held back until the planned maintenance was over" if self.held else ""
        return phrase(f"Alert from {{source}}{held}: {{title}}", source=self.source, title=self.title)


class AlertAgain(Happened):
    """One that had stopped, or that its source counts anew. `after_all`: the room was told that all of them were over."""

    kind = "alert.again"
    headline = False
    alert_id: int
    source: str
    title: str
    started_at: datetime
    times: int
    after_all: bool = False

    def sentence(self, by: str | None) -> Phrase:
        return phrase("Firing again ({times}×): {title}", times=self.times, title=self.title)


class AlertResolved(Happened):
    """Its source says that it has stopped; `last`: no other one fires here now."""

    kind = "alert.resolved"
    headline = False
    alert_id: int
    source: str
    title: str
    last: bool = False

    def sentence(self, by: str | None) -> Phrase:
        return phrase("Over, as {source} says: {title}", source=self.source, title=self.title)


class AlertsOver(Happened):
    """None of the incident's alerts has fired for a while; somebody may want to say that the fix is in."""

    kind = "alert.all_over"
    alerts: int

    def sentence(self, by: str | None) -> Phrase:
        said = "The alert is over" if self.alerts == 1 else "All {alerts} alerts are over"
        return phrase(f"{said}. Is the fix in? Then watch whether it holds", alerts=self.alerts)


class TriageWaits(Happened):
    """Nobody has said what an alert is, `since` somebody last did anything with it. `last`: it is not brought up again."""

    kind = "triage.waiting"
    headline = False
    since: datetime
    last: bool = False

    def sentence(self, by: str | None) -> Phrase:
        end = " It is not asked again" if self.last else ""
        return phrase(f"Is this real? Nobody has said so since {{since}}.{end}", since=When(self.since))
