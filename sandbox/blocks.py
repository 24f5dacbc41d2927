"""Block Kit as strictly as Slack reads it: the shape of messages and views, and Slack's words when they are wrong.

The tables are the whole grammar: a property or a type that stands in none of them is refused, as Slack refuses it. The
wordings are Slack's own where one has been recorded. Newer kinds that nobody here sends (card, carousel, container,
plan, task_card, data_table, data_visualization, context_actions) are left out on purpose: "unsupported type".
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_CHARACTERS = 12_000
TABLE_CHARACTERS = 10_000


@dataclass(frozen=True)
class Problem:
    """One complaint: Slack's sentence, and the JSON pointer to what it is about."""

    message: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


Problems = Iterator[Problem]
Rule = Callable[[Mapping[str, object], str], Problems]


# --- shapes: what a value may be -------------------------------------------------------------------------------------


class Shape(Protocol):
    def problems(self, value: object, at: str) -> Problems: ...


@dataclass(frozen=True)
class Chars:
    """A string of `least` to `most` characters, of the given form."""

    most: int = 3000
    least: int = 1
    form: str = ""

    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, str):
            yield Problem("must provide a string", at)
        elif len(value) < self.least:
            yield Problem(f"must be more than {self.least - 1} characters", at)
        elif len(value) > self.most:
            yield Problem(f"must be less than {self.most + 1} characters", at)
        elif self.form and not re.fullmatch(self.form, value):
            yield Problem("failed to match all allowed schemas", at)


@dataclass(frozen=True)
class Whole:
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Problem("must provide a number", at)
        elif value < self.least:
            yield Problem(f"must be more than {self.least - 1}", at)
        elif value > self.most:
            yield Problem(f"must be less than {self.most + 1}", at)


@dataclass(frozen=True)
class Number:
    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, int | float) or isinstance(value, bool):
            yield Problem("must provide a number", at)


@dataclass(frozen=True)
class Flag:
    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, bool):
            yield Problem("must provide a boolean", at)


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: frozenset[str]

    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, str) or value not in self.words:
            yield Problem("must be a valid enum value", at)


@dataclass(frozen=True)
class Nullable:
    """null, or the shape."""

    shape: Shape

    def problems(self, value: object, at: str) -> Problems:
        if value is not None:
            yield from self.shape.problems(value, at)


@dataclass(frozen=True)
class Many:
    """A list of `least` to `most` values of one shape."""

    of: Shape
    most: int = 100
    least: int = 1

    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, list):
            yield Problem("must provide an array", at)
            return
        if len(value) < self.least:
            yield Problem(f"must provide at least {self.least} items", at)
        if len(value) > self.most:
            yield Problem(f"no more than {self.most} items allowed", at)
        for index, item in enumerate(value):
            yield from self.of.problems(item, f"{at}/{index}")


@dataclass(frozen=True)
class Record:
    """An object with these properties and no others, and rules that look at several of them together."""

    required: Mapping[str, Shape] = field(default_factory=dict)
    optional: Mapping[str, Shape] = field(default_factory=dict)
    rules: Sequence[Rule] = ()

    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at)
            return
        yield from (Problem(f"missing required field: {name}", at) for name in self.required if name not in value)
        for name, inner in value.items():
            shape = self.required.get(name) or self.optional.get(name)
            if shape is None:
                yield Problem(f"invalid additional property: {name}", at)
            else:
                yield from shape.problems(inner, f"{at}/{name}")
        for rule in self.rules:
            yield from rule(value, at)


