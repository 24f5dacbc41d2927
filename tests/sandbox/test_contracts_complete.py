"""No method without a contract, and no error that the app handles without a test that gets it."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

from sandbox import api
from tests.sandbox import contracts

HERE = Path(__file__).parent
OURS = {"no_answer"}  # the app's own word, for a call that Slack did not answer at all
APP = [path for folder in ("bot", "workers") for path in (HERE.parents[1] / folder).rglob("*.py")]


def setup_module() -> None:
    for path in HERE.glob("test_contract_*.py"):
        importlib.import_module(f"tests.sandbox.{path.stem}")


def test_every_method_has_a_contract() -> None:
    assert set(api.all_methods()) == contracts.COVERED


def test_every_error_that_the_app_handles_can_be_provoked() -> None:
    handled = {word for path in APP for word in _errors(ast.parse(path.read_text()))}
    assert {"name_taken", "already_pinned", "internal_error", "token_revoked"} <= handled
    assert handled - OURS <= contracts.PROVOKED, f"no contract test gets {sorted(handled - OURS - contracts.PROVOKED)}"


def _collected(tree: ast.AST) -> Iterator[str]:
    """Every word that stands in the code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _errors(tree: ast.Module) -> Iterator[str]:
    """The words that code compares with an `.error` attribute, or with a name called error, one or several."""
    named = dict(_named_sets(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and _is_error(node.left):
            for other in node.comparators:
                yield from named.get(other.id, ()) if isinstance(other, ast.Name) else _collected(other)


def _named_sets(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, list(_collected(node.value))


def _is_error(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "error") or (isinstance(node, ast.Name) and node.id == "error")
