"""The short built-in lists that are shown where they are needed, and what of them is open (PRODUCT §2, §10)."""

from collections.abc import Collection, Mapping

from incidents.rules.lifecycle import Status

DETECTION = ("it is real", "scope known", "declared", "room open", "somebody paged")

FIRST = ("IC named", "roles given", "first status posted", "known facts written down", "theories written down")

INVESTIGATION = ("recent deploys", "config changes", "metrics and logs", "dependencies", "blast radius")

MITIGATIONS = ("roll back", "flag off", "scale up", "fail over", "degrade")

RESOLUTION = (
    "service normal",
    "metrics confirm",
    "temporary mitigations cleaned up",
    "customers told",
    "timeline complete",
    "postmortem owner named and scheduled",
    "cause tagged",
)

WATCH = ("still holding?", "errors at zero?", "latency normal?")

CHECKLISTS: Mapping[str, tuple[str, ...]] = {
    "detection": DETECTION,
    "first": FIRST,
    "investigation": INVESTIGATION,
    "mitigation": MITIGATIONS,
    "resolution": RESOLUTION,
}
"""By the name that people say and that ticks are stored under."""

TITLES = {"first": "First five minutes"}
"""Where a list is called otherwise than its name."""

Ticked = Mapping[str, Mapping[str, str]]
"""Who ticked what: {checklist: {item: person}}."""


def title(checklist: str) -> str:
    """As it is headed."""
    return TITLES.get(checklist, f"{checklist.capitalize()} checklist")


def fitting(status: str, ticked: Ticked, known: Collection[str]) -> str:
    """The checklist that is needed in a state: is it one at all; the first five minutes, then where to look; what to try
    while mitigating; what is left to do afterwards."""
    if status == Status.TRIAGE:
        return "detection"
    if status == Status.INVESTIGATING:
        return "first" if open_items(ticked, "first", known) else "investigation"
    if status in (Status.IDENTIFIED, Status.MITIGATING):
        return "mitigation"
    return "resolution"


def open_items(ticked: Ticked, checklist: str, known: Collection[str] = ()) -> list[str]:
    """What nobody has ticked and the record does not know, in the order of the list."""
    done = ticked.get(checklist, {})
    return [item for item in CHECKLISTS[checklist] if item not in done and item not in known]
