"""The Web API, one file per family of methods. A file placed in this folder is found by itself."""

import importlib
import pkgutil
from functools import cache

from sandbox.api.registry import METHODS, Method

__all__ = ["Method", "all_methods", "find"]


@cache
def all_methods() -> dict[str, Method]:
    """Every declared method by name."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return METHODS


def find(name: str) -> Method | None:
    """The declared method of that name, or None."""
    return all_methods().get(name)
