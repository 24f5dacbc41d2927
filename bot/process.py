"""How each long-running process begins and ends: its logs, its settings, and going when it is told to."""

import gc
import os
import select
import signal
import sys
import threading
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from bot.logs import set_up_logs
from bot.settings import Settings, SettingsError, load_settings
from incidents.policy_file import PolicyError
from models.database import DatabaseUnusable

_LOOK_AFTER = 10_000  # objects made and not yet gone; a sixth of a story's time less than with 700 (measured)


def run(work: Callable[[Settings], None]) -> int:
    """Do `work` until SIGTERM or Ctrl-C; the exit status. What a person can mend is said in a sentence, with status 2.

    From the first moment a signal ends the process by SystemExit, so that whoever joined the embedded Redis also leaves
    it; `work` may take the signals over.
    """
    set_up_logs()
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: sys.exit(0))
    sys.unraisablehook = _tell_again
    try:
        settings = load_settings()
        if not settings.slack_bot_token.get_secret_value():
            raise SettingsError("SLACK_BOT_TOKEN is not set. Copy .env.example to .env and fill it in, or `make run`.")
        work(settings)
    except (SettingsError, PolicyError, DatabaseUnusable) as error:
        print(error, file=sys.stderr)
        return 2
    except OperationalError as error:
        print(no_database(error), file=sys.stderr)
        return 2
    finally:
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, signal.SIG_IGN)  # told twice, it still says its goodbyes
    return 0


def _tell_again(ignored: "sys.UnraisableHookArgs") -> None:
    """A signal that came while something was being collected ended nothing: Python drops what is raised there."""
    if isinstance(ignored.exc_value, SystemExit):
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()
    else:
        sys.__unraisablehook__(ignored)


def no_database(error: OperationalError) -> str:
    """What to say when the database could not be reached for a whole minute."""
    return f"The database of DATABASE_URL does not answer: {str(error.orig or error).splitlines()[0]}"


class Told:
    """An event that the handler of a signal may set. One of threading's deadlocks when the signal comes while the main
    thread is about to wait for it, since its lock is held then: the process would never end."""

    def __init__(self) -> None:
        self._ear, self._mouth = os.pipe()
        os.set_blocking(self._mouth, False)
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set

    def set(self, *_: object) -> None:
        if not self._is_set:
            self._is_set = True
            os.write(self._mouth, b".")  # never read: whoever waits later finds it, too

    def wait(self, seconds: float) -> None:
        """Until it is set, or so long."""
        select.select([self._ear], [], [], seconds)


def settle_in() -> None:
    """Call once everything is loaded. The collector need not look at it again: each full look at it stopped a request
    for some 60 ms (measured), and would unshare the memory of forked workers. And it may look less often: what a
    statement makes goes away without it, and Python's own 700 objects are reached in every one of them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_LOOK_AFTER)
