"""The postmortem: an incident's record told section by section, with what only people know left to them (PRODUCT §11).

Values in, a document out. The document holds people's words as they typed them, names in place of ids, and beside each
claim the link to the message it came from; how that is written down, and escaped, is for `incidents/exports/`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from string import Formatter
from typing import NamedTuple, TypeVar

from incidents.events import (
    Acknowledged,
    ActionAdded,
    ActionDone,
    Captured,
    CommanderMissing,
    Declared,
    Edited,
    FlagSet,
    Happened,
    LevelPaged,
    NobodyToPage,
    PageExhausted,
    PageFailed,
    PagesStopped,
    PageStarted,
    RoleAssigned,
    RoleLeft,
    RoomFailed,
    SeverityChanged,
    StatusChanged,
    TaskAdded,
    TaskDone,
    UpdatePosted,
)
from incidents.phrase import TOKEN, Part, When, Where, Who
from incidents.rules.lifecycle import ACTIVE, OPEN, Status
from incidents.rules.measures import Moments, response_times
from incidents.rules.times import duration_words

LATE = timedelta(minutes=1)  # an entry written down this much after it happened says so
AT_ONCE = timedelta(minutes=1)  # a commander found in this time was there from the start
LINKS_SHOWN = 12  # how many moments one claim lists before it says how many more there are


# --- The document -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """Words to be shown as exactly these characters, whoever they are from: an export escapes them."""

    text: str
    bold: bool = False
    code: bool = False
    link: str | None = None


@dataclass(frozen=True)
class Todo:
    """What only people know. `owner` is the name of who finds out; None while the incident has nobody."""

    question: str
    owner: str | None


Piece = Text | Todo
Line = tuple[Piece, ...]


@dataclass(frozen=True)
class Paragraph:
    """One paragraph."""

    line: Line


@dataclass(frozen=True)
class Items:
    """A list; numbered where the order is an argument."""

    lines: tuple[Line, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """Rows as wide as `columns`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True)
class Entry:
    """One line of the timeline, in UTC. `noted_at` is set where it was written down later than it happened."""

    at: datetime
    says: Line
    link: str | None = None
    noted_at: datetime | None = None


@dataclass(frozen=True)
class Timeline:
    """Entries in the order in which they happened."""

    entries: tuple[Entry, ...]


Block = Paragraph | Items | Table | Timeline


