"""What a team wants to be told of what it deploys (PRODUCT §5, §9)."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from incidents.policy_values import Duration, DurationOrNone, Settings, Word, folded


class DeploysPolicy(Settings):
    """An incident is told of what was deployed `show_within` before it, None: of nothing; of its services and of what these
    depend on, in `environments`, in all where none is named. What follows within `together` is told together. A deploy is
    forgotten after `keep`."""

    show_within: DurationOrNone = timedelta(hours=24)
    together: Duration = timedelta(minutes=5)
    keep: Duration = timedelta(days=90)
    environments: Annotated[list[Word], Field(max_length=50)] = []

    def concerns(self, environment: str) -> bool:
        """Is what is deployed there told? One that names none is."""
        return not (environment and self.environments) or folded(environment) in map(folded, self.environments)
