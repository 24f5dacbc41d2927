"""What happened: summary, impact, timeline, root cause, contributing factors."""

from datetime import timedelta

from incidents.events import (
    Declared,
    FieldsSet,
    FlagSet,
    StatusChanged,
)
from incidents.rules.lifecycle import ACTIVE, Status
from incidents.rules.postmortem.document import Entry, Items, Line, Paragraph, Piece, Section, Text, Timeline
from incidents.rules.postmortem.header import beginning
from incidents.rules.postmortem.record import Happening
from incidents.rules.postmortem.story import Story, fact, line, section, utc
from incidents.rules.times import duration_words

LATE = timedelta(minutes=1)  # an entry written down this much after it happened says so


def summary(story: Story) -> Section:
    written = story.quoted("summary")
    own = written or line(story.todo("What happened, in two or three sentences?"))
    return Section("summary", "Summary", (Paragraph(own), Paragraph(_in_short(story))))


def _in_short(story: Story) -> Line:
    """The incident in one sentence, from what was recorded."""
    declared, record = story.moment("declared"), story.record
    first = next((what for _, what in story.of(Declared)), None)
    declarer = "An alert" if record.declared_by is None else story.who(record.declared_by)
    pieces: list[Piece | str] = [f"{declarer} declared it"]
    pieces += [f" as {first.severity}" if first else "", " at "]
    pieces += [story.at(declared) if declared else story.clock(record.declared_at), " UTC"]
    at_once = story.moment("mitigated") is not None and story.record.mitigated_at == story.record.resolved_at
    for verb in ("acknowledged", "mitigated", "resolved"):
        moment = story.moment(verb)
        if verb == "resolved":
            pieces += _reopened(story)
        if verb == "mitigated" and at_once:
            continue
        if moment is None:
            pieces.append(f"; not {verb}" + (" yet" if story.open else ""))
        else:
            took = story.span("declared", verb)
            did = "mitigated and resolved" if verb == "resolved" and at_once else verb
            pieces += [f"; {did} ", f"after {duration_words(took)}, " if took else "", "at ", story.at(moment)]
    return line(*pieces, ".")


def _reopened(story: Story) -> list[Piece | str]:
    """How often it came back, without which its duration says too much."""
    back = [h for h, moved in story.of(StatusChanged) if moved.old == Status.RESOLVED and moved.new in ACTIVE]
    if not back:
        return []
    often = {1: "once, at ", 2: "twice, last at "}.get(len(back), f"{len(back)} times, last at ")
    return [f"; reopened {often}", story.at(back[-1])]


def impact(story: Story) -> Section:
    said = story.quoted("impact")
    lines = [fact("What users saw", *(said or [story.todo("What did users see, and what could they not do?")]))]
    earlier = story.history("impact")[: -1 if said else None]
    lines += [fact("Reported earlier", story.said(value), *story.source(h)) for value, h in earlier if value]
    lines += [
        fact("Users", story.todo("How many users were affected, and which?")),
        fact("Duration", *_impact_duration(story)),
        fact("Data loss", story.todo("Was data lost, corrupted or exposed? What was recovered?")),
        fact("Error budget", story.todo("How much of the error budget did it use?")),
        fact("Revenue", story.todo("What did it cost, in revenue, refunds or credits?")),
    ]
    if story.record.detected_by:
        lines.append(fact("Detected by", story.said(story.record.detected_by), *_detection(story)))
    return Section("impact", "Impact", (Items(tuple(lines)),))


def _impact_duration(story: Story) -> Line:
    """Until mitigated: from there on users were well again. A lower bound where nobody recorded its start."""
    words, start = beginning(story)
    end = story.moment("mitigated")
    asked = () if words == "the start of the impact" else ("; ", story.todo("When did users first notice?"))
    if end is None or end.at < start.at:
        return line("not known: no moment of mitigation " + ("yet" if story.open else "was recorded"), *asked)
    took = ("at least " if asked else "") + duration_words(end.at - start.at)
    return line(took, f", from {words} at ", story.at(start), " to mitigated at ", story.at(end), " (UTC)", *asked)


def _detection(story: Story) -> Line:
    """Where it was said what detected it."""
    said = [happening for happening, what in story.of(Declared) if what.detected_by]
    said += [h for h, what in story.of(FieldsSet) if any(one.field == "detected_by" and one.new for one in what.changes)]
    return story.source(said[-1]) if said else ()


def timeline(story: Story) -> Section:
    entries = tuple(
        Entry(
            at=utc(h.at),
            says=_told(story, h),
            link=h.link,
            noted_at=utc(h.recorded_at) if h.recorded_at - h.at >= LATE else None,
        )
        for h in story.told
        if h.what.headline and not h.hidden
    )
    day = "" if story.several_days or not entries else f", on {entries[0].at:%Y-%m-%d}"
    said = f"All times are UTC{day}. Each time links to the message that the line came from."
    return Section("timeline", "Timeline", (Paragraph(line(said)), Timeline(entries)))


def _told(story: Story, happening: Happening) -> Line:
    """What happened, marked where somebody starred it, and in which incident where it was merged into this one."""
    of = (Text(f"{happening.merged_from}:", bold=True), " ") if happening.merged_from else ()
    return line("★ " if happening.starred else "", *of, *story.sentence(happening))


def root_cause(story: Story) -> Section:
    facts = []
    theory = story.quoted("theory")
    if theory:
        facts.append(fact("Last theory on record", *theory))
    earlier = story.history("theory")[: -1 if theory else None]
    facts += [fact("Earlier theory", story.said(value), *story.source(h)) for value, h in earlier if value]
    facts += [
        fact("Said to be identified", "at ", story.at(h), story.because(changed.why))
        for h, changed in story.of(StatusChanged)
        if changed.new == Status.IDENTIFIED
    ]
    facts.append(fact("Root cause", story.todo("What was it about the system that made this possible?")))
    whys = ("Why did it happen?", *["Why was that?"] * 4)
    five = Section("five_whys", "Five whys", (Items(tuple(line(story.todo(why)) for why in whys), numbered=True),))
    return Section("root_cause", "Root cause", (Items(tuple(facts)),), (five,))


def contributing(story: Story) -> Section:
    facts: list[Line] = []
    for happening, declared in story.of(Declared):
        flags = {"several_teams": declared.several_teams, "cause_unclear": declared.cause_unclear}
        facts += [_flag(story, happening, flag) for flag, on in flags.items() if on]
    facts += [_flag(story, happening, ticked.flag) for happening, ticked in story.of(FlagSet) if ticked.on]
    question = "What else had to be true: load, changes, dependencies, alerts, documentation, process?"
    return section(story, "contributing", "Contributing factors", facts, question)


def _flag(story: Story, happening: Happening, flag: str) -> Line:
    words = {"several_teams": "Several teams were involved", "cause_unclear": "The cause was unclear"}
    return line(f"{words.get(flag, flag.replace('_', ' '))}, said ", story.who(happening.by), " at ", story.at(happening))


# --- What went well or poorly: facts that were measured, never a judgement --------------------------------------------
