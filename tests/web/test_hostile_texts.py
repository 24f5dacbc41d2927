"""What people write, in every field there is: it shows as written, rings nobody, forges nothing, and Slack takes it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from models import Incident
from sandbox.seen import Post
from tests.web.conftest import Kept, Web
from tests.web.test_hostile_requests import payloads

TEXTS = {
    "broadcasts": "<!channel> <!here|here> <!everyone> <!subteam^S0ALL|@all> @channel &lt;!channel&gt; &amp;lt;!here&amp;gt;",
    "people": "<@U0BOB> broke it, said <@U0BOB|bob> to <@U0NOBODY> in <#C0NOWHERE|general> and <@U0BOB",
    "links": "<http://evil.example/x|Click> <mailto:evil@example.com|a@example.com> [x](http://evil.example) <!date^0^{time}|x>",
    "markup": "*bold* _it_ ~no~ `code` ```block a & b <c> <<>> &amp &#60; | <|> <^>",
    "code": "'; DROP TABLE incident; -- {title} %s ${x} {{7*7}} \\ \" \\x00",
    "letters": "👩‍👩‍👧‍👦 e\u0301 ﷽ 𝒳 \u202eevil\u202c עברית العربية \u2066x\u2069 a\x07b\x1b[31mc\x08d\x7fe\x85f\u2028g",
    "spaces": "  first\nsecond\r\nthird\n\n\n> quoted\n- item \t \u00a0\u3000 end  ",
    "emoji": "🔥" * 74,
    "growing": "<" * 75 + "&" * 75,
}


@pytest.fixture(autouse=True)
def quiet(log: Kept) -> Iterator[None]:
    yield
    assert not log.broken, "\n".join(log.broken)


def markup(post: Post) -> Iterator[str]:
    """Every text of a message in which Slack would see mark-up."""
    yield post.text
    waiting: list[object] = [*post.blocks, *post.message.attachments]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            if item.get("type") in ("mrkdwn", "markdown"):
                yield str(item["text"])
            waiting.extend(item.values())


def everything(web: Web) -> list[Post]:
    """Every message of the bot, ephemeral ones included."""
    workspace = web.sandbox.workspace
    with workspace.lock:
        rooms = list(workspace.state.channels.values())
        found = [m for room in rooms for m in [*room.messages.values(), *room.ephemerals.values()] if m.bot_id]
        return [Post(workspace, message) for message in found]


def harmless(web: Web) -> None:
    """Nobody is rung, no link hides where it leads, and Slack refused nothing."""
    own = re.escape(web.sandbox.base_url)
    for post in everything(web):
        assert post.notifies is None, post
        for text in markup(post):
            assert not re.search(r"<!(?!date\^\d{9,}\^)", text), text
            assert not re.search(rf"<(?!{own})[a-z]+:[^>]*\|", text), text
    web.sandbox.people.assert_nothing_refused(allow=["name_taken", "already_in_channel", ("users.info", "user_not_found")])


ABOUT_ONE = ["note", "decision", "task", "action", "summary", "impact", "theory", "rename", "page <@U0BOB>", "escalate", "update"]
ABOUT_ONE += ["pause 30m", "identified", "show", "ack", "timeline", "tasks", "actions", "roles", "mitigated"]
ABOUT_NONE = ["list", "help", "", "nothing"]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_field_of_the_main_job(fresh_web: Web, text: str) -> None:
    web, alice = fresh_web, fresh_web.person("alice")
    web.command(f"declare sev1 {text}")
    alice.runs("/incident declare")
    alice.fills("What is wrong?", text)
    alice.fills("Summary", text)
    alice.chooses("Severity", "SEV1")
    alice.submits()
    web.settle()
    assert web.count(Incident) in (1, 2)  # the same person with the same title, unless escaping made them differ
    number = web.rows(Incident)[-1].number
    for words in [*ABOUT_ONE, *ABOUT_NONE]:
        answer = web.command(f"{_named(words, number) if words in ABOUT_ONE else words} {text}")
        assert answer.status_code == 200, words
        _shown(web, answer.text)
    web.command(f"resolve {number}")
    web.command(f"postmortem {number}")
    web.settle()
    harmless(web)
    for room in web.sandbox.people.channels_starting("inc-"):
        assert not re.search(r"<!|<http", room.channel.topic.value)
        assert room.pins


def _named(words: str, number: int) -> str:
    verb, _, rest = words.partition(" ")
    return f"{verb} INC-{number} {rest}".strip()


def _shown(web: Web, body: str) -> None:
    """What the asker sees in answer is as harmless as what is posted."""
    if body:
        answer = json.loads(body, object_hook=_without_value)
        text = json.dumps(answer, ensure_ascii=False)
        assert not re.search(r"<!(channel|here|everyone|subteam)", text), text
        assert "<http://evil" not in text and "<mailto:evil" not in text, text
        assert 0 < len(answer["text"]) <= 4000
        for block in answer.get("blocks") or []:
            assert len(block.get("text", {}).get("text", "")) <= 3000


def _without_value(found: dict[str, Any]) -> dict[str, Any]:
    """What a button hands back to us, and a row's name, are shown to nobody."""
    return {key: each for key, each in found.items() if key not in ("value", "block_id")}


