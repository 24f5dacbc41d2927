"""The postmortem's document and its Markdown: complete, in order, linked, and never marked up by what people typed."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from incidents import events, exports
from incidents.events import Happened
from incidents.exports import Export
from incidents.exports.markdown import EXPORT, render
from incidents.registry import collect
from incidents.rules.postmortem import build
from incidents.rules.postmortem.document import Document, Items, Paragraph, Section, Table, Text, Timeline
from incidents.rules.postmortem.record import FollowUp, Happening, Record
from incidents.rules.times import duration_words

SECTIONS = [
    "Summary",
    "Impact",
    "Timeline",
    "Root cause",
    "Contributing factors",
    "What went well",
    "What went poorly",
    "Where we got lucky",
    "Action items",
    "Lessons learned",
    "Response metrics",
    "People and roles",
]
NAMES = {"U1": "Alice", "U2": "Bob", "U3": "Carol Jones", "C1": "inc-checkout-42"}
START = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def link(number: float) -> str:
    return f"https://acme.slack.com/archives/C1/p{int(number * 1000):06d}"


def happened(minutes: float, what: Happened, by: str | None = "U1", *, late: float = 0, linked: bool = True) -> Happening:
    return Happening(at(minutes), at(minutes + late), by, what, link(minutes) if linked else None)


DECLARED = events.Declared(title="Checkout is down", severity="SEV2", status="investigating")
RESOLVED = events.StatusChanged(old="investigating", new="resolved")
IC = events.RoleAssigned(role="ic", role_name="Incident commander", person="U1")


def record(*happenings: Happening, **given: Any) -> Record:
    known: dict[str, Any] = {
        "key": "INC-42",
        "title": "Checkout is down",
        "severity": "SEV2",
        "severity_name": "Major",
        "status": "investigating",
        "declared_by": "U1",
        "declared_at": START,
        "detected_at": START,
        "names": NAMES,
    }
    return Record(**{**known, "happenings": happenings or (happened(0, DECLARED),), **given})


def resolved(*happenings: Happening, **given: Any) -> Record:
    """Declared at 14:00, acknowledged at 14:03, mitigated at 14:40, resolved at 15:05."""
    known = {
        "status": "resolved",
        "acknowledged_at": at(3),
        "mitigated_at": at(40),
        "resolved_at": at(65),
        "targets": {"acknowledge": timedelta(minutes=5)},
    }
    always = (
        happened(0, DECLARED),
        happened(0, IC),
        happened(3, events.Acknowledged(pages=[], first=True), "U2"),
        happened(40, events.StatusChanged(old="mitigating", new="monitoring")),
        happened(65, events.StatusChanged(old="monitoring", new="resolved", why="errors at zero")),
    )
    return record(*always, *happenings, **{**known, **given})


def draft(told: Record) -> str:
    return render(build(told))


def section(text: str, title: str) -> str:
    """What stands under a heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {title}"
    return found[1]