@dataclass(frozen=True)
class Section:
    """A part of the document; `key` names it for whoever edits it, and stays the same in every draft."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    parts: tuple["Section", ...] = ()


@dataclass(frozen=True)
class Document:
    """A postmortem. `notice` says what kind of draft this is and as of when."""

    key: str
    title: str
    notice: Line
    header: Items
    sections: tuple[Section, ...]


# --- What it is built from --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Happening:
    """One event: when it happened, when it was written down, by whom (None: Muster), and the message that shows it."""

    at: datetime
    recorded_at: datetime
    by: str | None
    what: Happened
    link: str | None = None


@dataclass(frozen=True)
class FollowUp:
    """An action item as it stands."""

    id: int
    text: str
    owner: str | None = None
    due_on: date | None = None
    done_at: datetime | None = None
    done_by: str | None = None


@dataclass(frozen=True)
class Record:
    """All that is known of an incident. People are ids; `names` gives their names, and those of channels.

    `happenings` are in the order in which they were recorded. `targets` are those of the response times, by the
    measure's name (detect, acknowledge, mitigate, resolve); a measure without one is shown without.
    """

    key: str
    title: str
    severity: str
    status: str
    declared_at: datetime
    severity_name: str = ""
    declared_by: str | None = None
    summary: str = ""
    impact: str = ""
    theory: str = ""
    detected_by: str | None = None
    services: tuple[str, ...] = ()
    impact_started_at: datetime | None = None
    detected_at: datetime | None = None
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    happenings: tuple[Happening, ...] = ()
    actions: tuple[FollowUp, ...] = ()
    targets: Mapping[str, timedelta] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def build(record: Record) -> Document:
    """The draft: every section of PRODUCT §11 in its order, the same document for the same record.

    Every headline of the record stands in the timeline exactly once. Where a claim came from a message with a link,
    the link is beside it. What the record cannot know is a Todo for the commander, else for whoever declared it.
    """
    story = _Story(record)
    return Document(
        key=record.key,
        title=story.said(record.title),
        notice=_notice(story),
        header=_header(story),
        sections=(
            _summary(story),
            _impact(story),
            _timeline(story),
            _root_cause(story),
            _contributing(story),
            _went_well(story),
            _went_poorly(story),
            _section(story, "lucky", "Where we got lucky", [], "What could have made this worse, and did not by chance?"),
            _action_items(story),
            _section(story, "lessons", "Lessons learned", [], "What do we know now that we did not know before?"),
            _response(story),
            _people(story),
        ),
    )


# --- How it is told ---------------------------------------------------------------------------------------------------

H = TypeVar("H", bound=Happened)


class Moment(NamedTuple):
    """A moment of the incident with the message that it came from."""

    at: datetime
    link: str | None


class _Story:
    """The record with the questions that several sections ask of it."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.happenings = sorted(record.happenings, key=lambda h: h.at)
        self.as_of = max([h.recorded_at for h in record.happenings], default=record.declared_at)
        self.several_days = len({_utc(h.at).date() for h in self.happenings if h.what.headline}) > 1
        self.open = record.status in OPEN
        self.owner = self._owner()

    def _owner(self) -> str | None:
        commanders = [given.person for _, given in self.of(RoleAssigned) if given.role == "ic"]
        owner = commanders[-1] if commanders else self.record.declared_by
        return None if owner is None else self.who(owner)

    def of(self, kind: type[H]) -> list[tuple[Happening, H]]:
        """The events of one kind, in the order in which they happened."""
        return [(h, h.what) for h in self.happenings if isinstance(h.what, kind)]

    def who(self, id: str | None) -> str:
        """A person's name; the id of who has none."""
        return "Muster" if id is None else self.record.names.get(id) or id

    def where(self, id: str) -> str:
        """A channel's name; the id of which has none."""
        return "#" + (self.record.names.get(id) or id).removeprefix("#")

    def said(self, text: str) -> str:
        """People's words with names in place of the tokens of people and channels."""
        return TOKEN.sub(lambda t: self.where(t[1][1:]) if t[1][0] == "#" else self.who(t[1][1:]), text)

    def todo(self, question: str) -> Todo:
        """What only people know."""
        return Todo(question, self.owner)

    def clock(self, at: datetime) -> str:
        """Hours and minutes in UTC, with the day where the incident spans several."""
        return f"{_utc(at):%Y-%m-%d %H:%M}" if self.several_days else f"{_utc(at):%H:%M}"

    def at(self, moment: "Moment | Happening") -> Text:
        """When, linked to the message."""
        return Text(self.clock(moment.at), link=moment.link)

    def sentence(self, happening: Happening) -> Line:
        """What happened, in the event's own words."""
        phrase = happening.what.sentence(happening.by)
        pieces: list[Text] = []
        bold = code = False
        for literal, name, _, _ in Formatter().parse(phrase.template):
            for words in re.split(r"([*`])", literal):
                if words == "*" and not code:
                    bold = not bold
                elif words == "`":
                    code = not code
                else:
                    pieces.append(Text(words, bold, code))
            if name is not None:
                pieces.append(Text(self._part(phrase.parts[name]), bold, code))
        return _line(*pieces)

    def _part(self, part: Part) -> str:
        if isinstance(part, Who):
            return self.who(part.id)
        if isinstance(part, Where):
            return self.where(part.id)
        return self.clock(part.at) if isinstance(part, When) else self.said(str(part))

    def moment(self, name: str) -> Moment | None:
        """A kept moment (PRODUCT §2), linked to the entry that stamped it."""
        at: datetime | None = getattr(self.record, f"{name}_at")
        if at is None:
            return None
        links = (h.link for h in self.happenings if h.at == at and h.link and _stamps(h.what, name))
        return Moment(at, next(links, None))

    def first_page(self) -> Moment | None:
        """When somebody was first paged."""
        return next((Moment(h.at, h.link) for h, _ in self.of(LevelPaged)), None)

    def history(self, name: str) -> list[tuple[str, Happening]]:
        """What the summary, impact or theory was said to be, one after the other; the last is how it stands."""
        told: list[tuple[str, Happening]] = []
        for happening in self.record.happenings:
            value = _value(happening.what, name)
            if value is not None and (not told or told[-1][0] != value):
                told.append((value, happening))
        return told

    def quoted(self, name: str) -> Line | None:
        """How the summary, impact or theory stands, and who said so where."""
        value = str(getattr(self.record, name))
        if not value:
            return None
        told = self.history(name)
        source = self.source(told[-1][1]) if told and told[-1][0] == value else ()
        return _line(self.said(value), *source)

    def source(self, happening: Happening) -> Line:
        """Who said it and when, in brackets."""
        return _line(f" ({self.who(happening.by)}, ", self.at(happening), ")")

    def times(self, happenings: Sequence[Happening]) -> Line:
        """The moments of a claim, each linked."""
        pieces: list[Piece | str] = []
        for happening in happenings[:LINKS_SHOWN]:
            pieces += [", " if pieces else "", self.at(happening)]
        rest = len(happenings) - LINKS_SHOWN
        return _line(*pieces, f" and {rest} more" if rest > 0 else "")

    def because(self, why: str) -> str:
        """A reason after a claim, where one was given."""
        return f": {self.said(why)}" if why else ""

    def span(self, start: str, end: str) -> timedelta | None:
        """How long from one kept moment to another; None unless both are known, and in that order."""
        first, last = self.moment(start), self.moment(end)
        return last.at - first.at if first and last and last.at >= first.at else None


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _line(*pieces: Piece | str) -> Line:
    made = (Text(piece) if isinstance(piece, str) else piece for piece in pieces)
    return tuple(piece for piece in made if isinstance(piece, Todo) or piece.text)


