"""Installations for the tests that start real processes; each is ended with its test, whatever happened."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.processes.harness import Installation


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Installations in folders of their own; nothing of them is started yet."""
    with ExitStack() as ended_with_the_test:

        def make(name: str = "muster", **how: Any) -> Installation:
            return ended_with_the_test.enter_context(Installation(tmp_path / name, **how))

        yield make
