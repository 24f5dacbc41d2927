"""Tasks for now and action items for afterwards."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from incidents import access
from incidents.core import Core, Unit
from incidents.edit import refuse_merged
from incidents.errors import Refused
from incidents.events import ActionAdded, ActionDone, TaskAdded, TaskDone
from incidents.reach import refuse_unreachable
from incidents.texts import prose
from models import ActionItem, Event, Task


@dataclass(frozen=True)
class Source:
    """The message that a follow-up was made of."""

    channel: str
    ts: str
    thread_ts: str | None


def add_task(core: Core, number: int, text: str, *, owner: str | None, by: str, key: str | None = None) -> Event:
    """Something to do now."""
    text = prose(text, "task")
    refuse_unreachable(core, owner, by=by, field="owner")
    with core.unit(number, key) as unit:
        refuse_merged(unit.incident)
        _refuse_outsider(unit, owner)
        task = Task(incident_id=number, text=text, owner=owner, added_by=by, added_at=unit.now)
        unit.session.add(task)
        unit.session.flush()
        assert task.id is not None
        return unit.record(TaskAdded(task_id=task.id, text=text, owner=owner), by=by)


def _refuse_outsider(unit: Unit, owner: str | None) -> None:
    """Nobody owns what they cannot see."""
    if owner is not None and not access.may_see(unit.session, unit.incident, owner):
        key = unit.incident.key
        raise Refused(f"<@{owner}> is not in {key}, which is private. Invite them to its room first; then give it to them.")


def finish_task(core: Core, number: int, task_id: int, *, by: str, key: str | None = None) -> Event:
    """Done, once."""
    with core.unit(number, key) as unit:
        refuse_merged(unit.incident)
        task = unit.session.get(Task, task_id)
        if task is None or task.incident_id != number:
            raise Refused(f"{unit.incident.key} has no such task. `/incident tasks` shows them.")
        if task.done_at is not None:
            raise Refused(f"That task was finished already, by <@{task.done_by}>.")
        task.done_by, task.done_at = by, unit.now
        return unit.record(TaskDone(task_id=task_id, text=task.text), by=by)


def add_action(
    core: Core,
    number: int,
    text: str,
    *,
    owner: str | None,
    due_on: date | None,
    by: str,
    key: str | None = None,
    source: Source | None = None,
) -> Event:
    """Something to do afterwards, so that it does not happen again. On the timeline it is linked to its source."""
    text = prose(text, "action item")
    refuse_unreachable(core, owner, by=by, field="owner")
    with core.unit(number, key) as unit:
        refuse_merged(unit.incident)
        _refuse_outsider(unit, owner)
        item = ActionItem(incident_id=number, text=text, owner=owner, due_on=due_on, added_by=by, added_at=unit.now)
        unit.session.add(item)
        unit.session.flush()
        assert item.id is not None
        added = ActionAdded(action_id=item.id, text=text, owner=owner, due_on=due_on)
        if source is None:
            return unit.record(added, by=by)
        return unit.record(added, by=by, channel=source.channel, ts=source.ts, thread_ts=source.thread_ts)


def finish_action(core: Core, number: int, action_id: int, *, by: str, key: str | None = None) -> Event:
    """Done, once."""
    with core.unit(number, key) as unit:
        refuse_merged(unit.incident)
        item = unit.session.get(ActionItem, action_id)
        if item is None or item.incident_id != number:
            raise Refused(f"{unit.incident.key} has no such action item. `/incident actions` shows them.")
        if item.done_at is not None:
            raise Refused(f"That action item was finished already, by <@{item.done_by}>.")
        item.done_by, item.done_at = by, unit.now
        return unit.record(ActionDone(action_id=action_id, text=item.text), by=by)


def tasks(core: Core, number: int) -> list[Task]:
    """Open ones first, then in the order they were added."""
    with core.view() as session:
        rows = session.exec(select(Task).where(Task.incident_id == number).order_by(col(Task.id))).all()
        return sorted(rows, key=lambda task: task.done_at is not None)


def actions(core: Core, number: int) -> list[ActionItem]:
    """Open ones first, then in the order they were added."""
    with core.view() as session:
        rows = session.exec(select(ActionItem).where(ActionItem.incident_id == number).order_by(col(ActionItem.id)))
        return sorted(rows, key=lambda item: item.done_at is not None)