class TestDocument:
    def test_has_every_section_in_order(self) -> None:
        assert [part.title for part in build(record()).sections] == SECTIONS
        assert re.findall(r"^## (.*)$", draft(record()), re.MULTILINE) == SECTIONS

    def test_keys_are_unique(self) -> None:
        keys = [part.key for top in build(resolved()).sections for part in (top, *top.parts)]
        assert len(set(keys)) == len(keys)

    def test_header_says_what_when_how_bad_and_who(self) -> None:
        text = draft(resolved(services=("checkout",)))
        assert text.startswith("# INC-42: Checkout is down\n")
        assert "- **Date:** 2026-11-21\n" in text
        assert "- **Severity:** SEV2 Major\n" in text
        assert f"- **Status:** resolved since [15:05]({link(65)}) UTC\n" in text
        assert f"- **Duration:** {duration_words(timedelta(minutes=65))}, from detection at [14:00]({link(0)})" in text
        assert "- **Services:** checkout\n" in text
        assert "- **Author:** Alice\n" in text
        assert "- **Reviewers:** TODO(@Alice): " in text

    def test_severity_changes_stand_in_the_header(self) -> None:
        raised = events.SeverityChanged(old="SEV2", new="SEV1", why="all users", raised=True)
        text = draft(record(happened(0, DECLARED), happened(5, raised), severity="SEV1", severity_name="Critical"))
        assert f"SEV1 Critical (raised from SEV2 to SEV1 at [14:05]({link(5)}))" in text

    def test_open_incident_says_so(self) -> None:
        text = draft(record(happened(0, DECLARED), happened(47, events.Noted(text="still looking"))))
        assert "**Draft of an open incident.** INC-42 is still open (investigating)" in text
        assert f"{duration_words(timedelta(minutes=47))} so far" in text
        assert "not resolved yet" in text

    def test_declared_and_resolved_and_nothing_else(self) -> None:
        told = record(happened(0, DECLARED), happened(2, RESOLVED), status="resolved", mitigated_at=at(2), resolved_at=at(2))
        text = draft(told)
        assert section(text, "Timeline").count("\n- ") == 2
        assert "not known: nobody acknowledged |" in text
        assert "Nobody was incident commander." in text
        assert "Nobody was paged." in text
        assert "None was posted." in text

    def test_bare_record_without_events(self) -> None:
        text = draft(Record(key="INC-1", title="", severity="SEV3", status="cancelled", declared_at=START))
        assert "it was cancelled without being resolved" in text
        assert "Nothing was recorded." in text
        assert "TODO(@owner): " in text

    @pytest.mark.parametrize(
        ("happenings", "declared_by", "owner"),
        [
            ((happened(0, IC), happened(5, IC.model_copy(update={"person": "U2"}))), "U1", "Bob"),
            ((happened(0, DECLARED),), "U3", "Carol Jones"),
            ((happened(0, DECLARED),), "U404", "U404"),
            ((happened(0, DECLARED),), None, "owner"),
        ],
    )
    def test_todos_are_the_commanders_else_the_declarers(
        self, happenings: tuple[Happening, ...], declared_by: str | None, owner: str
    ) -> None:
        owners = set(re.findall(r"TODO\(@([^)]*)\)", draft(record(*happenings, declared_by=declared_by))))
        assert owners == {owner}

    def test_five_whys_are_numbered(self) -> None:
        whys = section(draft(record()), "Root cause").partition("### Five whys\n")[2]
        assert re.findall(r"^(\d)\. TODO\(@Alice\): (\w+)", whys, re.MULTILINE) == [(str(n), "Why") for n in range(1, 6)]

    def test_same_record_same_bytes(self) -> None:
        assert draft(resolved()).encode() == draft(resolved()).encode()

    def test_another_draft_adds_nothing_but_its_moment(self) -> None:
        again = happened(90, events.PostmortemDrafted(number=2, asked=True))
        first, second = draft(resolved()).splitlines(), draft(resolved(again)).splitlines()
        assert [line for line in first if "as of" not in line] == [line for line in second if "as of" not in line]


