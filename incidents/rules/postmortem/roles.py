"""Who did what: roles and their holders, and who was paged."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from incidents.events import (
    Acknowledged,
    Captured,
    LevelPaged,
    NobodyToPage,
    PageExhausted,
    PageFailed,
    PagesStopped,
    PageStarted,
    RoleAssigned,
    RoleLeft,
)
from incidents.phrase import TOKEN
from incidents.rules.postmortem.document import Block, Items, Line, Paragraph, Section, Table
from incidents.rules.postmortem.record import Happening
from incidents.rules.postmortem.story import Story, fact, line
from incidents.rules.times import duration_words


class _Term(NamedTuple):
    """One person's time in one role."""

    role: str
    name: str
    person: str
    since: Happening
    until: Happening | None


def _terms(story: Story) -> list[_Term]:
    """Who held which role from when until when; role by role, in the order in which each was first held."""
    terms: dict[str, list[_Term]] = {}
    for happening in story.happenings:
        what = happening.what
        if not isinstance(what, RoleAssigned | RoleLeft):
            continue
        held = terms.setdefault(what.role, [])
        if held and held[-1].until is None:
            held[-1] = held[-1]._replace(until=happening)
        if isinstance(what, RoleAssigned):
            held.append(_Term(what.role, what.role_name, what.person, happening, None))
    return [term for held in terms.values() for term in held]


def people(story: Story) -> Section:
    terms = _terms(story)
    rows = tuple(
        (
            line(term.name),
            line(story.who(term.person)),
            line(story.at(term.since)),
            line(story.at(term.until) if term.until else "now" if story.open else "the end"),
        )
        for term in terms
    )
    blocks: list[Block] = [Table(("Role", "Who", "From", "Until"), rows)] if rows else []
    if not any(term.role == "ic" for term in terms):
        blocks.append(Paragraph(line("Nobody was incident commander.")))
    others = _others(story, {term.person for term in terms})
    if others:
        blocks.append(Paragraph(fact("Also took part", ", ".join(others))))
    return Section("people", "People and roles", tuple(blocks), (pages(story),))


def _others(story: Story, known: set[str]) -> list[str]:
    """Everybody else who did something, in the order in which they first did."""
    acted: dict[str, None] = {}
    for happening in story.told:
        what = happening.what
        for person in (happening.by, what.author if isinstance(what, Captured) else None):
            if person is not None and person not in known:
                acted[person] = None
    return [story.who(person) for person in acted]


@dataclass(frozen=True)
class _Told:
    """A level that was paged. `outcome`: acknowledged, next, stopped, exhausted or waiting; `says` tells it."""

    happening: Happening
    people: str
    outcome: str
    says: Line


@dataclass(frozen=True)
class _Escalation:
    """One escalation with its levels, in the order in which they were told. `of_person`: somebody was asked for by name."""

    name: str
    levels: tuple[_Told, ...]
    of_person: bool = False


def is_person(name: str) -> bool:
    """Whether a page is called by whom it is for, by id or address, and by no escalation of the config."""
    return bool(TOKEN.fullmatch(name)) or "@" in name


def escalations(story: Story) -> list[_Escalation]:
    names = {started.page_id: story.said(started.name) for _, started in story.of(PageStarted)}
    persons = {started.page_id for _, started in story.of(PageStarted) if is_person(started.name)}
    levels: dict[int, list[tuple[Happening, LevelPaged]]] = {page_id: [] for page_id in names}
    for happening, level in story.of(LevelPaged):
        levels.setdefault(level.page_id, []).append((happening, level))
    return [
        _Escalation(
            names.get(page_id, "an escalation"),
            tuple(_told(story, pair, following) for pair, following in zip_longest(told, told[1:])),
            page_id in persons,
        )
        for page_id, told in levels.items()
    ]


def _told(story: Story, pair: tuple[Happening, LevelPaged], following: tuple[Happening, LevelPaged] | None) -> _Told:
    happening, level = pair
    targets = [*level.people, *(f"#{channel}" for channel in level.channels)]
    outcome, says = _outcome(story, happening, level.page_id, following[0] if following else None)
    until = following[0].recorded_at if following else story.as_of
    failed = [
        story.who(failure.target)
        for h, failure in story.of(PageFailed)
        if failure.page_id == level.page_id and failure.target in targets and happening.recorded_at <= h.recorded_at <= until
    ]
    if failed:
        says = line(f"did not get through to {', '.join(failed)}; ", *says)
    return _Told(happening, ", ".join(story.who(target) for target in targets), outcome, says)


def _outcome(story: Story, told: Happening, page_id: int, following: Happening | None) -> tuple[str, Line]:
    """What came of a level: a page ends when it is acknowledged, so a level that was followed was not answered."""
    if following is not None:
        return "next", line("no answer; next level paged at ", story.at(following))
    for h, answer in story.of(Acknowledged):
        if page_id in answer.pages:
            took = duration_words(h.at - told.at)
            return "acknowledged", line(f"{story.who(h.by)} acknowledged at ", story.at(h), f", {took} later")
    for h, exhausted in story.of(PageExhausted):
        if exhausted.page_id == page_id:
            return "exhausted", line("no answer, and nobody left to page at ", story.at(h))
    for h, stopped in story.of(PagesStopped):
        if page_id in stopped.pages:
            return "stopped", line("not acknowledged; paging stopped at ", story.at(h))
    return "waiting", line("no answer yet")


def pages(story: Story) -> Section:
    rows = tuple(
        (line(story.at(told.happening)), line(told.people), line(page.name), told.says)
        for page in escalations(story)
        for told in page.levels
    )
    blocks: list[Block] = [Table(("Paged at", "Who", "Escalation", "Answer"), rows)] if rows else []
    nobody = [*story.of(NobodyToPage), *((h, exhausted) for h, exhausted in story.of(PageExhausted) if exhausted.wanted)]
    missing = tuple(line(story.at(h), ": ", *story.sentence(h)) for h, _ in nobody)
    if missing:
        blocks.append(Items(missing))
    return Section("pages", "Pages", tuple(blocks) or (Paragraph(line("Nobody was paged.")),))
