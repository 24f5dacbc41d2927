"""Each limit of Block Kit from both sides, and Slack's own words and pointers for what is wrong."""

import copy

import pytest

from sandbox.blocks import Problem, check_message, check_view

Json = dict[str, object]


def plain(length: int = 1) -> Json:
    return {"type": "plain_text", "text": "x" * length, "emoji": True}


def mrkdwn(length: int = 1) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def option(value: str = "v", text: int = 1) -> Json:
    return {"text": plain(text), "value": value}


def options(count: int) -> list[Json]:
    return [option(str(number)) for number in range(count)]


def button(**more: object) -> Json:
    return {"type": "button", "text": plain(), **more}


def confirm(**more: object) -> Json:
    return {"title": plain(100), "text": mrkdwn(300), "confirm": plain(30), "deny": plain(30), **more}


def section(**more: object) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def actions(*elements: object) -> Json:
    return {"type": "actions", "elements": list(elements)}


def accessory(element: Json) -> Json:
    return section(accessory=element)


def asking(element: Json, **more: object) -> Json:
    return {"type": "input", "label": plain(), "element": element, **more}


def modal(*blocks: object, **more: object) -> Json:
    return {
        "type": "modal",
        "title": plain(24),
        "submit": plain(24),
        "close": plain(24),
        "blocks": list(blocks),
        **more,
    }


def rich(*elements: object) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def words(text: str = "x") -> Json:
    return {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}


def table(rows: int, cells: int, text: str = "x") -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text} for _ in range(cells)] for _ in range(rows)]}


MAXIMAL: list[Json] = [
    {"type": "header", "text": plain(150), "block_id": "h" * 255},
    section(text=mrkdwn(3000), fields=[mrkdwn(2000)] * 10, expand=True),
    accessory(button(value="v" * 2000, url="https://example.com/" + "p" * 2980, style="danger", confirm=confirm())),
    accessory({"type": "overflow", "options": [{**each, "url": "https://example.com"} for each in options(5)]}),
    accessory({"type": "static_select", "placeholder": plain(150), "options": options(100)}),
    accessory({"type": "multi_static_select", "option_groups": [{"label": plain(75), "options": options(100)}] * 100}),
    accessory({"type": "checkboxes", "options": options(10), "initial_options": options(3)}),
    actions(*[button(action_id=f"{number}".rjust(255, "a")) for number in range(25)]),
    actions({"type": "radio_buttons", "options": options(10)}, {"type": "datetimepicker"}, {"type": "users_select"}),
    {
        "type": "context",
        "elements": [mrkdwn(3000)] * 9 + [{"type": "image", "alt_text": "a", "image_url": "https://e/x"}],
    },
    {"type": "divider"},
    {"type": "image", "image_url": "https://e/" + "x" * 2990, "alt_text": "a" * 2000, "title": plain(2000)},
    rich(words(), {"type": "rich_text_quote", "elements": [{"type": "user", "user_id": "U1"}]}),
    rich({"type": "rich_text_list", "style": "bullet", "indent": 8, "elements": [words()]}),
    rich({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]}),
    {"type": "markdown", "text": "m" * 6000},
    {"type": "markdown", "text": "m" * 6000},
    {**table(100, 20), "column_settings": [None, *[{"align": "right", "is_wrapped": True}] * 19]},
    {"type": "video", "alt_text": "a", "title": plain(199), "thumbnail_url": "https://e/t", "video_url": "https://e/v"},
    {"type": "file", "external_id": "F1", "source": "remote"},
]
MAXIMAL += [section(block_id=f"filler-{number}") for number in range(50 - len(MAXIMAL))]

