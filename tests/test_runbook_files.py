"""The team's runbooks on disk: found, read again when they change, and never in the way."""

import os
from pathlib import Path

from incidents.policy_file import load_policy
from incidents.runbook_files import MOST, RunbookFiles, load


def put(path: Path, text: str, at: int = 1) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    os.utime(path, (at, at))


def test_the_folder_and_what_services_name(tmp_path: Path) -> None:
    put(
        tmp_path / "muster.yml",
        "services: {a: {runbooks: [docs/a.md, gone.md]}, b: {}, c: {runbooks: ['https://w.example.com']}}",
    )
    put(tmp_path / "runbooks" / "README.md", "# not one")
    put(tmp_path / "runbooks" / "b.md", "---\nservices: [b, zebra]\n---\n## Fix\n1. Go")
    put(tmp_path / "docs" / "a.md", "## Fix\n1. Go")
    policy = load_policy(tmp_path / "muster.yml")
    found = load(tmp_path, policy)
    assert [(book.name, book.services) for book in found.runbooks] == [("a", ["a"]), ("b", ["b", "zebra"])]
    assert [str(problem) for problem in found.problems] == [
        "b.md line 1: is for zebra, which is no service; there are: a, b, c",
        "gone.md: is the runbook of a, and is not there; write it, or correct its name",
    ]
    assert found.missing(policy) == [] and found.find("A.md") is found.runbooks[0] and found.near("bb") == ["b"]


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    policy = load_policy(None)
    put(tmp_path / "runbooks" / "good.md", "## Fix\n1. Go")
    (tmp_path / "runbooks" / "bytes.md").write_bytes(b"\xff\xfe")
    (tmp_path / "runbooks" / "folder.md").mkdir()
    os.mkfifo(tmp_path / "runbooks" / "pipe.md")  # left alone: reading it would wait for ever
    (tmp_path / "runbooks" / "away.md").symlink_to(tmp_path / "nothing")
    found = load(tmp_path, policy)
    assert [book.name for book in found.runbooks] == ["good"]
    assert sorted(problem.path.name for problem in found.problems) == ["away.md", "bytes.md", "folder.md"]
    for number in range(MOST):
        put(tmp_path / "runbooks" / f"z{number:03}.md", "## Fix\n1. Go")
    assert len(load(tmp_path, policy).runbooks) < MOST and "one of more than" in str(load(tmp_path, policy).problems[0])


def test_nothing_outside_of_the_folder_is_read(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    put(tmp_path / "secret.md", "## Fix\n1. Go")
    put(base / "muster.yml", "services: {a: {runbooks: [../secret.md, /etc/passwd.md]}}")
    assert not load(base, load_policy(base / "muster.yml")).runbooks


def test_an_edit_is_seen_within_two_seconds(tmp_path: Path) -> None:
    now = [0.0]
    put(tmp_path / "runbooks" / "a.md", "## Fix\n1. Go")
    files = RunbookFiles(tmp_path / "muster.yml", lambda: load_policy(None), lambda: now[0])
    before = files.current()
    assert files.current() is before
    put(tmp_path / "runbooks" / "a.md", "## Fix\n1. Go on", at=2)
    assert files.current() is before
    now[0] = 2.0
    assert files.current().runbooks[0].steps[0].text == "Go on"
    (tmp_path / "runbooks" / "a.md").unlink()
    now[0] = 4.0
    assert not files.current().runbooks
