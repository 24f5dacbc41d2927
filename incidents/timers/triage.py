"""An alert that nobody has said anything of is brought up again in its thread, twice at most; nobody is paged for it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from incidents.core import Unit
from incidents.events import TriageWaits
from incidents.policy import Policy
from incidents.rules.lifecycle import Status
from incidents.standing import Standing
from incidents.timers import Due, Timer
from models import Incident


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    """Counted from what somebody did with it last, such as acknowledging it, else from when it came."""
    incident, moments = now.incident, _moments(now.incident, policy)
    if incident.status == Status.TRIAGE and incident.triage_reminded < len(moments):
        yield Due(moments[incident.triage_reminded], f"triage:{incident.number}:{incident.triage_reminded}")


def _moments(incident: Incident, policy: Policy) -> Sequence[datetime]:
    spans = (policy.alerts.remind_after, policy.alerts.remind_again_after)
    return sorted(_since(incident) + span for span in spans if span is not None)


def _since(incident: Incident) -> datetime:
    return incident.heard_at or incident.declared_at


def fire(unit: Unit, due: Due) -> None:
    """After an outage that outlasted both it is said once."""
    incident, moments = unit.incident, _moments(unit.incident, unit.policy)
    incident.triage_reminded = max(incident.triage_reminded + 1, sum(at <= unit.now for at in moments))
    last = incident.triage_reminded >= len(moments)
    unit.record(TriageWaits(since=_since(incident), last=last), key=due.key)


TIMER = Timer("alert in triage", owed, fire)
