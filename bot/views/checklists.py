"""The short lists that are shown where they are needed (PRODUCT §2)."""

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
