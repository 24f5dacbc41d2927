"""PRODUCT's numbers as they would be written in `muster.yml`, and how a file's content is laid over them."""

from typing import Any

DEFAULT_SEVERITIES: dict[str, dict[str, Any]] = {
    "SEV1": {
        "name": "Critical",
        "when": "Complete outage, data loss or a breach; all or most users",
        "aliases": ["p1", "critical"],
        "rank": 1,
        "room": "now",
        "first_response": "5m",
        "update_every": "30m",
        "status_page_within": "15m",
        "watch_for": "60m",
        "postmortem": {"required": True},
    },
    "SEV2": {
        "name": "Major",
        "when": "Core function badly degraded; many users; no acceptable workaround",
        "aliases": ["p2"],
        "rank": 2,
        "room": "after 30m",
        "first_response": "15m",
        "update_every": "60m",
        "status_page_within": "30m",
        "tell_owner": True,
        "watch_for": "30m",
        "postmortem": {"required": True},
    },
    "SEV3": {
        "name": "Minor",
        "when": "Non-critical function impaired; a workaround exists",
        "aliases": ["p3"],
        "rank": 3,
        "room": "on request",
        "first_response": "4h",
        "update_every": "4h",
        "tell_owner": True,
        "postmortem": {"when_repeated": True},
    },
    "SEV4": {
        "name": "Low",
        "when": "Cosmetic; hardly any user affected",
        "aliases": ["p4"],
        "rank": 4,
        "room": "on request",
    },
}
"""PRODUCT §1, as it would be written in the file; a level there overrides only the keys it gives."""

DEFAULT_ESCALATIONS = {"SEV1": "critical", "SEV2": "major"}
"""The escalation that a default level wants when the file names none for it."""

DEFAULT_ROLES: dict[str, dict[str, Any]] = {
    "ic": {
        "name": "Incident commander",
        "duties": "Coordinate, decide and delegate. See that every role is held and every update goes out. "
        "Keep asking what we know, what we try next and who does it. You declare it resolved.",
        "not_for": "Debugging: leave diagnosis and fix to the technical lead.",
        "ask_if_empty_after": "5m",
    },
    "tech": {
        "name": "Technical lead",
        "aliases": ["ops"],
        "duties": "Lead diagnosis and fix. Say your theory aloud and what you are about to change. "
        "Prefer what stops the harm now (roll back, flag off, scale up, fail over, degrade) to what explains it.",
        "not_for": "Talking to stakeholders: leave that to the communications lead.",
    },
    "comms": {
        "name": "Communications lead",
        "duties": "Write the status updates, on time, even when nothing is new. "
        "Keep the status page, customers and leadership informed, in words they understand.",
        "not_for": "Debugging, and promising times that the incident commander has not agreed to.",
        "ask_if_empty_after": "15m",
    },
    "scribe": {
        "name": "Scribe",
        "duties": "Keep the timeline: what was seen, tried and decided, when and by whom. "
        "Pin the messages that matter and write down decisions with their reason.",
        "not_for": "Deciding, or fixing; ask when something is unclear, and write it down.",
    },
}
"""PRODUCT §3, as it would be written in the file."""


def _section(raw: dict[str, Any], name: str) -> dict[str, Any]:
    """A section of the file as far as it is one; what is not is left to be reported as such."""
    section = raw.get(name)
    return section if isinstance(section, dict) else {}


def with_defaults(raw: dict[str, Any]) -> dict[str, Any]:
    """The file's content over the defaults. Makes no complaint: whatever is wrong stays as it is and is found later."""
    filled = {name: section for name, section in raw.items() if section is not None}
    for name, defaults in (("severities", DEFAULT_SEVERITIES), ("roles", DEFAULT_ROLES)):
        if isinstance(filled.setdefault(name, {}), dict):
            filled[name] = _over(defaults, filled[name])
    nudge = _section(filled, "updates").get("nudge_before")
    for level in _section(filled, "severities").values():
        if nudge is not None and isinstance(level, dict):
            level.setdefault("nudge_before", nudge)
    zone = _section(filled, "workspace").get("timezone")
    filled["rotations"] = _each(filled.get("rotations", {}), "timezone", zone)
    _page_primary(filled)
    wait = _section(filled, "paging").get("wait") or "5m"
    if isinstance(filled.get("escalations"), dict):
        filled["escalations"] = {
            name: {**policy, "levels": _each(policy["levels"], "wait", wait)}
            if isinstance(policy, dict) and isinstance(policy.get("levels"), list)
            else policy
            for name, policy in filled["escalations"].items()
        }
    return filled