def _fact(label: str, *pieces: Piece | str) -> Line:
    return _line(Text(f"{label}:", bold=True), " ", *pieces)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _stamps(what: Happened, name: str) -> bool:
    """Is this the kind of event that stamps the moment?"""
    if isinstance(what, Declared):
        return name in ("declared", "detected")
    if isinstance(what, Acknowledged):
        return name == "acknowledged" and what.first
    if isinstance(what, StatusChanged):
        return name in ("mitigated", "resolved", "closed")
    return False


def _value(what: Happened, name: str) -> str | None:
    """What the event says of the summary, impact or theory; None where it says nothing new of it."""
    if isinstance(what, Edited):
        return what.new if what.field == name else None
    if isinstance(what, Declared) or (isinstance(what, UpdatePosted) and not what.timed):
        return getattr(what, name, None) or None
    return None


def _section(
    story: _Story, key: str, title: str, facts: Iterable[Line], question: str, *, parts: tuple[Section, ...] = ()
) -> Section:
    """What the record knows, then what is asked of people."""
    lines = (*facts, _line(story.todo(question)))
    return Section(key, title, (Items(lines),), parts)


# --- Section by section -----------------------------------------------------------------------------------------------


def _notice(story: _Story) -> Line:
    as_of = f"{_utc(story.as_of):%Y-%m-%d %H:%M} UTC"
    built = f"Built by Muster from the timeline of {story.record.key} as of {as_of}. A TODO is what only people know."
    if not story.open:
        return _line(Text("Draft.", bold=True), f" {built}")
    still = f" {story.record.key} is still open ({story.record.status}), so this draft is not complete. "
    return _line(Text("Draft of an open incident.", bold=True), still, built)


def _header(story: _Story) -> Items:
    record = story.record
    name = record.severity_name
    severity = f"{record.severity} {name}" if name and name != record.severity else record.severity
    lines = [
        _fact("Date", _dates(story)),
        _fact("Severity", severity, *_severity_changes(story)),
        _fact("Status", record.status, *_since(story)),
        _fact("Duration", *_duration(story)),
    ]
    if record.services:
        lines.append(_fact("Services", story.said(", ".join(record.services))))
    return Items((*lines, _fact("Author", _author(story)), _fact("Reviewers", story.todo("Who reviews this?"))))


