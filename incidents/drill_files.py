"""The scenarios that a team has written: one file each, read when somebody asks, so that a bad one harms nobody."""

import re
from dataclasses import dataclass
from pathlib import Path

from incidents.drill_script import Script
from incidents.policy_file import PolicyError, Problem, load_settings
from incidents.rules.naming import incident_ref

MOST = 99
"""Files; more than a form can offer are not looked at."""

RESERVED = ("next", "pause", "resume", "end")
"""What `/incident drill` does besides beginning a scenario."""

LARGEST = 50_000
"""Bytes of one file: somebody waits for all of them to be read."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")


@dataclass(frozen=True)
class Scenario:
    """A script by its name, which is its file's."""

    name: str
    script: Script


@dataclass(frozen=True)
class Scenarios:
    """Those that can be played, by name, and what is wrong with the files of the others."""

    found: tuple[Scenario, ...] = ()
    problems: tuple[Problem, ...] = ()

    def named(self, name: str) -> Scenario | None:
        """`Checkout outage` is `checkout-outage`, too."""
        wanted = "-".join(name.casefold().split())
        return next((each for each in self.found if each.name == wanted), None)


def read(folder: Path) -> Scenarios:
    """All of a folder's `*.yml`. Never raises; a folder that is not there holds none."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix in (".yml", ".yaml") and path.is_file())
    except OSError:
        return Scenarios()
    found: list[Scenario] = []
    problems: list[Problem] = []
    if len(paths) > MOST:
        problems.append(Problem(folder, 0, f"holds {len(paths)} files", f"the first {MOST} are looked at; move some away"))
    for path in paths[:MOST]:
        if not _NAME.fullmatch(path.stem) or path.stem in RESERVED or incident_ref(path.stem) is not None:
            expected = f"name it in small letters such as checkout-outage.yml, and not {', '.join(RESERVED)}"
            problems.append(Problem(path, 0, "has a name that cannot be typed", expected))
            continue
        if path.stem in [each.name for each in found]:
            problems.append(Problem(path, 0, "has the name of another one", "keep one of the two"))
            continue
        try:
            found.append(Scenario(path.stem, load_settings(path, Script, LARGEST)))
        except PolicyError as error:
            problems += error.problems
    return Scenarios(tuple(found), tuple(problems))
