"""What is still to be done."""

from incidents.events import (
    ActionAdded,
    ActionDone,
    TaskAdded,
    TaskDone,
)
from incidents.rules.postmortem.document import Block, Items, Line, Paragraph, Piece, Section, Table, Text
from incidents.rules.postmortem.record import FollowUp, Happening
from incidents.rules.postmortem.story import Story, line, utc


def action_items(story: Story) -> Section:
    added = {what.action_id: happening for happening, what in story.of(ActionAdded)}
    done = {what.action_id: happening for happening, what in story.of(ActionDone)}
    rows = tuple(_action_row(story, a, added.get(a.id), done.get(a.id)) for a in story.record.actions)
    asked = Paragraph(line(story.todo("Which actions keep this from happening again? Each needs an owner and a date.")))
    blocks: tuple[Block, ...] = (Table(("Action", "Owner", "Due", "Status", "Added"), rows),) if rows else (asked,)
    left = tasks_left(story)
    parts = (Section("tasks_left", "Tasks not finished during the incident", (Items(left),)),) if left else ()
    return Section("actions", "Action items", blocks, parts)


def _action_row(story: Story, action: FollowUp, added: Happening | None, done: Happening | None) -> tuple[Line, ...]:
    """What is done needs no owner and no date any more."""
    status = line("open")
    missing_owner: Piece = story.todo("Who?")
    missing_date: Piece = story.todo("By when?")
    if action.done_at is not None:
        day = Text(f"{utc(action.done_at):%Y-%m-%d}", link=done.link if done else None)
        status = line("done ", day, f" by {story.who(action.done_by)}")
        missing_owner = missing_date = Text("—")
    return (
        line(story.said(action.text)),
        line(story.who(action.owner) if action.owner else missing_owner),
        line(action.due_on.isoformat() if action.due_on else missing_date),
        status,
        line(story.at(added) if added else "—"),
    )


def tasks_left(story: Story) -> tuple[Line, ...]:
    done = {what.task_id for _, what in story.of(TaskDone)}
    return tuple(
        line(story.said(task.text), f" ({story.who(task.owner)}, " if task.owner else " (", "added ", story.at(h), ")")
        for h, task in story.of(TaskAdded)
        if task.task_id not in done
    )