def _since(story: _Story) -> Line:
    """When it came to the state it is in; nothing where no entry says so."""
    moved = [happening for happening, changed in story.of(StatusChanged) if changed.new == story.record.status]
    return _line(" since ", story.at(moved[-1]), " UTC") if moved else ()


def _dates(story: _Story) -> str:
    start = _utc(_start(story)[1].at)
    end = _utc(story.record.resolved_at or start)
    until = f" to {end:%Y-%m-%d}" if end.date() > start.date() else ""
    return f"{start:%Y-%m-%d}{until}"


def _author(story: _Story) -> Piece:
    return story.todo("Who writes this?") if story.owner is None else Text(story.owner)


def _severity_changes(story: _Story) -> Line:
    pieces: list[Piece | str] = []
    for happening, changed in story.of(SeverityChanged):
        verb = "raised" if changed.raised else "lowered"
        pieces += ["; " if pieces else " (", f"{verb} from {changed.old} to {changed.new} at ", story.at(happening)]
    return _line(*pieces, ")" if pieces else "")


def _start(story: _Story) -> tuple[str, Moment]:
    """When it began, as far as anybody recorded."""
    for name, words in (("impact_started", "the start of the impact"), ("detected", "detection")):
        moment = story.moment(name)
        if moment is not None:
            return words, moment
    return "declaring", story.moment("declared") or Moment(story.record.declared_at, None)


def _duration(story: _Story) -> Line:
    words, start = _start(story)
    end = story.moment("resolved")
    since = (f", from {words} at ", story.at(start))
    if end is not None and end.at >= start.at:
        return _line(duration_words(end.at - start.at), *since, " to resolved at ", story.at(end), " (UTC)")
    if end is not None:
        return _line("not known: it is recorded as resolved before it began")
    if not story.open:
        return _line(f"not known: it was {story.record.status} without being resolved")
    if story.as_of < start.at:
        return _line("not known: it is recorded as beginning later than now")
    so_far = duration_words(story.as_of - start.at)
    return _line(f"{so_far} so far", *since, f" UTC; still open at {story.clock(story.as_of)}")


def _summary(story: _Story) -> Section:
    written = story.quoted("summary")
    own = written or _line(story.todo("What happened, in two or three sentences?"))
    return Section("summary", "Summary", (Paragraph(own), Paragraph(_in_short(story))))


def _in_short(story: _Story) -> Line:
    """The incident in one sentence, from what was recorded."""
    declared, record = story.moment("declared"), story.record
    first = next((what for _, what in story.of(Declared)), None)
    pieces: list[Piece | str] = [f"{story.who(record.declared_by)} declared it"]
    pieces += [f" as {first.severity}" if first else "", " at "]
    pieces += [story.at(declared) if declared else story.clock(record.declared_at), " UTC"]
    for verb in ("acknowledged", "mitigated", "resolved"):
        moment = story.moment(verb)
        if moment is None:
            pieces.append(f"; not {verb}" + (" yet" if story.open else ""))
        else:
            took = story.span("declared", verb)
            pieces += [f"; {verb} ", f"after {duration_words(took)}, " if took else "", "at ", story.at(moment)]
    return _line(*pieces, ".")


def _impact(story: _Story) -> Section:
    said = story.quoted("impact")
    lines = [_fact("What users saw", *(said or [story.todo("What did users see, and what could they not do?")]))]
    earlier = story.history("impact")[: -1 if said else None]
    lines += [_fact("Reported earlier", story.said(value), *story.source(h)) for value, h in earlier if value]
    lines += [
        _fact("Users", story.todo("How many users were affected, and which?")),
        _fact("Duration", *_impact_duration(story)),
        _fact("Data loss", story.todo("Was data lost, corrupted or exposed? What was recovered?")),
        _fact("Error budget", story.todo("How much of the error budget did it use?")),
        _fact("Revenue", story.todo("What did it cost, in revenue, refunds or credits?")),
    ]
    if story.record.detected_by:
        lines.append(_fact("Detected by", story.said(story.record.detected_by), *_detection(story)))
    return Section("impact", "Impact", (Items(tuple(lines)),))


