"""Block Kit as strictly as Slack reads it: the shape of messages and views, and Slack's words when they are wrong.

The tables are the whole grammar: a property or a type that stands in none of them is refused, as Slack refuses it. The
wordings are Slack's own where one has been recorded. Newer kinds that nobody here sends (card, carousel, container,
plan, task_card, data_table, data_visualization, context_actions) are left out on purpose: "unsupported type".
"""

from collections.abc import Iterator, Mapping, Sequence

from sandbox.block_elements import ACCESSORY, ACTION, CONTEXT, ELEMENTS, IMAGE, INPUT
from sandbox.block_parts import ID, RICH_TEXT_BLOCK, WEB, plain, text
from sandbox.grammar import (
    Chars,
    Flag,
    Many,
    Nullable,
    Number,
    Problem,
    Problems,
    Record,
    Rule,
    Shape,
    Typed,
    either,
    exactly_one,
    one_of,
)

__all__ = ["ELEMENTS", "IN_MESSAGES", "IN_MODALS", "IN_VIEWS", "Problem", "check_message", "check_view"]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_CHARACTERS = 12_000
TABLE_CHARACTERS = 10_000


def no_dispatch_for_files(value: Mapping[str, object], at: str) -> Problems:
    element = value.get("element")
    if value.get("dispatch_action") is True and isinstance(element, dict) and element.get("type") == "file_input":
        yield Problem("`dispatch_action` cannot be used with a `file_input` element", f"{at}/dispatch_action")


def block(
    required: Mapping[str, Shape] | None = None,
    optional: Mapping[str, Shape] | None = None,
    rules: Sequence[Rule] = (),
) -> Record:
    return Record({"type": Chars(), **(required or {})}, {"block_id": ID, **(optional or {})}, rules)


CELL = Typed(
    {
        "raw_text": Record({"type": Chars(), "text": Chars(TABLE_CHARACTERS)}),
        "raw_number": Record({"type": Chars(), "value": Number()}, {"text": Chars(TABLE_CHARACTERS)}),
        "rich_text": RICH_TEXT_BLOCK,
    }
)
COLUMN = Record(optional={"align": one_of("left", "center", "right"), "is_wrapped": Flag()})
HTTPS = Chars(3000, form=r"https://\S+")

EVERYWHERE: dict[str, Shape] = {
    "section": block(
        {},
        {"text": text(3000), "fields": Many(text(2000), most=10), "accessory": ACCESSORY, "expand": Flag()},
        [either("text", "fields")],
    ),
    "header": block({"text": plain(150)}),
    "divider": block(),
    "actions": block({"elements": Many(ACTION, most=25)}),
    "context": block({"elements": Many(CONTEXT, most=10)}),
    "image": block({"alt_text": Chars(2000)}, {**IMAGE, "title": plain(2000)}, [exactly_one("image_url", "slack_file")]),
    "rich_text": RICH_TEXT_BLOCK,
    "video": block(
        {"alt_text": Chars(2000), "title": plain(199), "thumbnail_url": WEB, "video_url": HTTPS},
        {
            "title_url": HTTPS,
            "description": plain(3000),
            "provider_icon_url": WEB,
            "provider_name": Chars(255),
            "author_name": Chars(49),
        },
    ),
}
IN_MESSAGES: dict[str, Shape] = {
    **EVERYWHERE,
    "markdown": block({"text": Chars(MARKDOWN_CHARACTERS)}),
    "table": block({"rows": Many(Many(CELL, most=20), most=100)}, {"column_settings": Many(Nullable(COLUMN), most=20)}),
    "file": block({"external_id": ID, "source": one_of("remote")}),
    "call": block({"call_id": ID}, {"api_decoration_available": Flag()}),
}
IN_VIEWS: dict[str, Shape] = {
    **EVERYWHERE,
    "input": block(
        {"label": plain(2000), "element": INPUT},
        {"hint": plain(2000), "optional": Flag(), "dispatch_action": Flag()},
        [no_dispatch_for_files],
    ),
}
IN_MODALS: dict[str, Shape] = {
    **IN_VIEWS,
    "alert": block({"text": text(200)}, {"level": one_of("default", "info", "warning", "error", "success")}),
}

_KEPT: dict[str, Shape] = {"private_metadata": Chars(3000, least=0), "callback_id": Chars(255, least=0)}
_KEPT["external_id"] = Chars(255, least=0)
VIEWS: dict[str, Shape] = {
    "modal": Record(
        {"type": Chars(), "title": plain(24), "blocks": Many(Typed(IN_MODALS), VIEW_BLOCKS, least=0)},
        {**_KEPT, "submit": plain(24), "close": plain(24), "clear_on_close": Flag(), "notify_on_close": Flag()},
    ),
    "home": Record({"type": Chars(), "blocks": Many(Typed(IN_VIEWS), VIEW_BLOCKS, least=0)}, _KEPT),
}