@pytest.mark.parametrize("title", ["x" * 3001, "<!channel>" * 300], ids=["long", "broadcasts"])
def test_a_title_that_is_too_long_becomes_the_summary(fresh_web: Web, title: str) -> None:
    _shown(fresh_web, fresh_web.command(f"declare sev1 {title}").text)
    fresh_web.settle()
    harmless(fresh_web)
    [declared] = fresh_web.rows(Incident)
    assert len(declared.title) <= 150 and len(declared.summary) == 3000


@pytest.mark.parametrize(("field", "length", "limit"), [("title", 3001, 150), ("title", 151, 150), ("summary", 3001, 3000)])
def test_a_form_with_too_much_comes_back_with_a_sentence(fresh_web: Web, field: str, length: int, limit: int) -> None:
    web = fresh_web
    form = payloads()["form"]
    form["view"]["state"]["values"][field] = {"value": {"type": "plain_text_input", "value": "x" * length}}
    answer = web.interaction(form).json()
    assert answer["response_action"] == "errors"
    assert str(length) in answer["errors"][field] and str(limit) in answer["errors"][field]
    assert web.count(Incident) == 0
    form["view"]["hash"] = "2.abc"
    form["view"]["state"]["values"][field] = {"value": {"type": "plain_text_input", "value": "x" * limit}}
    assert web.interaction(form).text == ""
    assert web.count(Incident) == 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("note 1 " + "x" * 3001, "3000"),
        ("note 1 " + "&lt;" * 2_900 + "x" * 101, "3001"),
        ("rename 1 " + "x" * 151, "150"),
        ("summary 1 " + "x" * 3001, "3000"),
        ("task 1 " + "x" * 3001, ""),
        ("action 1 " + "x" * 3001, ""),
        ("note " + "x" * 12_001, "too long"),
        ("declare sev1 \u200b\u200b", "empty"),
        ("declare sev1 \x07", "empty"),
        ("note 1 \u200b", "note"),
        ("decalre sev1 x", "declare"),
        ("show 99", "INC-99"),
        ("sev INC-1 banana", "SEV1"),
        ("page 1 @nobody", "nobody"),
        ("page 1 <!channel>", ""),
        ("ic 1 @nobody", "nobody"),
        ("status 1 banana", "monitoring"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(fresh_web: Web, command: str, said: str) -> None:
    web = fresh_web
    web.command("declare sev3 Checkout is down")
    before = web.rows(Incident)
    answer = web.command(command)
    assert answer.status_code == 200
    text = answer.json()["text"]
    assert said.lower() in text.lower() and len(text) < 600, text
    _shown(web, answer.text)
    after = web.rows(Incident)
    assert [row.model_dump() for row in after] == [row.model_dump() for row in before]


def test_a_long_text_at_its_limit_is_taken_everywhere(fresh_web: Web) -> None:
    """150 and 3 000 characters that grow when they are escaped."""
    web, alice = fresh_web, fresh_web.person("alice")
    web.command("declare sev1 " + "<" * 150)
    web.settle()
    for words in ("note", "decision", "summary", "impact", "theory", "update"):
        web.command(f"{words} 1 " + "<" * 3000)
    web.command("sev 1 sev2 " + "&" * 3000)
    web.settle()
    alice.runs("/incident timeline 1")
    alice.runs("/incident show 1")
    alice.runs("/incident list")
    web.command("resolve 1 " + ">" * 3000)
    web.command("postmortem 1")
    web.settle()
    harmless(web)