class TestTimeline:
    def lines(self, *happenings: Happening) -> list[str]:
        return re.findall(r"^(?:-|###) .*$", section(draft(record(*happenings)), "Timeline"), re.MULTILINE)

    def test_a_line_is_a_linked_time_and_a_sentence_with_names(self) -> None:
        raised = events.SeverityChanged(old="SEV2", new="SEV1", why="<@U2> sees 500s in <#C1>", raised=True)
        assert self.lines(happened(5, raised)) == [
            f"- [14:05]({link(5)}) Alice raised the severity from SEV2 to SEV1: Bob sees 500s in #inc-checkout-42"
        ]

    def test_no_message_no_link(self) -> None:
        assert self.lines(happened(5, events.Noted(text="hm"), linked=False)) == ["- 14:05 Alice: hm"]

    def test_in_the_order_in_which_it_happened_and_says_what_was_noted_late(self) -> None:
        seen = happened(-10, events.Noted(text="graphs went red"), late=30)
        assert self.lines(happened(0, DECLARED), seen) == [
            f"- [13:50]({link(-10)}) Alice: graphs went red (noted at 14:20)",
            f"- [14:00]({link(0)}) Alice declared SEV2: Checkout is down",
        ]

    def test_a_few_seconds_late_is_not_late(self) -> None:
        assert "noted" not in self.lines(happened(0.9, events.Noted(text="x"), late=0.5))[0]

    def test_several_days_have_dates(self) -> None:
        lines = self.lines(happened(0, DECLARED), happened(700, RESOLVED), happened(5, events.Noted(text="x"), late=1440))
        assert lines == [
            "### 2026-11-21",
            f"- [14:00]({link(0)}) Alice declared SEV2: Checkout is down",
            f"- [14:05]({link(5)}) Alice: x (noted at 2026-11-22 14:05)",
            "### 2026-11-22",
            f"- [01:40]({link(700)}) Alice moved it from investigating to **resolved**",
        ]

    def test_other_time_zones_are_told_in_utc(self) -> None:
        berlin = datetime.fromisoformat("2026-11-21T15:30:00+01:00")
        assert self.lines(Happening(berlin, berlin, None, events.Noted(text="x"))) == ["- 14:30 Muster: x"]

    def test_lines_are_folded_and_long_ones_kept_whole(self) -> None:
        typed = "one\n\n# two\r\n- three " + "x" * 2900
        assert self.lines(happened(1, events.Noted(text=typed), linked=False)) == [
            "- 14:01 Alice: one # two - three " + "x" * 2900
        ]

    def test_bookkeeping_is_left_out(self) -> None:
        assert self.lines(happened(1, events.WatchAsked(), None), happened(2, events.RoomWanted(why="x"), None)) == []

    @pytest.mark.parametrize(
        ("typed", "written"),
        [
            ("[click](https://evil.example)", r"\[click\](https\://evil.example)"),
            ("<b>*bold*</b> | `code`", r"\<b>\*bold\*\</b> \| \`code\`"),
            ("payment_service is __down__", r"payment_service is \_\_down\_\_"),
            ("R&D &amp; 5 < 6", r"R&D \&amp; 5 \< 6"),
            ("![x](http://a) <!channel> www.evil.example", r"!\[x\](http\://a) \<!channel> www\.evil.example"),
            ("שלום 🔥 👩🏽‍🚒", "\u2068שלום 🔥 👩🏽‍🚒\u2069"),
            ("\u202egnp.exe", "gnp.exe"),
            ("{{ site.secret }} $\\href{x}{y}$", r"{\{{ site.secret }} \$\\href{x}{y}\$".replace(r"{\{{", r"\{{")),
        ],
    )
    def test_typed_text_shows_as_typed(self, typed: str, written: str) -> None:
        assert self.lines(happened(1, events.Noted(text=typed), linked=False)) == [f"- 14:01 Alice: {written}"]

    def test_500_entries_each_once_in_order(self) -> None:
        many = [happened(n * 3 % 1000, events.Noted(text=f"entry {n} of many")) for n in range(500)]
        lines = [line for line in self.lines(*many) if line.startswith("- ")]
        told = [int(re.findall(r"entry (\d+) of many", line)[0]) for line in lines]
        assert told == sorted(range(500), key=lambda n: (n * 3 % 1000, n))


