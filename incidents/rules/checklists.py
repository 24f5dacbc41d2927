"""The short built-in lists that are shown where they are needed, and what of them is open (PRODUCT §2)."""

from collections.abc import Mapping

from incidents.rules.lifecycle import Status

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

CHECKLISTS: Mapping[str, tuple[str, ...]] = {"mitigation": MITIGATIONS, "resolution": RESOLUTION}
"""By the name that people say and that ticks are stored under."""

Ticked = Mapping[str, Mapping[str, str]]
"""Who ticked what: {checklist: {item: person}}."""


def fitting(status: str) -> str:
    """The checklist that is needed in a state: what to try while mitigating, what is left to do afterwards."""
    return "mitigation" if status == Status.MITIGATING else "resolution"


def open_items(ticked: Ticked, checklist: str) -> list[str]:
    """What nobody has ticked, in the order of the list."""
    done = ticked.get(checklist, {})
    return [item for item in CHECKLISTS[checklist] if item not in done]
