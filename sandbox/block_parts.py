"""The small objects inside blocks and elements: texts, options, confirmations, rich text."""

from collections.abc import Mapping

from sandbox.grammar import Chars, Flag, Many, Record, Shape, Typed, Whole, exactly_one, one_of


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