def _over(defaults: dict[str, dict[str, Any]], given: dict[str, Any]) -> dict[str, Any]:
    """Each default with the keys that were given for it laid over; `false` takes a default out; new ones are added."""
    merged: dict[str, Any] = {name: dict(default) for name, default in defaults.items()}
    for name, settings in given.items():
        if settings is False and name in merged and defaults is DEFAULT_SEVERITIES:
            del merged[name]
        elif isinstance(settings, dict) or settings is None:
            merged[name] = {**merged.get(name, {}), **(settings or {})}
        else:
            merged[name] = settings
    return merged


def _each(items: Any, key: str, value: object) -> Any:
    """The same items, each with `key` set where it had none."""
    if value is None:
        return items
    if isinstance(items, dict):
        return {name: {key: value, **item} if isinstance(item, dict) else item for name, item in items.items()}
    if isinstance(items, list):
        return [{key: value, **item} if isinstance(item, dict) else item for item in items]
    return items


def _page_primary(filled: dict[str, Any]) -> None:
    """PRODUCT §1: SEV1 pages by policy, SEV2 the primary and the secondary on call; both are on their own if unset."""
    known = [f"rotation:{name}" for name in ("primary", "secondary") if name in _section(filled, "rotations")]
    escalations = filled.setdefault("escalations", {})
    if "rotation:primary" not in known or not isinstance(escalations, dict):
        return
    critical = {"levels": [{"page": [name]} for name in known], "repeat": 1}
    major = {"levels": [{"page": known}], "repeat": 1}
    filled["escalations"] = {"critical": critical, "major": major, **escalations}


COMMAND_WORDS = frozenset(
    [
        "access",
        "ack",
        "acknowledge",
        "action",
        "actions",
        "assign",
        "automations",
        "bridge",
        "call",
        "cancel",
        "cancelled",
        "catch-up",
        "catchup",
        "checklist",
        "close",
        "closed",
        "commands",
        "cover",
        "decide",
        "decided",
        "decision",
        "declare",
        "decline",
        "declined",
        "doctor",
        "drill",
        "end",
        "escalate",
        "fixed",
        "follow",
        "found",
        "going",
        "handoff",
        "handover",
        "help",
        "holding",
        "holds",
        "identified",
        "impact",
        "join",
        "leave",
        "link",
        "list",
        "log",
        "ls",
        "maintenance",
        "merge",
        "metrics",
        "missed",
        "mitigated",
        "moment",
        "moments",
        "monitor",
        "new",
        "note",
        "on-call",
        "oncall",
        "open",
        "page",
        "panel",
        "pause",
        "people",
        "pm",
        "postmortem",
        "private",
        "rename",
        "reopen",
        "resolve",
        "resolved",
        "resume",
        "retro",
        "role",
        "roles",
        "room",
        "rules",
        "runbook",
        "runbooks",
        "search",
        "set",
        "sev",
        "severity",
        "show",
        "snooze",
        "status",
        "subscribe",
        "summary",
        "take",
        "task",
        "tasks",
        "theory",
        "timeline",
        "title",
        "unfollow",
        "unpause",
        "unsubscribe",
        "update",
    ]
)
"""What follows `/incident` as a command: no role can be called so. A test compares it with the commands themselves."""

ANSWER_WORDS = frozenset({"accept", "confirm", "confirmed", "form", "withdraw"})
"""What buttons say about roles."""
