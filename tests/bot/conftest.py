"""Desks: the bot's commands without Slack."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bot.desk import Desk


@pytest.fixture
def make_desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """A desk with a policy of its own."""
    made: list[Desk] = []

    def make(**settings: Any) -> Desk:
        made.append(Desk(tmp_path, settings))
        return made[-1]

    yield make
    for desk in made:
        desk.core.engine.dispose()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """A workspace with no config."""
    return make_desk()


@pytest.fixture
def on_call(make_desk: Callable[..., Desk]) -> Desk:
    """Bob is on call, Carol comes after him, and there is a service."""
    return make_desk(
        rotations={"primary": {"people": ["U0BOB"]}, "secondary": {"people": ["U0CAROL"]}},
        services={"checkout": {"escalation": "critical"}, "search": {}},
        escalations={
            "critical": {"levels": [{"page": ["rotation:primary"]}, {"page": ["rotation:secondary"]}], "repeat": 0},
        },
    )
