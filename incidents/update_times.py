"""From when the next status update is counted; whatever starts them anew says so here."""

from incidents.core import Unit
from models import Event


def count_from(unit: Unit, event: Event) -> None:
    """The next one is due a whole cadence after this event, whatever was promised before."""
    incident = unit.incident
    incident.update_anchor_at, incident.update_anchor_event = unit.now, event.id
    incident.update_promised_at = None


def begin_anew(unit: Unit, event: Event) -> None:
    """The same, and a pause ends."""
    unit.incident.updates_paused, unit.incident.updates_paused_until = False, None
    count_from(unit, event)
