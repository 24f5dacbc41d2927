"""Scenario files: what they say, and what is said of those that are wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from incidents.drill_files import MOST, Scenarios, read
from incidents.drill_script import Script
from incidents.policy_file import load_policy

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples" / "drills"


def problem(folder: Path, text: str, name: str = "ours.yml") -> str:
    """All that is said of one file that is wrong."""
    (folder / name).write_text(text)
    found = read(folder)
    assert found.found == ()
    return "\n".join(map(str, found.problems))


def test_the_examples_are_right_and_know_the_company() -> None:
    found, policy = read(EXAMPLES), load_policy(ROOT / "examples" / "acme.yml")
    assert found.problems == () and [each.name for each in found.found] == ["checkout-release", "slow-database"]
    for each in found.found:
        assert each.script.severity in policy.severities and set(each.script.services) <= set(policy.services)
        assert each.script.about and len(each.script.about) <= 75, "the form cuts it"
        assert Script.model_validate(each.script.stored()) == each.script


def test_injects_and_hints_come_in_the_order_of_their_time(tmp_path: Path) -> None:
    (tmp_path / "ours.yml").write_text(
        """
title: Search is slow
severity: sev3
injects: [{at: 9m, say: third, as: Erin}, {at: 2m, say: first}]
hints: [{at: 5m, say: second, unless: take ic}, {at: 9m, say: fourth}]
end: 10m
"""
    )
    [only] = read(tmp_path).found
    assert [moment.says for moment in only.script.moments] == ["first", "second", "third", "fourth"]
    assert only.script.moments[2].speaker == "Erin" and only.script.moments[1].unless == "take ic"
    assert only.script.end == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: x\n", "ours.yml: the file has no `severity`; a script has at least a title and a severity"),
        ("", "the file has no `title`"),
        ("- title\n", "ours.yml line 1: does not hold settings; it is made of `name: value`, with these names: title,"),
        ("title: x\nseverity: SEV1\nexpekt: []\n", "line 3: `expekt` is not a setting here; did you mean `expect`?"),
        ("title: x\nseverity: SEV1\ninjects:\n- {at: soon, say: y}\n", "line 4: `at` is “soon”, which is not a duration"),
        ("title: x\nseverity: SEV1\ninjects:\n- {at: 1m, say: y, ass: z}\n", "did you mean `as`?"),
        (
            "title: x\nseverity: SEV1\nexpect:\n- {do: panic, within: 1m}\n",
            "`do` is “panic”, which is no step; write acknowledge",
        ),
        ("title: x\nseverity: SEV1\nexpect:\n- {do: update}\n", "`expect` has no `within`; a script has at least"),
        ("title: x\nseverity: SEV1\nend: 5m\ninjects:\n- {at: 6m, say: y}\n", "line 5: `at` is “6m”, when the drill is over"),
        ("title: x\nseverity: SEV1\nend: 2w\n", "a drill lasts 1d at most"),
        ("title: [\n", "is not valid YAML"),
        ("title: x\nseverity: SEV1\ninjects: yes\n", "`injects` is “yes”; write a list"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_would_be_right(tmp_path: Path, text: str, said: str) -> None:
    assert said in problem(tmp_path, text)


def test_one_that_is_wrong_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.yml").write_text("title: x\nseverity: SEV1\n")
    (tmp_path / "bad.yml").write_bytes(b"\xff\xfe")
    (tmp_path / "next.yml").write_text("title: x\nseverity: SEV1\n")
    (tmp_path / "Two words.yml").write_text("title: x\nseverity: SEV1\n")
    (tmp_path / "good.yaml").write_text("title: another\nseverity: SEV1\n")
    (tmp_path / "inc-7.yml").write_text("title: x\nseverity: SEV1\n")
    (tmp_path / "long.yml").write_text("title: x\nseverity: SEV1\n" + "#" * 50_000)
    (tmp_path / "notes.txt").write_text("not one")
    (tmp_path / "folder.yml").mkdir()
    found = read(tmp_path)
    assert [each.name for each in found.found] == ["good"] and found.found[0].script.title == "another"
    said = {each.path.name: str(each) for each in found.problems}
    assert set(said) == {"Two words.yml", "bad.yml", "good.yml", "inc-7.yml", "long.yml", "next.yml"}
    assert "and not next, pause" in said["next.yml"] and "the name of another one" in said["good.yml"]
    assert "is larger than 50 kB" in said["long.yml"]


def test_there_may_be_none_and_too_many(tmp_path: Path) -> None:
    assert read(tmp_path / "nowhere") == Scenarios() == read(tmp_path)
    for number in range(MOST + 2):
        (tmp_path / f"s{number:03}.yml").write_text("title: x\nseverity: SEV1\n")
    found = read(tmp_path)
    assert len(found.found) == MOST and "holds 101 files" in str(found.problems[0])


def test_a_name_is_found_as_people_type_it() -> None:
    found = read(EXAMPLES)
    assert found.named("Slow Database") == found.named("slow-database") == found.found[1]
    assert found.named("slow") is None and found.named("") is None