@dataclass(frozen=True)
class Typed:
    """An object whose `type` says which shape it has."""

    kinds: Mapping[str, Shape]

    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at)
        elif "type" not in value:
            yield Problem("missing required field: type", at)
        elif not isinstance(value["type"], str) or value["type"] not in self.kinds:
            yield Problem(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from self.kinds[value["type"]].problems(value, at)


def one_of(*words: str) -> Choice:
    return Choice(frozenset(words))


# --- rules: what two properties of one object owe each other ---------------------------------------------------------


def either(first: str, second: str) -> Rule:
    """At least one of the two."""

    def rule(value: Mapping[str, object], at: str) -> Problems:
        if first not in value and second not in value:
            yield Problem(f"must define either `{first}` or `{second}`", f"{at}/type")

    return rule


def exactly_one(first: str, second: str) -> Rule:
    def rule(value: Mapping[str, object], at: str) -> Problems:
        yield from either(first, second)(value, at)
        if first in value and second in value:
            yield Problem(f"must not define both `{first}` and `{second}`", f"{at}/type")

    return rule


def _offered(value: Mapping[str, object]) -> list[object]:
    options, groups = value.get("options"), value.get("option_groups")
    found = list(options) if isinstance(options, list) else []
    for group in groups if isinstance(groups, list) else []:
        inner = group.get("options") if isinstance(group, dict) else None
        found += inner if isinstance(inner, list) else []
    return found


def initial_is_offered(value: Mapping[str, object], at: str) -> Problems:
    """initial_option and initial_options repeat offered options exactly."""
    offered = _offered(value)
    if "initial_option" in value and value["initial_option"] not in offered:
        yield Problem("must match an option in `options` or `option_groups`", f"{at}/initial_option")
    several = value.get("initial_options")
    for index, option in enumerate(several if isinstance(several, list) else []):
        if option not in offered:
            yield Problem("must match an option in `options` or `option_groups`", f"{at}/initial_options/{index}")


def min_within_max(value: Mapping[str, object], at: str) -> Problems:
    least, most = value.get("min_length"), value.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield Problem("`min_length` must not be more than `max_length`", f"{at}/min_length")


def no_dispatch_for_files(value: Mapping[str, object], at: str) -> Problems:
    element = value.get("element")
    if value.get("dispatch_action") is True and isinstance(element, dict) and element.get("type") == "file_input":
        yield Problem("`dispatch_action` cannot be used with a `file_input` element", f"{at}/dispatch_action")


# --- composition objects ---------------------------------------------------------------------------------------------


def plain(most: int) -> Typed:
    text = Record({"type": one_of("plain_text"), "text": Chars(most)}, {"emoji": Flag()})
    return Typed({"plain_text": text})


def text(most: int) -> Typed:
    mrkdwn = Record({"type": one_of("mrkdwn"), "text": Chars(most)}, {"verbatim": Flag()})
    return Typed({**plain(most).kinds, "mrkdwn": mrkdwn})


URL = Chars(3000, form=r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
WEB = Chars(3000, form=r"https?://\S+")
ID = Chars(255)
DATE = Chars(10, form=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
TIME = Chars(5, form=r"([01]\d|2[0-3]):[0-5]\d")
MOMENT = Whole(1_000_000_000, 9_999_999_999)

CONFIRM = Record(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
OPTION = Record({"text": plain(75), "value": Chars(150)}, {"description": plain(75)})
OVERFLOW_OPTION = Record(OPTION.required, {**OPTION.optional, "url": URL})
RICH_OPTION = Record({"text": text(75), "value": Chars(150)}, {"description": text(75)})
OPTION_GROUP = Record({"label": plain(75), "options": Many(OPTION)})
SLACK_FILE = Record(optional={"id": ID, "url": WEB}, rules=[exactly_one("id", "url")])
DISPATCH = Record(
    optional={"trigger_actions_on": Many(one_of("on_enter_pressed", "on_character_entered"), most=2)},
)
FILTER = Record(
    optional={
        "include": Many(one_of("im", "mpim", "private", "public"), most=4),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    }
)
WORKFLOW = Record(
    {"trigger": Record({"url": WEB}, {"customizable_input_parameters": Many(Record({"name": ID, "value": Chars()}))})}
)

# --- rich text -------------------------------------------------------------------------------------------------------

_STYLES = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
STYLE = Record(optional={name: Flag() for name in _STYLES})


def inline(required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Record:
    return Record({"type": Chars(), **required}, {"style": STYLE, **(optional or {})})


INLINE: dict[str, Shape] = {
    "text": inline({"text": Chars(12_000)}),
    "link": inline({"url": URL}, {"text": Chars(), "unsafe": Flag()}),
    "user": inline({"user_id": ID}),
    "channel": inline({"channel_id": ID}),
    "usergroup": inline({"usergroup_id": ID}),
    "team": inline({"team_id": ID}),
    "emoji": inline({"name": ID}, {"unicode": ID, "skin_tone": Whole(1, 6)}),
    "date": inline({"timestamp": Whole(0, 9_999_999_999), "format": Chars()}, {"url": URL, "fallback": Chars()}),
    "broadcast": inline({"range": one_of("here", "channel", "everyone")}),
    "color": inline({"value": Chars(form=r"#?[0-9A-Fa-f]{3,8}")}),
}
INLINES = Many(Typed(INLINE), most=1000, least=0)
BORDER = Whole(0, 1)
RICH_SECTION = Record({"type": Chars(), "elements": INLINES})
RICH_LIST = Record(
    {
        "type": Chars(),
        "style": one_of("bullet", "ordered"),
        "elements": Many(Typed({"rich_text_section": RICH_SECTION}), most=1000, least=0),
    },
    {"indent": Whole(0, 8), "offset": Whole(0, 1000), "border": BORDER},
)
PREFORMATTED_INLINES = Many(Typed({kind: INLINE[kind] for kind in ("text", "link")}), most=1000, least=0)
RICH_TEXT: dict[str, Shape] = {
    "rich_text_section": RICH_SECTION,
    "rich_text_list": RICH_LIST,
    "rich_text_quote": Record({"type": Chars(), "elements": INLINES}, {"border": BORDER}),
    "rich_text_preformatted": Record({"type": Chars(), "elements": PREFORMATTED_INLINES}, {"border": BORDER, "language": ID}),
}
RICH_TEXT_BLOCK = Record({"type": Chars(), "elements": Many(Typed(RICH_TEXT), most=1000)}, {"block_id": ID})

# --- elements --------------------------------------------------------------------------------------------------------


def element(
    required: Mapping[str, Shape] | None = None,
    optional: Mapping[str, Shape] | None = None,
    rules: Sequence[Rule] = (),
) -> Record:
    return Record({"type": Chars(), **(required or {})}, {"action_id": ID, **(optional or {})}, rules)


ASKS: Mapping[str, Shape] = {"confirm": CONFIRM, "focus_on_load": Flag()}
HINTS: Mapping[str, Shape] = {"placeholder": plain(150), "focus_on_load": Flag()}
SELECTS: Mapping[str, Shape] = {**ASKS, **HINTS}
MULTI: Mapping[str, Shape] = {**SELECTS, "max_selected_items": Whole(1, 100)}
TYPES: Mapping[str, Shape] = {**HINTS, "dispatch_action_config": DISPATCH}
STATIC: Mapping[str, Shape] = {"options": Many(OPTION), "option_groups": Many(OPTION_GROUP)}
STATIC_RULES: tuple[Rule, ...] = (exactly_one("options", "option_groups"), initial_is_offered)
CONVERSATIONS: Mapping[str, Shape] = {"default_to_current_conversation": Flag(), "filter": FILTER}
IMAGE: Mapping[str, Shape] = {"image_url": Chars(3000, form=r"https?://\S+"), "slack_file": SLACK_FILE}

ELEMENTS: dict[str, Shape] = {
    "button": element(
        {"text": plain(75)},
        {
            "value": Chars(2000),
            "url": URL,
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": Chars(75),
            "visible_to_user_ids": Many(ID),
            "agent_prompt": Chars(4000),
            "agent_prompt_display": Chars(4000),
        },
    ),
    "workflow_button": element(
        {"text": plain(75), "workflow": WORKFLOW},
        {"style": one_of("primary", "danger"), "accessibility_label": Chars(75)},
    ),
    "overflow": element({"options": Many(OVERFLOW_OPTION, most=5)}, {"confirm": CONFIRM}),
    "image": Record({"type": Chars(), "alt_text": Chars(2000)}, IMAGE, [exactly_one("image_url", "slack_file")]),
    "static_select": element({}, {**SELECTS, **STATIC, "initial_option": OPTION}, STATIC_RULES),
    "multi_static_select": element({}, {**MULTI, **STATIC, "initial_options": Many(OPTION)}, STATIC_RULES),
    "external_select": element({}, {**SELECTS, "initial_option": OPTION, "min_query_length": Whole(0, 100)}),
    "multi_external_select": element({}, {**MULTI, "initial_options": Many(OPTION), "min_query_length": Whole(0, 100)}),
    "users_select": element({}, {**SELECTS, "initial_user": ID}),
    "multi_users_select": element({}, {**MULTI, "initial_users": Many(ID)}),
    "channels_select": element({}, {**SELECTS, "initial_channel": ID, "response_url_enabled": Flag()}),
    "multi_channels_select": element({}, {**MULTI, "initial_channels": Many(ID)}),
    "conversations_select": element({}, {**SELECTS, **CONVERSATIONS, "initial_conversation": ID, "response_url_enabled": Flag()}),
    "multi_conversations_select": element({}, {**MULTI, **CONVERSATIONS, "initial_conversations": Many(ID)}),
    "checkboxes": element(
        {"options": Many(RICH_OPTION, most=10)},
        {**ASKS, "initial_options": Many(RICH_OPTION, most=10)},
        [initial_is_offered],
    ),
    "radio_buttons": element(
        {"options": Many(RICH_OPTION, most=10)}, {**ASKS, "initial_option": RICH_OPTION}, [initial_is_offered]
    ),
    "datepicker": element({}, {**SELECTS, "initial_date": DATE}),
    "timepicker": element({}, {**SELECTS, "initial_time": TIME, "timezone": ID}),
    "datetimepicker": element({}, {**ASKS, "initial_date_time": MOMENT}),
    "plain_text_input": element(
        {},
        {
            **TYPES,
            "initial_value": Chars(3000, least=0),
            "multiline": Flag(),
            "min_length": Whole(0, 3000),
            "max_length": Whole(1, 3000),
        },
        [min_within_max],
    ),
    "email_text_input": element({}, {**TYPES, "initial_value": Chars(3000, least=0)}),
    "url_text_input": element({}, {**TYPES, "initial_value": Chars(3000, least=0)}),
    "number_input": element(
        {"is_decimal_allowed": Flag()},
        {**TYPES, **{name: Chars(form=r"-?\d+(\.\d+)?") for name in ("initial_value", "min_value", "max_value")}},
    ),
    "rich_text_input": element(
        {}, {**TYPES, "initial_value": RICH_TEXT_BLOCK, "min_lines": Whole(1, 100), "max_lines": Whole(1, 100)}
    ),
    "file_input": element({}, {"filetypes": Many(ID), "max_files": Whole(1, 10)}),
}

_CHOOSERS = "static_select external_select users_select channels_select conversations_select"
_MULTIS = " ".join(f"multi_{name}" for name in _CHOOSERS.split())
_SHARED = f"button workflow_button overflow {_CHOOSERS} checkboxes radio_buttons datepicker timepicker"
_WRITTEN = "plain_text_input email_text_input url_text_input number_input rich_text_input file_input"


def among(kinds: str) -> Typed:
    return Typed({kind: ELEMENTS[kind] for kind in kinds.split()})


ACCESSORY = among(f"{_SHARED} {_MULTIS} image")
ACTION = among(f"{_SHARED} datetimepicker")
CONTEXT = Typed({**text(3000).kinds, "image": ELEMENTS["image"]})
INPUT = among(f"{_CHOOSERS} {_MULTIS} checkboxes radio_buttons datepicker timepicker datetimepicker {_WRITTEN}")

# --- blocks ----------------------------------------------------------------------------------------------------------


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