def _impact_duration(story: _Story) -> Line:
    """Until mitigated: from there on users were well again. A lower bound where nobody recorded its start."""
    words, start = _start(story)
    end = story.moment("mitigated")
    asked = () if words == "the start of the impact" else ("; ", story.todo("When did users first notice?"))
    if end is None or end.at < start.at:
        return _line("not known: no moment of mitigation " + ("yet" if story.open else "was recorded"), *asked)
    took = ("at least " if asked else "") + duration_words(end.at - start.at)
    return _line(took, f", from {words} at ", story.at(start), " to mitigated at ", story.at(end), " (UTC)", *asked)


def _detection(story: _Story) -> Line:
    """Where it was said what detected it."""
    declared = next((happening for happening, what in story.of(Declared) if what.detected_by), None)
    return story.source(declared) if declared else ()


def _timeline(story: _Story) -> Section:
    entries = tuple(
        Entry(
            at=_utc(h.at),
            says=story.sentence(h),
            link=h.link,
            noted_at=_utc(h.recorded_at) if h.recorded_at - h.at >= LATE else None,
        )
        for h in story.happenings
        if h.what.headline
    )
    day = "" if story.several_days or not entries else f", on {entries[0].at:%Y-%m-%d}"
    said = f"All times are UTC{day}. Each time links to the message that the line came from."
    return Section("timeline", "Timeline", (Paragraph(_line(said)), Timeline(entries)))


def _root_cause(story: _Story) -> Section:
    facts = []
    theory = story.quoted("theory")
    if theory:
        facts.append(_fact("Last theory on record", *theory))
    earlier = story.history("theory")[: -1 if theory else None]
    facts += [_fact("Earlier theory", story.said(value), *story.source(h)) for value, h in earlier if value]
    facts += [
        _fact("Said to be identified", "at ", story.at(h), story.because(changed.why))
        for h, changed in story.of(StatusChanged)
        if changed.new == Status.IDENTIFIED
    ]
    facts.append(_fact("Root cause", story.todo("What was it about the system that made this possible?")))
    whys = ("Why did it happen?", *["Why was that?"] * 4)
    five = Section("five_whys", "Five whys", (Items(tuple(_line(story.todo(why)) for why in whys), numbered=True),))
    return Section("root_cause", "Root cause", (Items(tuple(facts)),), (five,))


def _contributing(story: _Story) -> Section:
    facts: list[Line] = []
    for happening, declared in story.of(Declared):
        flags = {"several_teams": declared.several_teams, "cause_unclear": declared.cause_unclear}
        facts += [_flag(story, happening, flag) for flag, on in flags.items() if on]
    facts += [_flag(story, happening, ticked.flag) for happening, ticked in story.of(FlagSet) if ticked.on]
    question = "What else had to be true: load, changes, dependencies, alerts, documentation, process?"
    return _section(story, "contributing", "Contributing factors", facts, question)


def _flag(story: _Story, happening: Happening, flag: str) -> Line:
    words = {"several_teams": "Several teams were involved", "cause_unclear": "The cause was unclear"}
    return _line(f"{words.get(flag, flag.replace('_', ' '))}, said ", story.who(happening.by), " at ", story.at(happening))


# --- What went well or poorly: facts that were measured, never a judgement --------------------------------------------


def _went_well(story: _Story) -> Section:
    facts = [_against_target(story, m) for m in _measures(story) if m.met]
    updates = [update for _, update in story.of(UpdatePosted)]
    if updates and not any(update.timed for update in updates):
        facts.append(_line(f"Every status update was written by a person ({len(updates)} in all)"))
    given = next(((h, g) for h, g in story.of(RoleAssigned) if g.role == "ic"), None)
    if given and given[0].at - story.record.declared_at <= AT_ONCE:
        facts.append(_line(f"{story.who(given[1].person)} was {given[1].role_name} from the start, at ", story.at(given[0])))
    if story.record.detected_by == "alert":
        facts.append(_line("It was detected by an alert", *_detection(story)))
    return _section(story, "went_well", "What went well", facts, "What worked, and should be kept?")


