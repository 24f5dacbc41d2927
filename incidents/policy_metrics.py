"""What a team wants to reach (PRODUCT §13)."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, field_validator

from incidents.policy_values import Duration, DurationOrNone, Settings, Word, shown

_SEV1 = {"detect": "5m", "acknowledge": "5m", "mitigate": "30m", "resolve": "60m"}


class TargetsPolicy(Settings):
    """How long each may take at one severity, by its median; None: no target."""

    detect: DurationOrNone = None
    acknowledge: DurationOrNone = None
    mitigate: DurationOrNone = None
    resolve: DurationOrNone = None


Percent = Annotated[int, Field(ge=0, le=100)]


class MetricsPolicy(Settings):
    """`since`: how far back they look where nobody says it. `targets` are by severity; `postmortems` and `actions_done` in
    percent, `repeats` a number."""

    since: Duration = timedelta(days=30)
    targets: Annotated[dict[Word, TargetsPolicy], Field(max_length=20)] = {"SEV1": TargetsPolicy.model_validate(_SEV1)}
    postmortems: Percent = 100
    actions_done: Percent = 80
    repeats: Annotated[int, Field(ge=0, le=10_000)] = 0

    @field_validator("targets", mode="before")
    @classmethod
    def _over_the_defaults(cls, value: object) -> object:
        """What a level gives overrides only the keys that it gives."""
        if not isinstance(value, dict):
            return value
        given = value.get("SEV1", {})
        return {**value, "SEV1": {**_SEV1, **given} if isinstance(given, dict) else given}

    def of(self, severity: str) -> TargetsPolicy:
        """Those of a level; none where the file has none."""
        return self.targets.get(severity) or TargetsPolicy()


def mistakes(metrics: MetricsPolicy, severities: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Targets for levels that there are not."""
    for name in metrics.targets:
        if name not in severities and name != "SEV1":  # which is there by default
            yield ("metrics", "targets", name), f"names the severity {shown(name)}", f"there are: {', '.join(severities)}"
