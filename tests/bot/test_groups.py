"""Who is in a user group, or behind an address, while Slack does not say so."""

import time
from typing import Any

import pytest

from bot import groups
from bot.groups import Groups
from bot.slack import SlackDoubt
from incidents.policy import Target
from tests.world import World


class Hanging:
    """Slack, which takes its time and then does not answer."""

    def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        time.sleep(0.5)
        raise SlackDoubt(method, "no_answer")

    def upload(self, url: str, content: bytes) -> None:
        raise AssertionError("nothing is uploaded here")


def test_it_is_waited_for_once_and_no_longer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "_WAITS", 0.1)
    asked, began = Groups(world.core, Hanging()), time.monotonic()
    targets = [Target(kind="person", name=f"{name}@example.com") for name in ("alice", "bob")]
    targets += [Target(kind="group", name=name) for name in ("S0ONE", "S0TWO", "S0THREE")]
    assert [asked.members(target) for target in targets] == [None] * 5
    assert time.monotonic() - began < 0.4
    assert asked.members(Target(kind="person", name="U0ALICE")) == {"U0ALICE"}