def _went_poorly(story: _Story) -> Section:
    facts = [_against_target(story, m) for m in _measures(story) if m.met is False]
    if story.record.detected_by == "customer":
        facts.append(_line("A customer noticed it first", *_detection(story)))
    facts += [*_silent_updates(story), *_paging_trouble(story), *_setbacks(story)]
    return _section(story, "went_poorly", "What went poorly", facts, "What was slow, confusing or missing?")


def _against_target(story: _Story, measure: "_Measure") -> Line:
    assert measure.took is not None and measure.target is not None, "met is known only with both"
    assert measure.end is not None, "what took a while has ended"
    took, target = duration_words(measure.took), duration_words(measure.target)
    return _line(f"{measure.done} in {took}, at ", story.at(measure.end), f"; target {target}")


def _silent_updates(story: _Story) -> Iterator[Line]:
    silent = [h for h, update in story.of(UpdatePosted) if update.timed]
    if silent:
        yield _line(f"{_count(len(silent), 'timed update')} had nothing new to report: ", *story.times(silent))


def _paging_trouble(story: _Story) -> Iterator[Line]:
    for happening, nobody in story.of(NobodyToPage):
        wanted = ", ".join(nobody.wanted) or "this incident"
        yield _line(f"Nobody was on call for {wanted}: ", story.at(happening))
    for page in _escalations(story):
        quiet = [told.happening for told in page.levels if told.outcome in ("next", "exhausted", "stopped")]
        if quiet:
            yield _line(f"{_count(len(quiet), 'level')} of {page.name} went unanswered: ", *story.times(quiet))
    failed = [h for h, _ in story.of(PageFailed)]
    if failed:
        yield _line(f"{_count(len(failed), 'page')} did not get through: ", *story.times(failed))
    for happening, exhausted in story.of(PageExhausted):
        yield _line(f"{story.said(exhausted.name)} ran out of people to page: ", story.at(happening))


def _setbacks(story: _Story) -> Iterator[Line]:
    for happening, missing in story.of(CommanderMissing):
        yield _line(f"Nobody was {missing.role_name} yet at ", story.at(happening))
    for happening, failed in story.of(RoomFailed):
        yield _line(f"The war room could not be opened ({failed.trouble}): ", story.at(happening))
    for happening, changed in story.of(StatusChanged):
        if changed.early:
            yield _line("It was resolved before the watch was over: ", story.at(happening))
        elif changed.old in (Status.MONITORING, Status.RESOLVED) and changed.new in ACTIVE:
            verb = "It was reopened" if changed.old == Status.RESOLVED else "The fix did not hold"
            yield _line(f"{verb}, back to {changed.new} at ", story.at(happening), story.because(changed.why))


# --- Action items, response, people -----------------------------------------------------------------------------------


def _action_items(story: _Story) -> Section:
    added = {what.action_id: happening for happening, what in story.of(ActionAdded)}
    done = {what.action_id: happening for happening, what in story.of(ActionDone)}
    rows = tuple(_action_row(story, a, added.get(a.id), done.get(a.id)) for a in story.record.actions)
    asked = Paragraph(_line(story.todo("Which actions keep this from happening again? Each needs an owner and a date.")))
    blocks: tuple[Block, ...] = (Table(("Action", "Owner", "Due", "Status", "Added"), rows),) if rows else (asked,)
    left = _tasks_left(story)
    parts = (Section("tasks_left", "Tasks not finished during the incident", (Items(left),)),) if left else ()
    return Section("actions", "Action items", blocks, parts)


def _action_row(story: _Story, action: FollowUp, added: Happening | None, done: Happening | None) -> tuple[Line, ...]:
    """What is done needs no owner and no date any more."""
    status = _line("open")
    missing_owner: Piece = story.todo("Who?")
    missing_date: Piece = story.todo("By when?")
    if action.done_at is not None:
        day = Text(f"{_utc(action.done_at):%Y-%m-%d}", link=done.link if done else None)
        status = _line("done ", day, f" by {story.who(action.done_by)}")
        missing_owner = missing_date = Text("—")
    return (
        _line(story.said(action.text)),
        _line(story.who(action.owner) if action.owner else missing_owner),
        _line(action.due_on.isoformat() if action.due_on else missing_date),
        status,
        _line(story.at(added) if added else "—"),
    )


