"""The runbooks of the team: Markdown files beside muster.yml, read again when they change. A bad one never does harm."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from incidents.policy import Policy
from incidents.policy_file import Problem
from incidents.rules.runbook import Runbook, of_services, stale
from incidents.rules.runbook_text import LARGEST, read

MOST = 300
"""Files; more are not read."""


@dataclass(frozen=True)
class Catalogue:
    """All runbooks in the order of their names, and what is wrong with their files."""

    runbooks: Sequence[Runbook] = ()
    problems: Sequence[Problem] = ()

    def find(self, name: str) -> Runbook | None:
        """The one that is called so, by its file or its title, in any case."""
        said = name.strip().casefold().removesuffix(".md")
        for book in self.runbooks:
            if said in (book.name.casefold(), book.title.casefold()):
                return book
        begun = [book for book in self.runbooks if said and book.title.casefold().startswith(said)]
        return begun[0] if len(begun) == 1 else None

    def near(self, name: str) -> list[str]:
        """The names that somebody may have meant."""
        return get_close_matches(name.strip().casefold()[:60], [book.name for book in self.runbooks], n=3, cutoff=0.5)

    def of(self, services: Sequence[str]) -> list[Runbook]:
        """Those that are about one of these services."""
        return of_services(self.runbooks, services)

    def stale(self, policy: Policy, today: date) -> list[Runbook]:
        """Those that nobody has tested for too long."""
        return [book for book in self.runbooks if stale(book, today, policy.runbooks.stale_after)]

    def missing(self, policy: Policy) -> list[str]:
        """The services that have none, not even a link to one."""
        told = {service for book in self.runbooks for service in book.services}
        linked = {name for name, service in policy.services.items() if any("://" in link for link in service.runbooks)}
        return [name for name in policy.services if name not in told | linked]


class RunbookFiles:
    """The catalogue of a running process. Looks at the files at most once in two seconds; safe to share among threads."""

    def __init__(
        self, config: Path | None, policy: Callable[[], Policy], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._base = (config or Path("muster.yml")).parent
        self._policy, self._monotonic = policy, monotonic
        self._lock = threading.Lock()
        self._read: _Read = {}
        self._catalogue = load(self._base, policy(), self._read)
        self._checked = monotonic()

    def current(self) -> Catalogue:
        """As the files are now, or were a moment ago."""
        if self._monotonic() - self._checked >= 2 and self._lock.acquire(blocking=False):  # one looks, nobody waits
            try:
                self._checked = self._monotonic()
                self._look()
            finally:
                self._lock.release()
        return self._catalogue

    def _look(self) -> None:
        fresh = load(self._base, self._policy(), self._read)
        if fresh != self._catalogue:
            self._catalogue = fresh


_Read = dict[Path, tuple[tuple[int, int] | None, Runbook | None, list[Problem]]]
"""What each file held, by its fingerprint then: only what has changed is read again."""


def load(base: Path, policy: Policy, kept: _Read | None = None) -> Catalogue:
    """What the folder `runbooks` beside muster.yml holds, and what services name besides. Raises nothing."""
    books: dict[str, Runbook] = {}
    problems: list[Problem] = []
    kept = {} if kept is None else kept
    beside = {said: _beside(base, said) for service in policy.services.values() for said in service.runbooks}
    named = _by_file(beside, policy)
    files = list(_files(base / policy.runbooks.folder, named))
    if len(files) > MOST:
        problems.append(Problem(files[MOST], 0, f"is one of more than {MOST} runbooks", "keep fewer; this one is not read"))
    for path in files[:MOST]:
        book, flaws = _load(path, kept)
        problems += flaws
        if book is None:
            continue
        if book.name in books:
            problems.append(Problem(path, 0, f"is called {book.name}, and so is another", "rename one of them"))
            continue
        services = named.get(path.resolve(), [])
        strangers = [name for name in book.services if name not in policy.services] if policy.services else []
        if strangers:
            known = ", ".join(list(policy.services)[:10])
            problems.append(Problem(path, 1, f"is for {strangers[0]}, which is no service", f"there are: {known}"))
        books[book.name] = book.model_copy(update={"services": list(dict.fromkeys([*book.services, *services]))})
    problems += _absent(base, beside, policy)
    return Catalogue([books[name] for name in sorted(books)], problems)


def _by_file(beside: Mapping[str, Path | None], policy: Policy) -> dict[Path, list[str]]:
    """The services that name each file. Found once: a hundred services and as many runbooks, each asked about each, took half a
    second of a request (measured)."""
    named: dict[Path, list[str]] = {}
    for name, service in policy.services.items():
        for path in dict.fromkeys(beside[said] for said in service.runbooks):
            if path is not None:
                named.setdefault(path, []).append(name)
    return named


def _load(path: Path, kept: _Read) -> tuple[Runbook | None, list[Problem]]:
    now = _fingerprint(path)
    if path not in kept or kept[path][0] != now:
        kept[path] = (now, *_parse(path))
    return kept[path][1:]


def _parse(path: Path) -> tuple[Runbook | None, list[Problem]]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST * 4 + 1)
        text = raw.decode("utf-8-sig", errors="strict" if len(raw) <= LARGEST * 4 else "ignore")
    except (OSError, UnicodeDecodeError) as error:
        what = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else f"cannot be read ({error.strerror})"
        return None, [Problem(path, 0, what, "save it as a UTF-8 file that this user may read")]
    book, flaws = read(path.stem[:60], text)
    return book, [Problem(path, *flaw) for flaw in flaws]


def _files(folder: Path, named: Iterable[Path]) -> Iterator[Path]:
    """Each once: those of the folder by name, then others that services name and that lie beside muster.yml. No pipe: whoever
    reads one waits for a writer."""
    try:
        found = sorted(path for path in folder.glob("*.md") if path.stem.lower() != "readme" and not path.is_fifo())
    except (OSError, ValueError):
        found = []
    seen = {path.resolve() for path in found}
    yield from found[: MOST + 1]
    yield from (path for path in named if path not in seen and path.is_file())


def _beside(base: Path, said: str) -> Path | None:
    """The file that a service names; None for a link, and for what lies outside of muster.yml's folder."""
    if "://" in said or not said.endswith(".md"):
        return None
    path = (base / said).resolve()
    return path if path.is_relative_to(base.resolve()) else None


def _absent(base: Path, beside: Mapping[str, Path | None], policy: Policy) -> Iterator[Problem]:
    for name, service in policy.services.items():
        for said in service.runbooks:
            path = beside[said]
            if "://" not in said and (path is None or not path.is_file()):
                yield Problem(base / said, 0, f"is the runbook of {name}, and is not there", "write it, or correct its name")


def _fingerprint(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
