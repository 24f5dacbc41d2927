"""How a program of Muster is loaded, which is most of what it takes to start one."""

import gc
from collections.abc import Callable
from importlib import import_module


def load(program: str) -> Callable[[], int]:
    """The `main` of the module `program`, imported with the collector at rest.

    Nearly all that loading makes stays, so looking for what may go is in vain; and what was loaded need not be taken
    apart one by one when the process ends. Together that is a third of a start and its end (measured).
    """
    gc.disable()
    try:
        main: Callable[[], int] = import_module(program).main
    finally:
        gc.freeze()
        gc.enable()
    return main
