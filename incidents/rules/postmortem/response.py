"""How the response went: response times against their targets, and the status updates."""

from dataclasses import dataclass
from datetime import timedelta

from incidents.events import (
    UpdatePosted,
)
from incidents.rules.measures import Moments, response_times
from incidents.rules.postmortem.document import Line, Paragraph, Piece, Section, Table, Text
from incidents.rules.postmortem.record import Happening
from incidents.rules.postmortem.story import Moment, Story, count, line
from incidents.rules.times import duration_words


@dataclass(frozen=True)
class Measure:
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


def measures(story: Story) -> list[Measure]:
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
        Measure(name, done, start, end, took, story.record.targets.get(name), unknown)
        for name, done, start, end, took, unknown in rows
    ]


def _moments(story: Story) -> Moments:
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


def response(story: Story) -> Section:
    rows = tuple(_measure_row(story, measure) for measure in measures(story))
    table = Table(("Time to", "Took", "Target", "From", "To"), rows)
    return Section("response", "Response metrics", (table,), (status_updates(story),))


def _measure_row(story: Story, measure: Measure) -> tuple[Line, ...]:
    target = duration_words(measure.target) if measure.target else "—"
    if measure.met is not None:
        target += ", met" if measure.met else ", missed"
    why = measure.unknown
    if measure.start and measure.end:
        why = "the record has the end before the beginning"
    return (
        line(measure.name),
        line(duration_words(measure.took) if measure.took is not None else f"not known: {why}"),
        line(target),
        line(story.at(measure.start) if measure.start else "—"),
        line(story.at(measure.end) if measure.end else "—"),
    )


def status_updates(story: Story) -> Section:
    updates = story.of(UpdatePosted)
    timed = sum(update.timed for _, update in updates)
    if not updates:
        return Section("updates", "Status updates", (Paragraph(line("None was posted.")),))
    summed = f"{count(len(updates), 'status update')}, {_authors(len(updates) - timed, timed)}."
    rows = tuple(_update_row(story, happening, update) for happening, update in updates)
    table = Table(("Posted", "By", "State", "Said", "Next promised for"), rows)
    return Section("updates", "Status updates", (Paragraph(line(summed)), table))


def _authors(people: int, timed: int) -> str:
    """By whom the updates were written, as far as there were any."""
    when_due = "posted by Muster when one was due and nobody had written it"
    if not timed:
        return "written by a person" if people == 1 else "all written by people"
    return f"{people} written by people and {timed} {when_due}" if people else when_due


def _update_row(story: Story, happening: Happening, update: UpdatePosted) -> tuple[Line, ...]:
    said: list[Piece | str] = []
    if update.timed:
        said.append("nothing new" + (f" since {story.clock(update.silent_since)}" if update.silent_since else ""))
    else:
        for label, words in (("Impact", update.impact), ("Theory", update.theory), ("Actions", update.actions)):
            said += [" " if said else "", Text(f"{label}:", bold=True), f" {story.said(words)}"] if words else []
    return (
        line(story.at(happening)),
        line(story.who(happening.by)),
        line(f"{update.status}, {update.severity}"),
        line(*(said or ["—"])),
        line(story.clock(update.next_update_at) if update.next_update_at else "—"),
    )