# --- rules over a whole surface --------------------------------------------------------------------------------------


def _objects(value: object, at: str) -> Iterator[tuple[Mapping[str, object], str]]:
    for index, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, dict):
            yield item, f"{at}/{index}"


def _elements(block_: Mapping[str, object], at: str) -> Iterator[tuple[Mapping[str, object], str]]:
    """The interactive elements of one block, wherever they sit."""
    for name in ("element", "accessory"):
        inner = block_.get(name)
        if isinstance(inner, dict):
            yield inner, f"{at}/{name}"
    if block_.get("type") == "actions":
        yield from _objects(block_.get("elements"), f"{at}/elements")


def _unique(name: str, holders: Iterator[tuple[Mapping[str, object], str]]) -> Problems:
    seen: set[str] = set()
    for holder, at in holders:
        value = holder.get(name)
        if isinstance(value, str) and value in seen:
            yield Problem(f'`{name}` "{value}" already exists', f"{at}/{name}")
        elif isinstance(value, str):
            seen.add(value)


def _ids(blocks: object, at: str) -> Problems:
    """block_id once per surface, action_id once per block."""
    yield from _unique("block_id", _objects(blocks, at))
    for block_, where in _objects(blocks, at):
        yield from _unique("action_id", _elements(block_, where))


def _markdown_total(blocks: object, at: str) -> Problems:
    """All markdown blocks of a message share one allowance; a single block over it has been refused already."""
    texts = [block_.get("text") for block_, _ in _objects(blocks, at) if block_.get("type") == "markdown"]
    sizes = [len(each) for each in texts if isinstance(each, str)]
    if sum(sizes) > MARKDOWN_CHARACTERS >= max(sizes, default=0):
        yield Problem(f"must be less than {MARKDOWN_CHARACTERS + 1} characters", at)


def _characters(value: object) -> int:
    """Characters of all `text` strings anywhere below."""
    if isinstance(value, list):
        return sum(map(_characters, value))
    if not isinstance(value, dict):
        return 0
    return sum(len(inner) if name == "text" and isinstance(inner, str) else _characters(inner) for name, inner in value.items())


def _tables(blocks: object, at: str) -> Problems:
    tables = [(each, where) for each, where in _objects(blocks, at) if each.get("type") == "table"]
    for _, where in tables[1:]:
        yield Problem("only_one_table_allowed", where)
    for each, where in tables:
        if _characters(each.get("rows")) > TABLE_CHARACTERS:
            yield Problem(f"must be less than {TABLE_CHARACTERS + 1} characters", f"{where}/rows")


def _submit(view: Mapping[str, object]) -> Problems:
    if view.get("type") != "modal" or "submit" in view:
        return
    for block_, at in _objects(view.get("blocks"), "/view/blocks"):
        if block_.get("type") == "input":
            yield Problem("must define `submit` to use an `input` block in modals", f"{at}/input")


def _one_focus(blocks: object, at: str) -> Problems:
    found = [
        where
        for block_, place in _objects(blocks, at)
        for each, where in _elements(block_, place)
        if each.get("focus_on_load") is True
    ]
    yield from (Problem("only one element can have `focus_on_load`", f"{at}/focus_on_load") for at in found[1:])


# --- the two doors ---------------------------------------------------------------------------------------------------


def check_message(blocks: list[object]) -> list[Problem]:
    """What Slack would refuse in a message's `blocks`; empty when it would post them. A second table is reported as
    `only_one_table_allowed`, which Slack answers with `invalid_attachments` instead of `invalid_blocks`."""
    found = list(Many(Typed(IN_MESSAGES), MESSAGE_BLOCKS, least=0).problems(blocks, "/blocks"))
    for rule in (_ids, _markdown_total, _tables, _one_focus):
        found += rule(blocks, "/blocks")
    return found


def check_view(view: dict[str, object]) -> list[Problem]:
    """What Slack would refuse in a view sent to views.open, push, update or publish; empty when it would show it.
    Size (250 kB), hashes and the stack of views are the caller's."""
    found = list(Typed(VIEWS).problems(view, "/view"))
    found += _submit(view)
    for rule in (_ids, _one_focus):
        found += rule(view.get("blocks"), "/view/blocks")
    return found