class TestWhatTheRecordKnows:
    def test_impact_in_peoples_words_with_its_message(self) -> None:
        update = events.UpdatePosted(update_id=1, status="identified", severity="SEV2", impact="A third of payments fail")
        declared = DECLARED.model_copy(update={"impact": "Some payments fail"})
        text = draft(resolved(happened(0, declared), happened(20, update, "U2"), impact="A third of payments fail"))
        impact = section(text, "Impact")
        assert f"- **What users saw:** A third of payments fail (Bob, [14:20]({link(20)}))" in impact
        assert f"- **Reported earlier:** Some payments fail (Alice, [14:00]({link(0)}))" in impact
        assert f"- **Duration:** at least {duration_words(timedelta(minutes=40))}, from detection" in impact
        for label in ("Users", "Data loss", "Error budget", "Revenue"):
            assert f"- **{label}:** TODO(@Alice): " in impact

    def test_impact_duration_is_exact_where_its_start_is_known(self) -> None:
        impact = section(draft(resolved(impact_started_at=at(-10))), "Impact")
        assert f"- **Duration:** {duration_words(timedelta(minutes=50))}, from the start of the impact at 13:50" in impact

    def test_summary_and_theory_with_their_messages(self) -> None:
        summary = events.Edited(field="summary", old="", new="Deploy 7 broke checkout")
        old, new = (events.Edited(field="theory", old="", new=words) for words in ("Redis", "Deploy 7"))
        told = resolved(
            happened(10, old),
            happened(20, new, "U2"),
            happened(30, summary),
            summary="Deploy 7 broke checkout",
            theory="Deploy 7",
        )
        text = draft(told)
        assert f"Deploy 7 broke checkout (Alice, [14:30]({link(30)}))" in section(text, "Summary")
        cause = section(text, "Root cause")
        assert f"- **Last theory on record:** Deploy 7 (Bob, [14:20]({link(20)}))" in cause
        assert f"- **Earlier theory:** Redis (Alice, [14:10]({link(10)}))" in cause

    def test_went_well_only_what_was_measured(self) -> None:
        well = section(draft(resolved(detected_by="alert")), "What went well")
        five, three = duration_words(timedelta(minutes=5)), duration_words(timedelta(minutes=3))
        assert f"- Acknowledged in {three}, at [14:03]({link(3)}); target {five}\n" in well
        assert "- Alice was Incident commander from the start" in well
        assert "- It was detected by an alert" in well
        assert "Acknowledged" not in section(draft(resolved()), "What went poorly")

    def test_went_poorly_only_what_was_measured(self) -> None:
        timed = events.UpdatePosted(update_id=1, status="investigating", severity="SEV2", timed=True, silent_since=at(0))
        told = resolved(
            happened(30, timed, None),
            happened(60, timed, None),
            happened(5, events.CommanderMissing(role_name="Incident commander"), None),
            happened(6, events.NobodyToPage(wanted=["rotation primary"]), None),
            happened(7, events.PageFailed(page_id=1, notice_id=1, target="U3", trouble="not sent in time"), None),
            happened(50, events.StatusChanged(old="monitoring", new="mitigating", why="errors are back")),
            detected_by="customer",
            targets={"acknowledge": timedelta(minutes=1)},
        )
        poorly, three = section(draft(told), "What went poorly"), duration_words(timedelta(minutes=3))
        for said in (
            f"Acknowledged in {three}, at [14:03]({link(3)}); target {duration_words(timedelta(minutes=1))}",
            "A customer noticed it first",
            f"2 timed updates had nothing new to report: [14:30]({link(30)}), [15:00]({link(60)})",
            f"Nobody was Incident commander yet at [14:05]({link(5)})",
            f"Nobody was on call for rotation primary: [14:06]({link(6)})",
            f"1 page did not get through: [14:07]({link(7)})",
            f"The fix did not hold, back to mitigating at [14:50]({link(50)}): errors are back",
        ):
            assert f"- {said}\n" in poorly

    def test_many_moments_of_one_claim_are_counted(self) -> None:
        failed = events.PageFailed(page_id=1, notice_id=1, target="U3", trouble="x")
        poorly = section(draft(resolved(*(happened(n, failed, None) for n in range(40)))), "What went poorly")
        assert "40 pages did not get through" in poorly and "and 28 more" in poorly

    def test_action_items_and_tasks_left(self) -> None:
        actions = (
            FollowUp(1, "Alert on | errors", "U2", date(2026, 12, 1)),
            FollowUp(2, "Write the runbook"),
            FollowUp(3, "Roll back", done_at=at(1500), done_by="U3"),
        )
        told = resolved(
            happened(1500, events.ActionDone(action_id=3, text="Roll back"), "U3"),
            happened(70, events.ActionAdded(action_id=1, text="Alert on | errors")),
            happened(20, events.TaskAdded(task_id=1, text="ask the bank", owner="U2")),
            happened(21, events.TaskAdded(task_id=2, text="drain node 3")),
            happened(22, events.TaskDone(task_id=2, text="drain node 3")),
            actions=actions,
        )
        items = section(draft(told), "Action items")
        assert f"| Alert on \\| errors | Bob | 2026-12-01 | open | [2026-11-21 15:10]({link(70)}) |" in items
        assert "| Write the runbook | TODO(@Alice): Who? | TODO(@Alice): By when? | open | — |" in items
        assert f"| Roll back | — | — | done [2026-11-22]({link(1500)}) by Carol Jones | — |" in items
        assert f"- ask the bank (Bob, added [2026-11-21 14:20]({link(20)}))" in items
        assert "drain" not in items

    def test_response_metrics_with_targets_and_reasons(self) -> None:
        metrics = section(draft(resolved()), "Response metrics")
        three, five = duration_words(timedelta(minutes=3)), duration_words(timedelta(minutes=5))
        assert f"| acknowledge | {three} | {five}, met | [14:00]({link(0)}) | [14:03]({link(3)}) |" in metrics
        assert "| detect | not known: nobody recorded when the impact began | — | — | [14:00]" in metrics
        assert f"| resolve | {duration_words(timedelta(minutes=65))} | — |" in metrics

    def test_contradicting_moments_are_not_known(self) -> None:
        text = draft(resolved(resolved_at=at(-5)))
        assert "| resolve | not known: the record has the end before the beginning |" in text
        assert "it is recorded as resolved before it began" in text

    def test_roles_with_their_history(self) -> None:
        handed = events.RoleAssigned(role="ic", role_name="Incident commander", person="U2", previous="U1")
        scribe = events.RoleAssigned(role="scribe", role_name="Scribe", person="U3")
        left = events.RoleLeft(role="scribe", role_name="Scribe", person="U3")
        people = section(draft(resolved(happened(30, handed), happened(10, scribe), happened(20, left))), "People and roles")
        rows = [
            f"| Incident commander | Alice | [14:00]({link(0)}) | [14:30]({link(30)}) |",
            f"| Incident commander | Bob | [14:30]({link(30)}) | the end |",
            f"| Scribe | Carol Jones | [14:10]({link(10)}) | [14:20]({link(20)}) |",
        ]
        assert "\n".join(rows) in people

    def test_everybody_else_who_did_something(self) -> None:
        captured = events.Captured(author="U3", text="it is DNS", how="pin")
        assert "**Also took part:** Bob, Carol Jones" in draft(resolved(happened(8, captured, "U2")))

    def test_pages_say_who_was_told_and_who_answered(self) -> None:
        started = events.PageStarted(page_id=7, name="critical")
        levels = [events.LevelPaged(page_id=7, round=0, level=n, people=[who]) for n, who in enumerate(("U2", "U3"))]
        told = resolved(
            happened(1, started),
            happened(1, levels[0], None),
            happened(2, events.PageFailed(page_id=7, notice_id=1, target="U2", trouble="x"), None),
            happened(6, levels[1], None),
            happened(9, events.Acknowledged(pages=[7], first=False), "U3"),
        )
        people = section(draft(told), "People and roles")
        took = duration_words(timedelta(minutes=3))
        assert f"| [14:01]({link(1)}) | Bob | critical | did not get through to Bob; no answer; next level paged at" in people
        answer = f"Carol Jones acknowledged at [14:09]({link(9)}), {took} later"
        assert f"| [14:06]({link(6)}) | Carol Jones | critical | {answer} |" in people
        assert f"1 page to the escalation critical went unanswered: [14:01]({link(1)})" in section(
            draft(told), "What went poorly"
        )

    @pytest.mark.parametrize(
        ("end", "answer"),
        [
            (events.PagesStopped(pages=[7]), "not acknowledged; paging stopped at"),
            (events.PageExhausted(page_id=7, name="critical"), "no answer, and nobody left to page at"),
            (events.Noted(text="x"), "no answer yet"),
        ],
    )
    def test_pages_that_nobody_answered(self, end: Happened, answer: str) -> None:
        level = events.LevelPaged(page_id=7, round=0, level=0, people=["U2"], channels=["leadership"])
        people = section(draft(resolved(happened(1, level, None), happened(9, end, None))), "People and roles")
        assert f"| Bob, #leadership | an escalation | {answer}" in people

    def test_status_updates(self) -> None:
        written = events.UpdatePosted(
            update_id=1,
            status="identified",
            severity="SEV2",
            theory="Deploy 7",
            actions="Rolling back",
            next_update_at=at(80),
        )
        timed = events.UpdatePosted(update_id=2, status="identified", severity="SEV2", timed=True, silent_since=at(20))
        metrics = section(draft(resolved(happened(20, written, "U2"), happened(30, timed, None))), "Response metrics")
        assert "2 status updates, 1 written by people and 1 posted by Muster" in metrics
        assert "| Bob | identified, SEV2 | **Theory:** Deploy 7 **Actions:** Rolling back | 15:20 |" in metrics
        assert "| Muster | identified, SEV2 | nothing new since 14:20 | — |" in metrics


