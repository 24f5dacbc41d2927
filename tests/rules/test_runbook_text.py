"""Reading runbooks: what is written becomes steps, and what is wrong is named with its line."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.rules.runbook import Runbook, of_services, stale
from incidents.rules.runbook_text import LARGEST, MOST_STEPS, read, url_trouble


def steps(text: str) -> Runbook:
    book, flaws = read("x", text)
    assert not flaws
    return book


def flaw(text: str) -> str:
    [found] = read("x", text)[1]
    return f"{found.line}: {found.what}; {found.expected}"


def test_properties_at_the_top_or_above_the_first_heading() -> None:
    front = steps("---\ntitle: A\nservices: [b, c]\nowner: d\nlast_tested: 2026-10-01\npermissions: e, f\n---\n## Fix\n1. Go")
    plain = steps("# A\n\n**Owner:** d\nServices: b, c\nLast tested: 2026-10-01\nRequired permissions: e, f\n\n## Fix\n1. Go")
    assert (front.title, front.services, front.owner, front.last_tested) == ("A", ["b", "c"], "d", date(2026, 10, 1))
    assert front == plain and front.permissions == "e, f"
    assert steps("## Fix\n1. Go").title == "X"


def test_steps_branches_code_and_the_way_back() -> None:
    book = steps(
        "# A\n## Diagnose\n1. Is it `up`? See [the board](https://g.example.com)\n   - Yes: go to step 3\n   - No: go to step 2\n"
        "2. Run:\n   ```\n   ls\n   ```\n   Then go to step 3.\n## Fix\n3. Stop\n## Rollback\n4. Start\n5. Look"
    )
    one, two, three, four, five = book.steps
    assert one.text == "Is it `up`? See the board (https://g.example.com)\n• Yes: go to step 3\n• No: go to step 2"
    assert [(branch.label, branch.to) for branch in one.branches] == [("Yes", 3), ("No", 2)]
    assert two.code == ["ls"] and (two.section, three.section) == ("Diagnose", "Fix")
    assert [step.rollback for step in book.steps] == [False, False, False, True, True]
    assert (book.first(), book.first(rollback=True)) == (1, 4)
    assert [book.after(number) for number in (1, 2, 3, 4, 5, 99)] == [2, 3, None, 5, None, None]


@pytest.mark.parametrize(
    ("text", "branches"),
    [
        ("If it is, go to step 2; otherwise go to step 3.", [("If it is", 2), ("otherwise", 3)]),
        ("Go to step 2", [("", 2)]),
        ("Look. If it helps: jump to #3", [("If it helps", 3)]),
        ("Yes → go to 2", [("Yes", 2)]),
        ("Go to the office", []),
    ],
)
def test_how_branches_are_written(text: str, branches: list[tuple[str, int]]) -> None:
    book = steps(f"## Fix\n1. {text}\n2. B\n3. C")
    assert [(branch.label, branch.to) for branch in book.steps[0].branches] == branches


@pytest.mark.parametrize(
    ("text", "minutes", "who", "by_step"),
    [
        ("If not solved in 30 minutes, page the tech lead.", 30, "tech lead", False),
        ("If it is still not fixed within 1h page IC", 60, "IC", False),
        ("if not done after 10 min, then page the secondary and go to step 1.", 10, "secondary", True),
        ("If not working in 5m: page person:ann@example.com.", 5, "person:ann@example.com", False),
    ],
)
def test_how_deadlines_are_written(text: str, minutes: int, who: str, by_step: bool) -> None:
    [deadline] = steps(f"## Fix\n1. Look. {text}").deadlines
    assert (deadline.step, deadline.after, deadline.who, deadline.by_step) == (1, timedelta(minutes=minutes), who, by_step)
    [whole] = steps(f"## Fix\n1. Look\n## Escalation\n{text}").deadlines
    assert (whole.step, whole.by_step) == (0, False)


def test_lists_of_causes_are_read_and_not_followed() -> None:
    book = steps("## Common causes\n1. A deploy\n2. The disk\n## Escalation criteria\n- Money\n## Fix\n1. Go")
    assert book.part("causes") == "1. A deploy\n2. The disk" and book.part("escalation") == "• Money"
    assert [step.text for step in book.steps] == ["Go"]


def test_a_webhook() -> None:
    text = (
        '## Fix\n1. Call\n   ```webhook\n   POST https://a.example.com/x?y=1\n   A-B: c d\n\n   {"k": "{key}"}\n\n   more\n   ```'
    )
    hook = steps(text).steps[0].webhook
    assert hook is not None
    assert (hook.method, hook.url, hook.headers, hook.body) == (
        "POST", "https://a.example.com/x?y=1", {"A-B": "c d"}, '{"k": "{key}"}\n\nmore'
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# A\nno list", "0: has no steps; write a numbered list under a heading such as `## Diagnose`"),
        ("## Fix\n1. A\n2. go to step 9", "3: goes to step 9, which does not exist; there are 1 to 2"),
        ("## Fix\n1. A\n## More\n1. B", "4: begins again at 1, so “go to step 1” could mean two steps; go on counting: `2.`"),
        ("---\nowner: a\ncolour: red\n---\n## Fix\n1. A", "3: has `colour`, which is no property; use title,"),
        ("---\na: [\n---\n## Fix\n1. A", "3: is not valid YAML; write `name: value` on each line"),
        ("---\nlast_tested: friday\n---\n## Fix\n1. A", "1: was last tested on friday, which is no day; write it like"),
        (
            "## Fix\n1. A\n   ```webhook\n   POST http://a.example.com\n   ```",
            "3: has a webhook to http://a.example.com, which is not",
        ),
        ("## Fix\n1. A\n   ```webhook\n   curl x\n   ```", "3: has a webhook without a request; begin it with"),
        ("## Fix\n1. A\n\n```webhook\nPOST https://a.example.com\n```", "4: has a webhook outside of a step; indent it"),
        ("## Fix\n1. If not solved in 30 bananas, page bob.", "2: has a deadline of 30 bananas; write it like"),
        ("## Fix\n" + "1. A\n" * (MOST_STEPS + 1), "102: has more than 100 steps; split it into several runbooks"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, said: str) -> None:
    assert flaw(text).startswith(said)


def test_a_runbook_with_a_mistake_can_be_followed() -> None:
    book, _ = read("x", "## Fix\n1. A\n## More\n1. B, or go to step 9")
    assert [(step.number, step.text, step.branches) for step in book.steps] == [(1, "A", []), (2, "B, or go to step 9", [])]


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://a.example.com/x", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://localhost/x", True),
        ("http://a.example.com/", False),
        ("http://127.0.0.1.example.com/", False),
        ("https://user:pass@a.example.com/", False),
        ("https:///x", False),
        ("ftp://a.example.com/", False),
        ("https://a.example.com:99999/", False),
        ("javascript:alert(1)", False),
        ("https://a.example.com/ü", False),
    ],
)
def test_what_may_be_called(url: str, fine: bool) -> None:
    assert (url_trouble(url) is None) == fine


HOSTILE = [
    "[" * 99_999, "1. " * 33_000, "- " * 50_000, "> " * 50_000, "![[" * 33_000, "*a " * 33_000, "1. x\n" * 20_000,
    "1. go to step 1 " * 6_000, "if not solved in 3 m page " * 3_000, "---\n" * 20_000, "---\na: &a [*a]\n---\n",
    "---\n- x\n---", "# \u202e" + "a" * 90_000, "1. if " + "not been " * 9_000, "999999999999. x",
    "```webhook\n" + "POST " * 9_000, "\x00" * 1000, "a" * (LARGEST + 1),
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_files_take_no_time_and_do_no_harm(text: str) -> None:
    began = time.process_time()
    book, flaws = read("x", text)
    assert time.process_time() - began < 4 and len(book.model_dump_json()) < 400_000
    assert flaws and len(flaws) < 150


@given(st.text(alphabet=st.sampled_from(list("1.2 \n-#`*[](){}:gotstepwebhk/$_|<>&\t")), max_size=200))
def test_any_text_is_read(text: str) -> None:
    book, _ = read("x", "## Fix\n1. " + text)
    known = {step.number for step in book.steps}
    assert all(branch.to in known for step in book.steps for branch in step.branches)
    assert Runbook.model_validate(book.model_dump(mode="json", exclude_defaults=True)) == book


def test_stale_and_of_services() -> None:
    book = Runbook(name="a", title="A", services=["b"], last_tested=date(2026, 8, 1))
    assert stale(book, date(2026, 11, 1), timedelta(days=90)) and not stale(book, date(2026, 10, 1), timedelta(days=90))
    assert stale(Runbook(name="a", title="A"), date(2026, 1, 1), timedelta(days=90)) and not stale(book, date(2027, 1, 1), None)
    other = Runbook(name="c", title="C", services=["d", "b"])
    assert of_services([book, other], ["d", "b"]) == [other, book] and of_services([book], []) == []
