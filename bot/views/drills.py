"""What a drill says besides what every incident says: its briefing, injects, score, and the buttons of whoever runs it."""

from collections.abc import Sequence
from datetime import timedelta

from bot.commands import RUN, value
from bot.scene import Scene
from bot.views.blocks import Block, Message, button, buttons, context, section
from bot.views.texts import channel, clip, escape, lasted, moment, person
from incidents import drills
from incidents.drill_script import Moment
from incidents.events import DrillEnded, DrillInjected, DrillMark
from incidents.rules.lifecycle import OPEN
from models import Drill

REAL = "Something real happens? Leave this and say it: `/incident declare`."


def briefing(scene: Scene) -> Message:
    """The first thing that the room of a drill reads."""
    script = drills.script_of(scene.standing.drill) if scene.standing.drill else None
    said = f"This is a drill, run by {person(scene.incident.declared_by)}. Act as if it were real."
    told = f"\n{clip(script.briefing, 2400)}" if script and script.briefing else ""
    text = f"{scene.incident.key}, {clip(scene.incident.title, 300)}: {said} {REAL}"
    return Message(text, [section(f":dart: *{said}*{told}"), context(REAL)])


def inject(scene: Scene) -> Message:
    """What somebody in the script says. Slack lets no app speak under another name, so the name stands in front."""
    said = scene.happened
    assert isinstance(said, DrillInjected)
    if said.hint:
        text = f"A hint: {clip(said.says, 2500)}"
        return Message(f"{scene.incident.key}: {text}", [section(f":bulb: {text}")])
    speaker = escape(said.speaker)
    text = f"{scene.incident.key}: {speaker}: {clip(said.says, 2500)}"
    return Message(text, [section(f":speech_balloon: *{speaker}:* {clip(said.says, 2500)}")])


def score(scene: Scene) -> Message:
    """How it went: what to practise first, then each step against its target."""
    ended = scene.happened
    assert isinstance(ended, DrillEnded)
    judged = [mark for mark in ended.marks if mark.met is not None]
    met = sum(bool(mark.met) for mark in judged)
    head = f"{scene.incident.key}: the drill is over. {met} of {len(judged)} steps in time"
    lines = [line(mark) for mark in ended.marks]
    if ended.updates_due:
        sign = ":white_check_mark:" if ended.updates_on_time == ended.updates_due else ":x:"
        lines.append(f"{sign} Updates on time: {ended.updates_on_time} of {ended.updates_due}")
    blocks = [section(f":checkered_flag: *{head}*")]
    if ended.practise:
        blocks.append(section("*Practise*\n" + "\n".join(f"•  {clip(each, 300)}" for each in ended.practise[:3])))
    elif len(judged) == len(ended.marks):
        blocks.append(section("All in time. Next: the same at night, or a harder one."))
    else:
        blocks.append(section("Nothing was late; it ended before the rest was due."))
    blocks += _paragraphs(lines)
    target = value(scene.incident.number)
    blocks.append(buttons(button("Action items", f"{RUN}actions", target), button("Postmortem", f"{RUN}postmortem", target)))
    practise = f" Practise: {'; '.join(ended.practise[:3])}." if ended.practise else ""
    return Message(f"{head}.{clip(practise, 1000)}", blocks)


def line(mark: DrillMark) -> str:
    """One step: done or not, how long it took, and by when it should have been."""
    sign = {True: ":white_check_mark:", False: ":x:", None: ":heavy_minus_sign:"}[mark.met]
    target = f" (target {lasted(mark.target)})" if mark.target is not None else ""
    if mark.took is not None:
        how = f"after {lasted(mark.took)}" if mark.took else "at once"
    else:
        how = "not done" if mark.met is False else "not done by the end"
    return f"{sign} {escape(mark.label)}: {how}{target}"


def _paragraphs(lines: Sequence[str]) -> list[Block]:
    return [section("\n".join(lines[at : at + 15])) for at in range(0, len(lines), 15)]


QUIETLY, AGAIN = "quietly", "again"  # at the end of a button's text: its message is edited anyway, or shown anew


def controls(scene: Scene) -> Message:
    """For whoever runs it: what comes next, which nobody else is told, and the buttons."""
    return _controls(scene, QUIETLY)


def controls_now(scene: Scene) -> Message:
    """The same as an answer, which shows what a press led to in its place."""
    return _controls(scene, AGAIN)


def _controls(scene: Scene, how: str) -> Message:
    incident, drill = scene.incident, scene.standing.drill
    where = channel(incident.room_channel) if incident.room_channel else "opens now" if incident.room_wanted_at else "a thread"
    title = clip(incident.title, 300)
    if drill is None or drill.ended_at is not None or incident.status not in OPEN:
        said = f"Your drill {incident.key} is over: {title}"
        return Message(said, [section(f":dart: *{said}*\nIts score is in the room: {where}")])
    script = drills.script_of(drill)
    moments = script.moments if script else []
    said = f"You run the drill {incident.key}: {title}"
    paused = "\n*Paused.* Nothing comes, and no time counts." if drill.paused_at is not None else ""
    blocks = [section(f":dart: *{said}*\nRoom: {where}{paused}")]
    if moments:
        blocks.append(section(_coming(drill, moments)))
    blocks.append(_buttons(incident.number, drill, len(moments), how))
    end = _ends(drill, script.end if script else None)
    blocks.append(context(f"Only you see what comes next. {end}{REAL}"))
    return Message(said, blocks)


def _coming(drill: Drill, moments: Sequence[Moment]) -> str:
    """The next three, with their times while it runs."""
    left = moments[drill.said :]
    if not left:
        return f"The script has said all of its {len(moments)}."
    lines = [f"{drill.said} of {len(moments)} said. Next:"]
    for each in left[:3]:
        at = f"after {lasted(each.at)}" if drill.paused_at is not None else moment(drill.zero_at + each.at)
        unless = f", unless {each.unless} is done" if each.unless else ""
        speaker = f"a hint{unless}" if each.hint else each.speaker
        lines.append(f"•  {at}  *{escape(speaker)}:* {clip(each.says.replace(chr(10), ' '), 200)}")
    return "\n".join(lines)


def _buttons(number: int, drill: Drill, count: int, how: str) -> Block:
    row = []
    if drill.said < count:
        row.append(button("Next inject now", f"{RUN}drill:next", value(number, f"next {drill.said} {how}"), style="primary"))
    if drill.paused_at is None:
        row.append(button("Pause", f"{RUN}drill:pause", value(number, f"pause {how}")))
    else:
        row.append(button("Go on", f"{RUN}drill:resume", value(number, f"resume {how}")))
    sure = ("End the drill?", "It is resolved for everybody, and the score comes.", "End it")
    row.append(button("End drill", f"{RUN}drill:end", value(number, f"end {how}"), style="danger", confirm=sure))
    return buttons(*row)


def _ends(drill: Drill, end: timedelta | None) -> str:
    if end is None or drill.paused_at is not None:
        return ""
    return f"It ends by itself at {moment(drill.zero_at + end)}. "
