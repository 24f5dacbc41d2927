"""The top of the postmortem: how far it is, and the incident's facts in a few lines."""

from incidents.events import (
    SeverityChanged,
    StatusChanged,
)
from incidents.rules.postmortem.document import Items, Line, Piece, Text
from incidents.rules.postmortem.story import Moment, Story, fact, line, utc
from incidents.rules.times import duration_words


def notice(story: Story) -> Line:
    as_of = f"{utc(story.as_of):%Y-%m-%d %H:%M} UTC"
    built = f"Built by Muster from the timeline of {story.record.key} as of {as_of}. A TODO is what only people know."
    kind = "Draft" if story.record.drill is None else "Draft of a drill"
    if not story.open:
        return line(Text(f"{kind}.", bold=True), f" {built}")
    still = f" {story.record.key} is still open ({story.record.status}), so this draft is not complete. "
    kind = "Draft of an open incident" if story.record.drill is None else "Draft of a drill that goes on"
    return line(Text(f"{kind}.", bold=True), still, built)


def header(story: Story) -> Items:
    record = story.record
    name = record.severity_name
    severity = f"{record.severity} {name}" if name and name != record.severity else record.severity
    lines = [
        fact("Date", _dates(story)),
        fact("Severity", severity, *_severity_changes(story)),
        fact("Status", record.status, *_since(story)),
        fact("Duration", *_duration(story)),
    ]
    if record.services:
        lines.append(fact("Services", story.said(", ".join(record.services))))
    lines += [fact(name, story.said(value)) for name, value in record.details]
    if record.causes:
        lines.append(fact("Cause", ", ".join(record.causes)))
    return Items((*lines, fact("Author", _author(story)), fact("Reviewers", story.todo("Who reviews this?"))))


def _since(story: Story) -> Line:
    """When it came to the state it is in; nothing where no entry says so."""
    moved = [happening for happening, changed in story.of(StatusChanged) if changed.new == story.record.status]
    return line(" since ", story.at(moved[-1]), " UTC") if moved else ()


def _dates(story: Story) -> str:
    start = utc(beginning(story)[1].at)
    end = utc(story.record.resolved_at or start)
    until = f" to {end:%Y-%m-%d}" if end.date() > start.date() else ""
    return f"{start:%Y-%m-%d}{until}"


def _author(story: Story) -> Piece:
    return story.todo("Who writes this?") if story.owner is None else Text(story.owner)


def _severity_changes(story: Story) -> Line:
    pieces: list[Piece | str] = []
    for happening, changed in story.of(SeverityChanged):
        verb = "raised" if changed.raised else "lowered"
        pieces += ["; " if pieces else " (", f"{verb} from {changed.old} to {changed.new} at ", story.at(happening)]
    return line(*pieces, ")" if pieces else "")


def beginning(story: Story) -> tuple[str, Moment]:
    """When it began, as far as anybody recorded."""
    for name, words in (("impact_started", "the start of the impact"), ("detected", "detection")):
        moment = story.moment(name)
        if moment is not None:
            return words, moment
    return "declaring", story.moment("declared") or Moment(story.record.declared_at, None)


def _duration(story: Story) -> Line:
    words, start = beginning(story)
    end = story.moment("resolved")
    since = (f", from {words} at ", story.at(start))
    if end is not None and end.at >= start.at:
        return line(duration_words(end.at - start.at), *since, " to resolved at ", story.at(end), " (UTC)")
    if end is not None:
        return line("not known: it is recorded as resolved before it began")
    if not story.open:
        return line(f"not known: it was {story.record.status} without being resolved")
    if story.as_of < start.at:
        return line("not known: it is recorded as beginning later than now")
    so_far = duration_words(story.as_of - start.at)
    return line(f"{so_far} so far", *since, f" UTC; still open at {story.clock(story.as_of)}")
