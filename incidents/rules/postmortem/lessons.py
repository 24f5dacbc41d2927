"""What went well and what went poorly, as far as the record can tell."""

from collections.abc import Iterator
from datetime import timedelta

from incidents.events import (
    CommanderMissing,
    NobodyToPage,
    PageExhausted,
    PageFailed,
    RoleAssigned,
    RoomFailed,
    StatusChanged,
    UpdatePosted,
)
from incidents.rules.lifecycle import ACTIVE, Status
from incidents.rules.postmortem.account import _detection
from incidents.rules.postmortem.document import Line, Section
from incidents.rules.postmortem.response import Measure, measures
from incidents.rules.postmortem.roles import escalations, is_person
from incidents.rules.postmortem.story import Story, count, line, section
from incidents.rules.times import duration_words

AT_ONCE = timedelta(minutes=1)  # a commander found in this time was there from the start


def went_well(story: Story) -> Section:
    facts = [_against_target(story, m) for m in measures(story) if m.met]
    updates = [update for _, update in story.of(UpdatePosted)]
    if updates and not any(update.timed for update in updates):
        facts.append(line(f"Every status update was written by a person ({len(updates)} in all)"))
    given = next(((h, g) for h, g in story.of(RoleAssigned) if g.role == "ic"), None)
    if given and given[0].at - story.record.declared_at <= AT_ONCE:
        facts.append(line(f"{story.who(given[1].person)} was {given[1].role_name} from the start, at ", story.at(given[0])))
    if story.record.detected_by == "alert":
        facts.append(line("It was detected by an alert", *_detection(story)))
    return section(story, "went_well", "What went well", facts, "What worked, and should be kept?")


def went_poorly(story: Story) -> Section:
    facts = [_against_target(story, m) for m in measures(story) if m.met is False]
    if story.record.detected_by == "customer":
        facts.append(line("A customer noticed it first", *_detection(story)))
    facts += [*_silent_updates(story), *_paging_trouble(story), *_setbacks(story)]
    return section(story, "went_poorly", "What went poorly", facts, "What was slow, confusing or missing?")


def _against_target(story: Story, measure: Measure) -> Line:
    assert measure.took is not None and measure.target is not None, "met is known only with both"
    assert measure.end is not None, "what took a while has ended"
    took, target = duration_words(measure.took), duration_words(measure.target)
    return line(f"{measure.done} in {took}, at ", story.at(measure.end), f"; target {target}")


def _silent_updates(story: Story) -> Iterator[Line]:
    silent = [h for h, update in story.of(UpdatePosted) if update.timed]
    if silent:
        yield line(f"{count(len(silent), 'timed update')} had nothing new to report: ", *story.times(silent))


def _paging_trouble(story: Story) -> Iterator[Line]:
    for happening, nobody in story.of(NobodyToPage):
        wanted = ", ".join(nobody.wanted) or "this incident"
        yield line(f"Nobody was on call for {wanted}: ", story.at(happening))
    for page in escalations(story):
        quiet = [told.happening for told in page.levels if told.outcome in ("next", "exhausted", "stopped")]
        if quiet:
            whom = "one person" if page.of_person else _called(page.name)  # who it was is no cause; the table of pages has it
            yield line(f"{count(len(quiet), 'page')} to {whom} went unanswered: ", *story.times(quiet))
    failed = [h for h, _ in story.of(PageFailed)]
    if failed:
        yield line(f"{count(len(failed), 'page')} did not get through: ", *story.times(failed))
    for happening, exhausted in story.of(PageExhausted):
        called = _called(story.said(exhausted.name))
        ran_out = f"{called[:1].upper()}{called[1:]} ran out of people to page: "
        if is_person(exhausted.name):
            ran_out = "There was nobody left to page: "
        nobody_there = f"Nobody was on call for {story.said(', '.join(exhausted.wanted))}: "
        yield line(nobody_there if exhausted.wanted else ran_out, story.at(happening))


def _called(name: str) -> str:
    """An escalation as a sentence names it; a rotation and an owner say themselves what they are."""
    return name if name.startswith(("rotation ", "owner of ", "an ")) else f"the escalation {name}"


def _setbacks(story: Story) -> Iterator[Line]:
    for happening, missing in story.of(CommanderMissing):
        yield line(f"Nobody was {missing.role_name} yet at ", story.at(happening))
    for happening, failed in story.of(RoomFailed):
        yield line(f"The war room could not be opened ({failed.trouble}): ", story.at(happening))
    for happening, changed in story.of(StatusChanged):
        if changed.early:
            yield line("It was resolved before the watch was over: ", story.at(happening))
        elif changed.old in (Status.MONITORING, Status.RESOLVED) and changed.new in ACTIVE:
            verb = "It was reopened" if changed.old == Status.RESOLVED else "The fix did not hold"
            yield line(f"{verb}, back to {changed.new} at ", story.at(happening), story.because(changed.why))


# --- Action items, response, people -----------------------------------------------------------------------------------