def _tasks_left(story: _Story) -> tuple[Line, ...]:
    done = {what.task_id for _, what in story.of(TaskDone)}
    return tuple(
        _line(story.said(task.text), f" ({story.who(task.owner)}, " if task.owner else " (", "added ", story.at(h), ")")
        for h, task in story.of(TaskAdded)
        if task.task_id not in done
    )


@dataclass(frozen=True)
class _Measure:
    """One response time: from when to when, how long, and by when it should have been; `met` None: not known."""

    name: str
    done: str
    start: Moment | None
    end: Moment | None
    took: timedelta | None
    target: timedelta | None
    unknown: str

    @property
    def met(self) -> bool | None:
        """Was it as fast as it should have been?"""
        return None if self.took is None or self.target is None else self.took <= self.target


def _measures(story: _Story) -> list[_Measure]:
    """The response times of PRODUCT §13; `unknown` says which moment is missing, or that two contradict each other."""
    began, detected = story.moment("impact_started"), story.moment("detected")
    declared = story.moment("declared") or Moment(story.record.declared_at, None)
    noticed = detected if detected and detected.at <= declared.at else declared
    called, answered = story.first_page() or declared, story.moment("acknowledged")
    if answered is not None and answered.at < called.at:
        called = declared
    mitigated, resolved = story.moment("mitigated"), story.moment("resolved")
    times, yet = response_times(_moments(story)), " yet" if story.open else ""
    no_start = "nobody recorded when the impact began" if detected else "nobody recorded when it was detected"
    rows = (
        ("detect", "Detected", began, detected, times.detect, no_start),
        ("acknowledge", "Acknowledged", called, answered, times.acknowledge, f"nobody acknowledged{yet}"),
        ("mitigate", "Mitigated", noticed, mitigated, times.mitigate, f"not mitigated{yet}"),
        ("resolve", "Resolved", noticed, resolved, times.resolve, f"not resolved{yet}"),
    )
    return [
        _Measure(name, done, start, end, took, story.record.targets.get(name), unknown)
        for name, done, start, end, took, unknown in rows
    ]


def _moments(story: _Story) -> Moments:
    record, page = story.record, story.first_page()
    return Moments(
        declared=record.declared_at,
        impact_started=record.impact_started_at,
        detected=record.detected_at,
        first_paged=page.at if page else None,
        acknowledged=record.acknowledged_at,
        mitigated=record.mitigated_at,
        resolved=record.resolved_at,
    )


def _response(story: _Story) -> Section:
    rows = tuple(_measure_row(story, measure) for measure in _measures(story))
    table = Table(("Time to", "Took", "Target", "From", "To"), rows)
    return Section("response", "Response metrics", (table,), (_status_updates(story),))


def _measure_row(story: _Story, measure: _Measure) -> tuple[Line, ...]:
    target = duration_words(measure.target) if measure.target else "—"
    if measure.met is not None:
        target += ", met" if measure.met else ", missed"
    why = measure.unknown
    if measure.start and measure.end:
        why = "the record has the end before the beginning"
    return (
        _line(measure.name),
        _line(duration_words(measure.took) if measure.took is not None else f"not known: {why}"),
        _line(target),
        _line(story.at(measure.start) if measure.start else "—"),
        _line(story.at(measure.end) if measure.end else "—"),
    )


def _status_updates(story: _Story) -> Section:
    updates = story.of(UpdatePosted)
    timed = sum(update.timed for _, update in updates)
    if not updates:
        return Section("updates", "Status updates", (Paragraph(_line("None was posted.")),))
    by_people = f"{_count(len(updates), 'status update')}, {len(updates) - timed} written by people"
    summed = f"{by_people} and {timed} posted by Muster when one was due and nobody had written it."
    rows = tuple(_update_row(story, happening, update) for happening, update in updates)
    table = Table(("Posted", "By", "State", "Said", "Next promised for"), rows)
    return Section("updates", "Status updates", (Paragraph(_line(summed)), table))


