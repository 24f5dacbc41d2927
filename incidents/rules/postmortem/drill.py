"""How a drill went, in the draft of its postmortem."""

from incidents.events import DrillEnded, DrillMark
from incidents.rules.postmortem.document import Block, Items, Line, Paragraph, Section, Table
from incidents.rules.postmortem.story import Story, line
from incidents.rules.times import duration_words


def drill_score(story: Story) -> tuple[Section, ...]:
    """The score as it was reckoned when the drill ended; nothing for what was real, or goes on."""
    ended = next((what for _, what in story.of(DrillEnded)), None)
    if ended is None:
        return ()
    table = Table(("Step", "Took", "Target", "In time"), tuple(_row(mark) for mark in ended.marks))
    blocks: list[Block] = [table]
    if ended.updates_due:
        blocks.append(Paragraph(line(f"Status updates on time: {ended.updates_on_time} of {ended.updates_due}.")))
    parts: tuple[Section, ...] = ()
    if ended.practise:
        lines: tuple[Line, ...] = tuple(line(story.said(each)) for each in ended.practise)
        parts = (Section("practise", "To practise", (Items(lines),)),)
    return (Section("drill", "Drill score", tuple(blocks), parts),)


def _row(mark: DrillMark) -> tuple[Line, ...]:
    took = "not done" if mark.took is None else duration_words(mark.took) if mark.took else "at once"
    target = duration_words(mark.target) if mark.target is not None else "—"
    met = {True: "yes", False: "no", None: "—"}[mark.met]
    return line(mark.label), line(took), line(target), line(met)