# --- Nothing that people typed is markup ------------------------------------------------------------------------------

NASTY = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                *"#*_`~|<>[]()!\\&;:=-+.1 \n\t\r\v\f\u2028{}%$\"'@^/",
                "](https://evil.example)",
                "![a](http://b)",
                "<script>",
                "<https://evil.example>",
                "https://",
                "www.evil.example",
                "&lt;",
                "&#42;",
                "```",
                "---",
                "\n\n# x",
                "\n- ",
                "| a | b |\n|---|---|",
                "[ref]: https://evil.example",
                "<!--",
                "<@U1>",
                "<#C1>",
                "<!channel>",
                "שלום",
                "🔥",
                "\u202e",
                "\ud800",
                "1) ",
                "snake_case",
                "    code",
            ]
        ),
        max_size=14,
    ).map("".join),
)
UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HARMLESS = {"paragraph", "inline", "bullet_list", "ordered_list", "list_item", "heading"}
HARMLESS |= {"table", "thead", "tbody", "tr", "th", "td"}


def tokens(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or []


def shape(text: str) -> list[tuple[str, object]]:
    """The markup of a text: every token that is not text, with a link's address."""
    return [(t.type, t.attrs.get("href")) for t in tokens(text) if t.type not in ("text", "inline", "text_special")]


def everything(typed: str, name: str) -> Record:
    """An incident in which every text that people choose is `typed`, and every name `name`."""
    update = events.UpdatePosted(update_id=1, status="identified", severity="SEV2", impact=typed, theory=typed, actions=typed)
    told = (
        happened(0, events.Declared(title=typed, severity="SEV2", status="investigating")),
        happened(0, IC),
        happened(1, events.PageStarted(page_id=1, name=typed, why=typed)),
        happened(1, events.LevelPaged(page_id=1, round=0, level=0, people=["U2"], channels=[typed]), None),
        happened(2, events.NobodyToPage(wanted=[typed]), None),
        happened(2, events.PageFailed(page_id=1, notice_id=1, target="U2", trouble=typed), None),
        happened(3, events.PageExhausted(page_id=1, name=typed), None),
        happened(3, events.Acknowledged(pages=[1], first=True), "U2"),
        happened(4, events.Noted(text=typed)),
        happened(5, events.Decided(text=typed), linked=False),
        happened(6, events.Captured(author="U3", text=typed, how="pin"), "U2"),
        happened(7, events.SeverityChanged(old="SEV2", new="SEV1", why=typed)),
        happened(8, events.Edited(field="summary", old="", new=typed)),
        happened(9, update, "U2"),
        happened(10, events.TaskAdded(task_id=1, text=typed, owner="U3")),
        happened(11, events.ActionAdded(action_id=1, text=typed, owner="U2")),
        happened(12, events.StatusChanged(old="investigating", new="identified", why=typed)),
        happened(13, events.RoomFailed(trouble=typed), None),
        happened(14, events.RoomOpened(channel="C1", name=typed), None),
        happened(15, events.StatusChanged(old="monitoring", new="investigating", why=typed)),
        happened(16, events.RoleAssigned(role="ic", role_name="Incident commander", person="U2", previous="U1")),
    )
    return record(
        *told,
        title=typed,
        summary=typed,
        impact=typed,
        theory=typed,
        services=(typed,),
        detected_by=typed,
        actions=(FollowUp(1, typed, "U2"),),
        names={"U1": name, "U2": name, "U3": name, "C1": name},
    )


class TestNothingTypedIsMarkup:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(typed=NASTY, name=NASTY)
    @example(typed="[ref]: https://evil.example\n\n# x\n<script>", name="](https://evil.example) |")
    def test_the_draft_has_the_markup_of_a_harmless_one(self, typed: str, name: str) -> None:
        """Replacing all that people typed by a plain word changes no token but text: no heading, link, cell, HTML."""
        text = draft(everything(typed + "x", name + "x"))
        text.encode()
        assert shape(text) == shape(draft(everything("word", "name")))
        kinds = {re.sub(r"_(open|close)$", "", t.type) for t in PARSER.parse(text)}
        assert kinds <= HARMLESS
        outside = re.sub(r"\]\([^)\s]*\)", "]", text)
        assert not re.search(r"(?<!\\)://|www\.", outside, re.IGNORECASE)

    @settings(max_examples=150, deadline=None)
    @given(NASTY)
    @example("1. a")
    @example("#")
    @example("a #")
    @example("\\")
    @example("http\\://a")
    @example("a_b __c__ _d_")
    @example("::")
    def test_text_shows_as_the_characters_it_holds(self, typed: str) -> None:
        line = (Text(typed),)
        blocks = (Paragraph(line), Items((line,)), Table(("A",), ((line,),)))
        text = render(Document("INC-1", "t", (), Items(()), (Section("s", "S", blocks),)))
        shown = ["".join(t.content for t in part.children or []) for part in PARSER.parse(text) if part.type == "inline"]
        words = " ".join(UNSEEN.sub("", typed).split())
        assume(words)
        assert [re.sub("[\u2068\u2069]", "", said) for said in shown] == ["INC-1: t", "S", words, words, "A", words]
        assert {t.type for part in PARSER.parse(text) for t in part.children or []} <= {"text"}

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(st.integers(-3000, 3000), st.integers(0, 3000), NASTY), min_size=1, max_size=30))
    def test_every_entry_appears_once_in_order(self, notes: list[tuple[int, int, str]]) -> None:
        told = [happened(m, events.Noted(text=f"<{n}>{said}"), late=late) for n, (m, late, said) in enumerate(notes)]
        (entries,) = [b for s in build(record(*told)).sections for b in s.blocks if isinstance(b, Timeline)]
        order = sorted(range(len(notes)), key=lambda n: (notes[n][0], n))
        assert [entry.at for entry in entries.entries] == [at(notes[n][0]) for n in order]
        lines = [line for line in section(draft(record(*told)), "Timeline").splitlines() if line.startswith("- ")]
        assert [int(re.findall(r"\\<(\d+)>", line)[0]) for line in lines] == order

    @pytest.mark.parametrize("address", ["javascript:alert(1)", "", "ftp://x", "https ://x"])
    def test_only_web_addresses_are_links(self, address: str) -> None:
        told = Happening(START, START, "U1", events.Noted(text="x"), address)
        assert "](" not in draft(record(told, detected_at=None))

    def test_an_address_ends_where_it_ends(self) -> None:
        told = Happening(START, START, "U1", events.Noted(text="x"), "https://x/a) [b](https://evil.example\n|")
        assert "(https://x/a%29%20%5Bb%5D%28https://evil.example%0A%7C)" in draft(record(told))


def test_the_registry_finds_the_export() -> None:
    assert collect(exports, "EXPORT", Export) == {"markdown": EXPORT}
    assert EXPORT.suffix == ".md"