def _update_row(story: _Story, happening: Happening, update: UpdatePosted) -> tuple[Line, ...]:
    said: list[Piece | str] = []
    if update.timed:
        said.append("nothing new" + (f" since {story.clock(update.silent_since)}" if update.silent_since else ""))
    else:
        for label, words in (("Impact", update.impact), ("Theory", update.theory), ("Actions", update.actions)):
            said += [" " if said else "", Text(f"{label}:", bold=True), f" {story.said(words)}"] if words else []
    return (
        _line(story.at(happening)),
        _line(story.who(happening.by)),
        _line(f"{update.status}, {update.severity}"),
        _line(*(said or ["—"])),
        _line(story.clock(update.next_update_at) if update.next_update_at else "—"),
    )


class _Term(NamedTuple):
    """One person's time in one role."""

    role: str
    name: str
    person: str
    since: Happening
    until: Happening | None


def _terms(story: _Story) -> list[_Term]:
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


def _people(story: _Story) -> Section:
    terms = _terms(story)
    rows = tuple(
        (
            _line(term.name),
            _line(story.who(term.person)),
            _line(story.at(term.since)),
            _line(story.at(term.until) if term.until else "now" if story.open else "the end"),
        )
        for term in terms
    )
    blocks: list[Block] = [Table(("Role", "Who", "From", "Until"), rows)] if rows else []
    if not any(term.role == "ic" for term in terms):
        blocks.append(Paragraph(_line("Nobody was incident commander.")))
    others = _others(story, {term.person for term in terms})
    if others:
        blocks.append(Paragraph(_fact("Also took part", ", ".join(others))))
    return Section("people", "People and roles", tuple(blocks), (_pages(story),))


def _others(story: _Story, known: set[str]) -> list[str]:
    """Everybody else who did something, in the order in which they first did."""
    acted: dict[str, None] = {}
    for happening in story.happenings:
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
    """One escalation with its levels, in the order in which they were told."""

    name: str
    levels: tuple[_Told, ...]


def _escalations(story: _Story) -> list[_Escalation]:
    names = {started.page_id: story.said(started.name) for _, started in story.of(PageStarted)}
    levels: dict[int, list[tuple[Happening, LevelPaged]]] = {page_id: [] for page_id in names}
    for happening, level in story.of(LevelPaged):
        levels.setdefault(level.page_id, []).append((happening, level))
    return [
        _Escalation(
            names.get(page_id, "an escalation"),
            tuple(_told(story, pair, following) for pair, following in zip(told, [*told[1:], None], strict=True)),
        )
        for page_id, told in levels.items()
    ]


def _told(story: _Story, pair: tuple[Happening, LevelPaged], following: tuple[Happening, LevelPaged] | None) -> _Told:
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
        says = _line(f"did not get through to {', '.join(failed)}; ", *says)
    return _Told(happening, ", ".join(story.who(target) for target in targets), outcome, says)


def _outcome(story: _Story, told: Happening, page_id: int, following: Happening | None) -> tuple[str, Line]:
    """What came of a level: a page ends when it is acknowledged, so a level that was followed was not answered."""
    if following is not None:
        return "next", _line("no answer; next level paged at ", story.at(following))
    for h, answer in story.of(Acknowledged):
        if page_id in answer.pages:
            took = duration_words(h.at - told.at)
            return "acknowledged", _line(f"{story.who(h.by)} acknowledged at ", story.at(h), f", {took} later")
    for h, exhausted in story.of(PageExhausted):
        if exhausted.page_id == page_id:
            return "exhausted", _line("no answer, and nobody left to page at ", story.at(h))
    for h, stopped in story.of(PagesStopped):
        if page_id in stopped.pages:
            return "stopped", _line("not acknowledged; paging stopped at ", story.at(h))
    return "waiting", _line("no answer yet")


def _pages(story: _Story) -> Section:
    rows = tuple(
        (_line(story.at(told.happening)), _line(told.people), _line(page.name), told.says)
        for page in _escalations(story)
        for told in page.levels
    )
    blocks: list[Block] = [Table(("Paged at", "Who", "Escalation", "Answer"), rows)] if rows else []
    missing = tuple(_line(story.at(h), ": ", *story.sentence(h)) for h, _ in story.of(NobodyToPage))
    if missing:
        blocks.append(Items(missing))
    return Section("pages", "Pages", tuple(blocks) or (Paragraph(_line("Nobody was paged.")),))
