"""How long it took: the response times of one incident (PRODUCT §13)."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Moments:
    """The kept moments of an incident as corrected last, aware; None where unknown. `first_paged` is the first page's
    actual sending, None if nobody was paged."""

    declared: datetime
    impact_started: datetime | None = None
    detected: datetime | None = None
    first_paged: datetime | None = None
    acknowledged: datetime | None = None
    mitigated: datetime | None = None
    resolved: datetime | None = None


@dataclass(frozen=True)
class ResponseTimes:
    """None where a moment is missing, or two contradict each other; never negative."""

    detect: timedelta | None
    acknowledge: timedelta | None
    mitigate: timedelta | None
    resolve: timedelta | None


def response_times(moments: Moments) -> ResponseTimes:
    """Detect: impact start → detected. Acknowledge: first page, else declared → acknowledged. Mitigate and resolve:
    detected → mitigated, resolved.

    What was declared was detected by then, so an unknown or later detection counts as the declaration, except for
    the time to detect, which is None where no detection was kept. Who acknowledged before the first page went out
    is counted from the declaration.
    """
    noticed = min(moments.detected or moments.declared, moments.declared)
    asked = moments.first_paged or moments.declared
    if moments.acknowledged is not None and moments.acknowledged < asked:
        asked = moments.declared
    return ResponseTimes(
        detect=_between(moments.impact_started, moments.detected),
        acknowledge=_between(asked, moments.acknowledged),
        mitigate=_between(noticed, moments.mitigated),
        resolve=_between(noticed, moments.resolved),
    )


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    if start is None or end is None or end < start:
        return None
    return end - start