INPUTS: list[Json] = [
    {"type": "plain_text_input", "multiline": True, "min_length": 0, "max_length": 3000, "initial_value": "x" * 3000},
    {"type": "static_select", "options": options(2), "initial_option": option("1"), "focus_on_load": True},
    {"type": "multi_static_select", "options": options(2), "initial_options": options(2), "max_selected_items": 2},
    {"type": "external_select", "min_query_length": 3, "initial_option": option()},
    {"type": "users_select", "initial_user": "U1"},
    {"type": "multi_users_select", "initial_users": ["U1", "U2"]},
    {"type": "channels_select", "initial_channel": "C1", "response_url_enabled": True},
    {"type": "conversations_select", "default_to_current_conversation": True, "filter": {"include": ["public"]}},
    {"type": "multi_conversations_select"},
    {"type": "checkboxes", "options": [{"text": mrkdwn(75), "description": mrkdwn(75), "value": "v" * 150}]},
    {"type": "radio_buttons", "options": options(10), "initial_option": option("9")},
    {"type": "datepicker", "initial_date": "2026-02-28", "placeholder": plain()},
    {"type": "timepicker", "initial_time": "23:59", "timezone": "Europe/Berlin"},
    {"type": "datetimepicker", "initial_date_time": 1_793_000_000},
    {"type": "number_input", "is_decimal_allowed": True, "min_value": "-1.5", "max_value": "10"},
    {"type": "email_text_input", "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}},
    {"type": "url_text_input", "placeholder": plain(150)},
    {"type": "file_input", "filetypes": ["png"], "max_files": 10},
    {"type": "rich_text_input", "initial_value": rich(words()), "min_lines": 1, "max_lines": 100},
]


def only(problems: list[Problem]) -> tuple[str, str]:
    """The one complaint; several would hide which limit was meant."""
    assert len(problems) == 1, problems
    return problems[0].message, problems[0].pointer


def in_message(block: Json) -> tuple[str, str]:
    return only(check_message([block]))


def in_modal(block: Json) -> tuple[str, str]:
    return only(check_view(modal(block)))


def test_a_message_at_every_limit_is_posted() -> None:
    assert len(MAXIMAL) == 50
    assert check_message(list(MAXIMAL)) == []


def test_a_modal_with_every_input_at_its_limits_is_shown() -> None:
    asked = [asking(each, hint=plain(2000), optional=True, label=plain(2000)) for each in INPUTS]
    alert = {"type": "alert", "text": mrkdwn(200), "level": "warning"}
    filler = [{"type": "divider"}] * (100 - len(asked) - 1)
    whole = modal(*asked, alert, *filler, private_metadata="p" * 3000, callback_id="c" * 255, external_id="e" * 255)
    assert check_view({**whole, "notify_on_close": True, "clear_on_close": False}) == []


def test_a_home_at_its_limits_is_shown() -> None:
    assert check_view({"type": "home", "blocks": [section()] * 100, "private_metadata": "p" * 3000}) == []
    assert check_view({"type": "home", "blocks": [asking({"type": "plain_text_input"}, dispatch_action=True)]}) == []


ONE_TOO_MANY: list[tuple[Json, str, str]] = [
    (section(text=mrkdwn(3001)), "must be less than 3001 characters", "/text/text"),
    (section(text=mrkdwn(0)), "must be more than 0 characters", "/text/text"),
    (section(fields=[mrkdwn(2001)]), "must be less than 2001 characters", "/fields/0/text"),
    (section(fields=[mrkdwn()] * 11), "no more than 10 items allowed", "/fields"),
    (section(fields=[]), "must provide at least 1 items", "/fields"),
    (section(block_id="b" * 256), "must be less than 256 characters", "/block_id"),
    ({"type": "header", "text": plain(151)}, "must be less than 151 characters", "/text/text"),
    (actions(*[button()] * 26), "no more than 25 items allowed", "/elements"),
    (actions(), "must provide at least 1 items", "/elements"),
    (actions(button(action_id="a" * 256)), "must be less than 256 characters", "/elements/0/action_id"),
    (actions(button(text=plain(76))), "must be less than 76 characters", "/elements/0/text/text"),
    (actions(button(value="v" * 2001)), "must be less than 2001 characters", "/elements/0/value"),
    (actions(button(url="https://" + "x" * 2993)), "must be less than 3001 characters", "/elements/0/url"),
    (
        actions(button(accessibility_label="x" * 76)),
        "must be less than 76 characters",
        "/elements/0/accessibility_label",
    ),
    (
        actions(button(confirm=confirm(title=plain(101)))),
        "must be less than 101 characters",
        "/elements/0/confirm/title/text",
    ),
    (
        actions(button(confirm=confirm(text=plain(301)))),
        "must be less than 301 characters",
        "/elements/0/confirm/text/text",
    ),
    (
        actions(button(confirm=confirm(deny=plain(31)))),
        "must be less than 31 characters",
        "/elements/0/confirm/deny/text",
    ),
    ({"type": "context", "elements": [mrkdwn()] * 11}, "no more than 10 items allowed", "/elements"),
    (
        {"type": "image", "image_url": "https://e/x", "alt_text": "a" * 2001},
        "must be less than 2001 characters",
        "/alt_text",
    ),
    ({"type": "markdown", "text": "m" * 12_001}, "must be less than 12001 characters", "/text"),
    (table(101, 1), "no more than 100 items allowed", "/rows"),
    (table(1, 21), "no more than 20 items allowed", "/rows/0"),
    (table(2, 2, "x" * 2501), "must be less than 10001 characters", "/rows"),
    (
        accessory({"type": "static_select", "options": options(101)}),
        "no more than 100 items allowed",
        "/accessory/options",
    ),
    (accessory({"type": "static_select", "options": []}), "must provide at least 1 items", "/accessory/options"),
    (
        accessory({"type": "static_select", "options": options(1), "placeholder": plain(151)}),
        "must be less than 151 characters",
        "/accessory/placeholder/text",
    ),
    (
        accessory({"type": "static_select", "options": [option("v" * 151)]}),
        "must be less than 151 characters",
        "/accessory/options/0/value",
    ),
    (
        accessory({"type": "static_select", "options": [option("v", text=76)]}),
        "must be less than 76 characters",
        "/accessory/options/0/text/text",
    ),
    (
        accessory({"type": "static_select", "options": [{**option(), "description": plain(76)}]}),
        "must be less than 76 characters",
        "/accessory/options/0/description/text",
    ),
    (
        accessory({"type": "static_select", "option_groups": [{"label": plain(76), "options": options(1)}]}),
        "must be less than 76 characters",
        "/accessory/option_groups/0/label/text",
    ),
    (accessory({"type": "overflow", "options": options(6)}), "no more than 5 items allowed", "/accessory/options"),
    (accessory({"type": "overflow", "options": []}), "must provide at least 1 items", "/accessory/options"),
    (accessory({"type": "checkboxes", "options": options(11)}), "no more than 10 items allowed", "/accessory/options"),
    (
        accessory({"type": "radio_buttons", "options": options(11)}),
        "no more than 10 items allowed",
        "/accessory/options",
    ),
    (
        rich({"type": "rich_text_list", "style": "bullet", "indent": 9, "elements": [words()]}),
        "must be less than 9",
        "/elements/0/indent",
    ),
]


@pytest.mark.parametrize(("block", "message", "pointer"), ONE_TOO_MANY, ids=lambda each: str(each)[:60])
def test_one_more_than_the_limit_is_refused(block: Json, message: str, pointer: str) -> None:
    assert in_message(block) == (message, f"/blocks/0{pointer}")


@pytest.mark.parametrize(
    ("element", "message", "pointer"),
    [
        ({"type": "plain_text_input", "max_length": 3001}, "must be less than 3001", "max_length"),
        ({"type": "plain_text_input", "max_length": 0}, "must be more than 0", "max_length"),
        ({"type": "plain_text_input", "min_length": -1}, "must be more than -1", "min_length"),
        (
            {"type": "plain_text_input", "initial_value": "x" * 3001},
            "must be less than 3001 characters",
            "initial_value",
        ),
        ({"type": "file_input", "max_files": 11}, "must be less than 11", "max_files"),
        ({"type": "rich_text_input", "max_lines": 101}, "must be less than 101", "max_lines"),
        ({"type": "plain_text_input", "multiline": "yes"}, "must provide a boolean", "multiline"),
        ({"type": "datepicker", "initial_date": "28.2.2026"}, "failed to match all allowed schemas", "initial_date"),
        ({"type": "timepicker", "initial_time": "24:00"}, "failed to match all allowed schemas", "initial_time"),
        ({"type": "datetimepicker", "initial_date_time": "soon"}, "must provide a number", "initial_date_time"),
    ],
    ids=str,
)
def test_an_input_beyond_its_limit_is_refused(element: Json, message: str, pointer: str) -> None:
    assert in_modal(asking(element)) == (message, f"/view/blocks/0/element/{pointer}")


@pytest.mark.parametrize(
    ("changed", "message", "pointer"),
    [
        ({"title": plain(25)}, "must be less than 25 characters", "/view/title/text"),
        ({"submit": plain(25)}, "must be less than 25 characters", "/view/submit/text"),
        ({"close": plain(25)}, "must be less than 25 characters", "/view/close/text"),
        ({"title": mrkdwn()}, "unsupported type: mrkdwn", "/view/title/type"),
        ({"private_metadata": "p" * 3001}, "must be less than 3001 characters", "/view/private_metadata"),
        ({"callback_id": "c" * 256}, "must be less than 256 characters", "/view/callback_id"),
        ({"external_id": "e" * 256}, "must be less than 256 characters", "/view/external_id"),
        ({"blocks": [{"type": "divider"}] * 101}, "no more than 100 items allowed", "/view/blocks"),
        ({"blocks": "none"}, "must provide an array", "/view/blocks"),
        ({"hash": "1"}, "invalid additional property: hash", "/view"),
        ({"type": "workflow_step"}, "unsupported type: workflow_step", "/view/type"),
    ],
    ids=str,
)
def test_a_modal_beyond_its_limits_is_refused(changed: Json, message: str, pointer: str) -> None:
    assert only(check_view({**modal(section()), **changed})) == (message, pointer)


def test_a_modal_says_all_that_it_lacks() -> None:
    assert [str(each) for each in check_view({"type": "modal"})] == [
        "missing required field: title [json-pointer:/view]",
        "missing required field: blocks [json-pointer:/view]",
    ]


def test_a_home_has_no_title() -> None:
    assert only(check_view({"type": "home", "blocks": [], "title": plain()})) == (
        "invalid additional property: title",
        "/view",
    )


def test_a_modal_with_an_input_needs_submit() -> None:
    view = modal({"type": "divider"}, asking({"type": "plain_text_input"}))
    del view["submit"]
    assert only(check_view(view)) == (
        "must define `submit` to use an `input` block in modals",
        "/view/blocks/1/input",
    )


def test_a_message_holds_fifty_blocks() -> None:
    assert only(check_message([{"type": "divider"}] * 51)) == ("no more than 50 items allowed", "/blocks")


def test_markdown_blocks_share_one_allowance() -> None:
    two = [{"type": "markdown", "text": "m" * 6000}, {"type": "markdown", "text": "m" * 6001}]
    assert only(check_message(list(two))) == ("must be less than 12001 characters", "/blocks")


def test_only_one_table() -> None:
    assert only(check_message([table(1, 1), table(1, 1)])) == ("only_one_table_allowed", "/blocks/1")


def test_ids_are_unique() -> None:
    twice = [section(block_id="b"), section(block_id="b")]
    assert only(check_message(list(twice))) == ('`block_id` "b" already exists', "/blocks/1/block_id")
    same = actions(button(action_id="x"), button(action_id="x"))
    assert in_message(same) == ('`action_id` "x" already exists', "/blocks/0/elements/1/action_id")
    assert check_message([actions(button(action_id="x")), actions(button(action_id="x"))]) == []


@pytest.mark.parametrize(
    ("block", "message", "pointer"),
    [
        ("text", "must provide an object", ""),
        ({}, "missing required field: type", ""),
        ({"type": "carousel"}, "unsupported type: carousel", "/type"),
        ({"type": ["section"]}, "unsupported type: ['section']", "/type"),
        ({"type": "section"}, "must define either `text` or `fields`", "/type"),
        (section(style="primary"), "invalid additional property: style", ""),
        (section(text="bare"), "must provide an object", "/text"),
        (section(text={"type": "mrkdwn"}), "missing required field: text", "/text"),
        (section(text={"type": "mrkdwn", "text": 3}), "must provide a string", "/text/text"),
        (section(text={**mrkdwn(), "emoji": True}), "invalid additional property: emoji", "/text"),
        (section(text={**plain(), "verbatim": True}), "invalid additional property: verbatim", "/text"),
        ({"type": "header", "text": mrkdwn()}, "unsupported type: mrkdwn", "/text/type"),
        (actions(button(style="default")), "must be a valid enum value", "/elements/0/style"),
        (actions(button(url="example.com")), "failed to match all allowed schemas", "/elements/0/url"),
        (actions(button(confirm={})), "missing required field: title", "/elements/0/confirm"),
        (actions({"type": "plain_text_input"}), "unsupported type: plain_text_input", "/elements/0/type"),
        (actions({"type": "multi_users_select"}), "unsupported type: multi_users_select", "/elements/0/type"),
        (accessory({"type": "datetimepicker"}), "unsupported type: datetimepicker", "/accessory/type"),
        ({"type": "context", "elements": [button()]}, "unsupported type: button", "/elements/0/type"),
        (asking({"type": "plain_text_input"}), "unsupported type: input", "/type"),
        ({"type": "alert", "text": plain()}, "unsupported type: alert", "/type"),
        ({"type": "image", "alt_text": "a"}, "must define either `image_url` or `slack_file`", "/type"),
        (accessory({"type": "static_select"}), "must define either `options` or `option_groups`", "/accessory/type"),
        (rich({"type": "paragraph"}), "unsupported type: paragraph", "/elements/0/type"),
        (rich(words("")), "must be more than 0 characters", "/elements/0/elements/0/text"),
        (table(0, 0), "must provide at least 1 items", "/rows"),
    ],
    ids=str,
)
def test_broken_blocks_are_refused_in_slacks_words(block: Json, message: str, pointer: str) -> None:
    assert (check_message([block])[0].message, check_message([block])[0].pointer) == (message, f"/blocks/0{pointer}")


@pytest.mark.parametrize("kind", ["markdown", "table", "file"])
def test_some_blocks_belong_to_messages_only(kind: str) -> None:
    legal = next(each for each in MAXIMAL if each["type"] == kind)
    assert in_modal(copy.deepcopy(legal)) == (f"unsupported type: {kind}", "/view/blocks/0/type")


def test_an_alert_belongs_to_modals_only() -> None:
    view: Json = {"type": "home", "blocks": [{"type": "alert", "text": plain()}]}
    assert only(check_view(view)) == ("unsupported type: alert", "/view/blocks/0/type")
    assert in_modal({"type": "alert", "text": plain(201)})[0] == "must be less than 201 characters"


def test_what_is_chosen_at_first_must_be_on_offer() -> None:
    select: Json = {"type": "static_select", "options": options(2), "initial_option": option("9")}
    assert in_modal(asking(select)) == (
        "must match an option in `options` or `option_groups`",
        "/view/blocks/0/element/initial_option",
    )
    grouped: Json = {"type": "static_select", "option_groups": [{"label": plain(), "options": options(2)}]}
    assert check_view(modal(asking({**grouped, "initial_option": option("1")}))) == []
    boxes: Json = {"type": "checkboxes", "options": options(2), "initial_options": [option("1"), option("7")]}
    assert in_modal(asking(boxes))[1] == "/view/blocks/0/element/initial_options/1"
    reworded: Json = {**select, "initial_option": {**option("1"), "text": {"type": "plain_text", "text": "other"}}}
    assert in_modal(asking(reworded))[1] == "/view/blocks/0/element/initial_option"


def test_options_and_groups_exclude_each_other() -> None:
    both: Json = {
        "type": "static_select",
        "options": options(1),
        "option_groups": [{"label": plain(), "options": options(1)}],
    }
    assert in_message(accessory(both)) == (
        "must not define both `options` and `option_groups`",
        "/blocks/0/accessory/type",
    )


def test_only_overflow_options_link() -> None:
    linked: Json = {**option(), "url": "https://example.com"}
    assert in_message(accessory({"type": "static_select", "options": [linked]})) == (
        "invalid additional property: url",
        "/blocks/0/accessory/options/0",
    )


def test_one_focus_and_no_dispatch_for_files() -> None:
    focused: Json = {"type": "plain_text_input", "focus_on_load": True}
    assert only(check_view(modal(asking(focused), asking(focused))))[1] == "/view/blocks/1/element/focus_on_load"
    assert in_modal(asking({"type": "file_input"}, dispatch_action=True))[1] == "/view/blocks/0/dispatch_action"


def test_the_shorter_bound_comes_first() -> None:
    backwards: Json = {"type": "plain_text_input", "min_length": 10, "max_length": 5}
    assert in_modal(asking(backwards))[1] == "/view/blocks/0/element/min_length"


def test_nothing_at_all_is_no_problem() -> None:
    assert check_message([]) == []
