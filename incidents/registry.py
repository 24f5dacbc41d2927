"""Finds what people add: import every module of a folder, read one constant from each, refuse duplicates."""

import importlib
import pkgutil
from types import ModuleType
from typing import Protocol, TypeVar


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


def collect(package: ModuleType, constant: str, kind: type[T]) -> dict[str, T]:
    """Each module's `constant`, by its `name`, in the order of the modules' names.

    Every module of the folder must have one: a file that was forgotten is an error, not a silence.
    """
    found: dict[str, T] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        item = getattr(module, constant, None)
        if not isinstance(item, kind):
            raise TypeError(f"{module.__name__} has no {constant}: {kind.__name__}")
        name = item.name
        if name in found:
            raise ValueError(f"{module.__name__}: {name!r} is taken")
        found[name] = item
    return found
