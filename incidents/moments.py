"""The kept moments of an incident, corrected afterwards: what is measured is what people know by then (PRODUCT §2)."""

from datetime import datetime

from incidents.core import Core
from incidents.edit import refuse_merged
from incidents.errors import Refused, quote
from incidents.events import MomentCorrected
from incidents.texts import prose
from models import Event, Incident

MOMENTS = {
    "impact_started": "impact started",
    "detected": "detected",
    "declared": "declared",
    "acknowledged": "acknowledged",
    "mitigated": "mitigated",
    "resolved": "resolved",
    "closed": "closed",
}
"""Each column's name without `_at`, and the words that people say."""

_ALIASES = {
    "started": "impact_started",
    "start": "impact_started",
    "impact": "impact_started",
    "impact_start": "impact_started",
    "began": "impact_started",
    "detection": "detected",
    "ack": "acknowledged",
    "acked": "acknowledged",
    "fixed": "mitigated",
}
_FOLLOW = (("impact_started", "mitigated"), ("impact_started", "resolved"), ("mitigated", "resolved"), ("resolved", "closed"))
"""The later one of each pair cannot lie before the earlier one."""

_COMES_BY = {"acknowledged": "ack", "mitigated": "mitigated", "resolved": "resolve", "closed": "close <why>"}
"""A move makes these; what has not come yet has nothing to correct."""


def name_at_front(text: str) -> tuple[str, str]:
    """The moment that the text begins with, by column, and the rest; a refusal that lists them where there is none."""
    words = text.split()
    for count in (2, 1):
        said = "_".join(words[:count]).casefold().strip(":").replace("-", "_")
        name = _ALIASES.get(said, said)
        if name in MOMENTS and len(words) >= count:
            return name, " ".join(words[count:])
    what = f"“{quote(words[0])}” is no moment that is kept." if words else "Which moment?"
    raise Refused(f"{what} These are: {', '.join(MOMENTS.values())}. Like this: `/incident moment started 13:40`.")


def correct(core: Core, number: int, name: str, at: datetime, *, by: str, why: str = "", key: str | None = None) -> Event:
    """Say when it really was; the old moment and the new one stay on the timeline. Also after closing."""
    why = prose(why, "reason", field="why", needed=False)[:300]
    with core.unit(number, key) as unit:
        incident = unit.incident
        refuse_merged(incident)
        old: datetime | None = getattr(incident, f"{name}_at")
        if old is None and name in _COMES_BY:
            raise Refused(f"{incident.key} is not {MOMENTS[name]} yet; `/incident {_COMES_BY[name]}` does that.")
        if old == at:
            raise Refused(f"That is the moment on record already: {MOMENTS[name]} at {_clock(at)}.")
        if at > unit.now:
            raise Refused(f"{_clock(at)} is still to come. Give a moment that has passed, such as 14:05.")
        _refuse_disorder(incident, name, at)
        setattr(incident, f"{name}_at", at)
        return unit.record(MomentCorrected(moment=name, old=old, new=at, why=why), by=by)


def _refuse_disorder(incident: Incident, name: str, at: datetime) -> None:
    for first, then in _FOLLOW:
        known: dict[str, datetime | None] = {each: getattr(incident, f"{each}_at") for each in (first, then)} | {name: at}
        begins, ends = known[first], known[then]
        if name in (first, then) and begins is not None and ends is not None and ends < begins:
            raise Refused(
                f"Then it was {MOMENTS[then]} ({_clock(ends)}) before {MOMENTS[first]} ({_clock(begins)}). "
                f"Correct the other one first, or check the day: `/incident moment {name} yesterday 23:50`."
            )


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
