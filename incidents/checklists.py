"""Ticking off the built-in checklists: each tick is on the timeline with its name and time."""

from collections.abc import Collection

from incidents.core import Core, Unit
from incidents.edit import refuse_merged
from incidents.errors import Refused
from incidents.events import ChecklistTicked
from incidents.rules.checklists import CHECKLISTS
from incidents.rules.lifecycle import ENDED, Status
from models import Event


def tick(core: Core, number: int, checklist: str, item: str, *, on: bool = True, by: str, key: str | None = None) -> Event:
    """Tick one item, or take the tick back. Refuses what is so already, saying by whom."""
    with core.unit(number, key) as unit:
        _check(unit, checklist, item)
        done = unit.incident.ticked.get(checklist, {})
        if on and item in done:
            raise Refused(f"“{item}” is ticked already, by <@{done[item]}>.")
        if not on and item not in done:
            raise Refused(f"“{item}” is not ticked.")
        return _set(unit, checklist, item, on, by=by)


def tick_all(core: Core, number: int, checklist: str, items: Collection[str], *, by: str, key: str | None = None) -> list[Event]:
    """Tick those of the items that nobody has ticked yet; the list of what that recorded may be empty."""
    with core.unit(number, key) as unit:
        for item in items:
            _check(unit, checklist, item)
        done = unit.incident.ticked.get(checklist, {})
        return [_set(unit, checklist, item, True, by=by) for item in CHECKLISTS[checklist] if item in items and item not in done]


def _check(unit: Unit, checklist: str, item: str) -> None:
    refuse_merged(unit.incident)
    if item not in CHECKLISTS.get(checklist, ()):
        raise Refused("That checklist has no such item. `/incident checklist` shows what it has.")
    if unit.incident.status in ENDED and unit.incident.status != Status.CLOSED:
        raise Refused(f"{unit.incident.key} is {unit.incident.status}; nothing is left to tick.")


def follow(unit: Unit, checklist: str, item: str, on: bool, *, by: str) -> None:
    """An item that is known to be done, or not, by what else was said. Says nothing twice."""
    if (item in unit.incident.ticked.get(checklist, {})) != on:
        _set(unit, checklist, item, on, by=by, by_itself=True)


def _set(unit: Unit, checklist: str, item: str, on: bool, *, by: str, by_itself: bool = False) -> Event:
    done = dict(unit.incident.ticked.get(checklist, {}))
    if on:
        done[item] = by
    else:
        del done[item]
    unit.incident.ticked = {**unit.incident.ticked, checklist: done}
    return unit.record(ChecklistTicked(checklist=checklist, item=item, on=on, by_itself=by_itself), by=by)


def forget_resolution(unit: Unit) -> None:
    """It came back: what was ticked for the last time says nothing about the next."""
    unit.incident.ticked = {name: done for name, done in unit.incident.ticked.items() if name != "resolution"}
