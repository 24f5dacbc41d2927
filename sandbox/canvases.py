"""Canvases: Markdown in sections, one change at a time, and who may look or write."""

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.state import Canvas, Channel, Json, Section

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

CONTENT_MOST = 1_048_576
TABLE_CELLS_MOST = 300
HEADERS = {"h1": "# ", "h2": "## ", "h3": "### "}
UNTITLED = "Untitled"


class CannotEdit(Exception):
    """Content or a change that a canvas does not take; the message is Slack's `detail`."""


def create(
    workspace: "Workspace", title: str, markdown: str, by: str, room: Channel | None = None, *, is_channels: bool = False
) -> Canvas:
    """A new canvas, standing in `room` as a tab or nowhere. Raises CannotEdit."""
    with workspace.changing() as state:
        sections = list(_sections(workspace, markdown))
        id, now = workspace.new_id("F"), int(workspace.now())
        item = Canvas(id, title or UNTITLED, by, now, room.id if room else "", is_channels, sections, {by: "owner"}, now)
        state.canvases[id] = item
        workspace.touch("canvases", item.channel or "canvases")
        return item


def of(workspace: "Workspace", room: Channel) -> Canvas | None:
    """The channel's own canvas, if it has one."""
    tabs = (item for item in workspace.state.canvases.values() if item.channel == room.id and not item.deleted)
    return next((item for item in tabs if item.is_channels), None)


def level(workspace: "Workspace", item: Canvas, who: str) -> str:
    """What somebody may do with it: "", "read", "write" or "owner"; whoever is in its channel may write.

    In a public channel everybody may read what stands there.
    """
    granted = [item.access.get(who, "")]
    home = workspace.state.channels.get(item.channel)
    if home and home.kind == "public" and who in workspace.state.people and not workspace.state.people[who].is_bot:
        granted.append("read")
    for id, access in ({item.channel: "write"} | item.access).items():
        room = workspace.state.channels.get(id)
        if room and who in room.members:
            granted.append(access)
    return max(granted, key=("", "read", "write", "owner").index)


def change(workspace: "Workspace", item: Canvas, operation: str, section_id: str | None, content: str) -> None:
    """Carry out one change: insert_*, replace, delete or rename. Raises CannotEdit, and then nothing has changed."""
    with workspace.changing():
        if operation == "rename":
            item.title = content or UNTITLED
        else:
            item.sections = _changed(workspace, item, operation, section_id, content)
        item.updated = int(workspace.now())
        item.changes += 1
        workspace.touch("canvases", item.channel or "canvases")


def _changed(workspace: "Workspace", item: Canvas, operation: str, section_id: str | None, content: str) -> list[Section]:
    new = [] if operation == "delete" else list(_sections(workspace, content))
    old = item.sections
    if operation == "insert_at_start":
        return new + old
    if operation == "insert_at_end":
        return old + new
    if operation == "replace" and not section_id:
        return new
    at = next((index for index, section in enumerate(old) if section.id == section_id), None)
    if at is None:
        raise CannotEdit(f"section {section_id} not found")
    first, last = {"insert_before": (at, at), "insert_after": (at + 1, at + 1)}.get(operation, (at, at + 1))
    return old[:first] + new + old[last:]


def delete(workspace: "Workspace", item: Canvas) -> None:
    with workspace.changing():
        item.deleted, item.sections = True, []
        workspace.touch("canvases", item.channel or "canvases")


def find(item: Canvas, kinds: list[str], text: str | None) -> list[Section]:
    """The sections of one of these kinds (h1, h2, h3, any_header; none for all) that have the text in them."""
    prefixes = tuple(HEADERS[kind] for kind in kinds if kind in HEADERS)
    if "any_header" in kinds:
        prefixes = tuple(HEADERS.values())
    found = [section for section in item.sections if not kinds or section.markdown.startswith(prefixes)]
    return [section for section in found if text is None or text.lower() in section.markdown.lower()]


def as_html(item: Canvas) -> str:
    """What its download holds: a document of headings and paragraphs."""
    lines = [f"<h1>{html.escape(item.title)}</h1>"]
    for section in item.sections:
        heading = re.match(r"(#{1,3}) (.*)", section.markdown)
        tag = f"h{len(heading[1])}" if heading else "p"
        text = heading[2] if heading else section.markdown
        lines.append(f'<{tag} id="{html.escape(section.id)}">{html.escape(text)}</{tag}>')
    return "\n".join(lines)


def shown(item: Canvas) -> Json:
    """A canvas for whoever looks at it."""
    return {
        "id": item.id,
        "title": item.title,
        "channel": item.channel,
        "is_channels": item.is_channels,
        "owner": item.owner,
        "markdown": item.markdown,
        "sections": [{"id": section.id, "markdown": section.markdown} for section in item.sections],
        "updated": item.updated,
    }


def _sections(workspace: "Workspace", markdown: str) -> Iterator[Section]:
    """Markdown as sections: each heading, and each run of lines between empty ones. Raises CannotEdit."""
    _check(markdown)
    lines: list[str] = []
    fenced = False
    for line in [*markdown.split("\n"), ""]:
        fence = line.lstrip().startswith("```")
        heading = not fenced and re.match(r"#{1,6} ", line)
        if lines and not fenced and (not line.strip() or heading):
            yield _section(workspace, lines)
            lines = []
        if heading:
            yield _section(workspace, [line])
        elif line.strip() or fenced:
            lines.append(line)
        fenced ^= fence
    if lines:
        yield _section(workspace, lines)


def _section(workspace: "Workspace", lines: list[str]) -> Section:
    return Section(f"temp:C:{workspace.secret(28)}", "\n".join(lines))


def _check(markdown: str) -> None:
    cells = 0
    for number, line in enumerate(markdown.split("\n"), 1):
        if re.match(r"\s*>\s*([-*+]|\d+\.)\s", line):
            raise CannotEdit(f"'content' error: line {number}: Unsupported block type (List) within block quote")
        cells = cells + line.count("|") - 1 if re.match(r"\s*\|.*\|\s*$", line) else 0
        if cells > TABLE_CELLS_MOST:
            raise CannotEdit(f"'content' error: line {number}: Table has more than {TABLE_CELLS_MOST} cells")
