"""What a team lets become of the alerts of its monitoring (PRODUCT §9)."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import Field

from incidents.policy_automations import Words
from incidents.policy_values import Duration, DurationOrNone, Settings, shown

MOST_ROUTES = 200


class AlertRoute(Settings):
    """What becomes of the alerts of which everything is so that is given; of several values one. `page` declares at once,
    `triage` leaves it to people, `drop` takes no notice."""

    source: Words | None = None
    severity: Words | None = None
    service: Words | None = None
    then: Literal["triage", "page", "drop"]

    def fits(self, source: str, severity: str, services: tuple[str, ...]) -> bool:
        """Is this an alert that it is for?"""
        return (
            (not self.source or source in self.source)
            and (not self.severity or severity in self.severity)
            and (not self.service or bool(set(self.service) & set(services)))
        )


class AlertsPolicy(Settings):
    """The first route that fits counts; an alert that none fits is left to people. `quiet_after`: so long after the last
    alert of an incident has stopped its room is asked whether the fix is in. `again_after`: so long after its incident has
    ended an alert counts as a new one that has neither stopped nor said when it began. `remind_after` and
    `remind_again_after`: when what is in triage is brought up again, as long as nobody has done anything with it."""

    routes: Annotated[list[AlertRoute], Field(max_length=MOST_ROUTES)] = []
    quiet_after: Duration = timedelta(minutes=2)
    again_after: Duration = timedelta(hours=1)
    remind_after: DurationOrNone = timedelta(minutes=15)
    remind_again_after: DurationOrNone = timedelta(hours=1)

    def route(self, source: str, severity: str, services: tuple[str, ...]) -> str:
        """What becomes of an alert: `triage`, `page` or `drop`."""
        return next((route.then for route in self.routes if route.fits(source, severity, services)), "triage")


_Where = tuple[str | int, ...]


def mistakes(alerts: AlertsPolicy, known: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[_Where, str, str]]:
    """What routes name that the file does not have, and those that no alert ever comes to. `known` is by section."""
    for number, route in enumerate(alerts.routes):
        for setting, section in (("severity", "severities"), ("service", "services")):
            for name in getattr(route, setting) or ():
                if name not in known[section]:
                    near = get_close_matches(name, known[section], n=1, cutoff=0.6)
                    there = ", ".join(list(known[section])[:20]) or f"none; add it under {section}"
                    expected = f"did you mean {near[0]}?" if near else f"there are: {there}"
                    where = ("alerts", "routes", number, setting)
                    yield where, f"names the {setting} {shown(name)}, which does not exist", expected
        every = not (route.source or route.severity or route.service)
        if every and number + 1 < len(alerts.routes):
            expected = "move it to the end: the first route that fits counts"
            yield ("alerts", "routes", number, "then"), "is for every alert, so no later route is looked at", expected
