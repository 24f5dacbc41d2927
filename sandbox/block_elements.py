"""The elements of Block Kit, each with its properties: buttons, menus, pickers, inputs."""

from collections.abc import Mapping, Sequence

from sandbox.block_parts import (
    CONFIRM,
    DATE,
    DISPATCH,
    FILTER,
    ID,
    MOMENT,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    RICH_OPTION,
    RICH_TEXT_BLOCK,
    SLACK_FILE,
    TIME,
    URL,
    WORKFLOW,
    plain,
    text,
)
from sandbox.grammar import Chars, Flag, Many, Problem, Problems, Record, Rule, Shape, Typed, Whole, exactly_one, one_of


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
