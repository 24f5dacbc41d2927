"""What whoever asked is told afterwards, privately: what is so now, then what comes next. Short, for a phone at night."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.commands import RUN, Answer, value
from bot.scene import Scene
from bot.views import alerts, alike, handoffs, maintenance
from bot.views.blocks import Block, button, buttons, context, section
from bot.views.forms import FORM
from bot.views.texts import channel, clip, coming, cut, escape, lasted, moment, person, say, stamp
from incidents import fields
from incidents.errors import Refused
from incidents.events import (
    FieldsSet,
    Happened,
    LevelPaged,
    MomentCorrected,
    NobodyToPage,
    PageExhausted,
    PageStarted,
    UpdatePosted,
    read,
)
from incidents.likeness import Alike
from incidents.moments import MOMENTS
from incidents.rooms import asleep
from incidents.rules import fields as rules
from incidents.rules.checklists import CHECKLISTS, MITIGATIONS, WATCH, open_items
from incidents.rules.lifecycle import ACTIVE, OPEN, Status
from incidents.rules.on_call import for_role
from models import Event, Incident, Maintenance

_LONG_BACK = timedelta(hours=6)  # by then "at 23:50" may be read as today's

CONFIRMED = " confirmed"  # at the end of a button's text: whoever pressed it has been asked


def answer(text: str, *rows: Block, small: str = "") -> Answer:
    """A sentence or two, small print, and the buttons of what comes next."""
    if not rows and not small:
        return Answer(text)
    return Answer(text, [section(text), *([context(small)] if small else []), *rows])


def ask(question: Refused, yes: str, command: str, number: int, said: str) -> Answer:
    """A question with one button that does it; whoever does not press it has changed nothing.

    `said` comes back with the button, cut to the 2 000 characters that Slack keeps.
    """
    button_value = value(number, _kept(said) + CONFIRMED)
    row = buttons(button(yes, f"{RUN}{command}:confirm", button_value, style="danger"))
    return answer(clip(question.sentence, 2900), row)


def _kept(said: str) -> str:
    return said if len(said) <= 1900 else said[:1899] + "…"


def resolve_early(question: Refused, scene: Scene, said: str) -> Answer:
    """The same for resolving before the watch is over: until when it is watched, or how the watch begins."""
    incident, watch_for = scene.incident, scene.severity.watch_for
    asked = ask(question, "Resolve anyway", "status", incident.number, f"{Status.RESOLVED} {said}".strip())
    if watch_for is None:
        return asked
    if incident.status == Status.MONITORING and incident.mitigated_at is not None:
        small = f"It is watched until {moment(incident.mitigated_at + watch_for)}."
        return Answer(f"{asked.text} {small}", [asked.blocks[0], context(small), *asked.blocks[1:]])
    watch = button(f"Watch it for {lasted(watch_for)}", f"{RUN}mitigated", value(incident.number, _kept(said)))
    return Answer(asked.text, [asked.blocks[0], buttons(*asked.blocks[1]["elements"], watch)])


def cancels(scene: Scene) -> Answer:
    """Asked of whoever says no more than `cancel`, which may have been meant for a form, a page or a mistyped word."""
    incident, number = scene.incident, scene.incident.number
    said = f"Cancel {incident.key}, {clip(incident.title, 400)}? Only if it was no incident after all: paging and updates stop, "
    said += "no postmortem is owed, and this cannot be undone. If it was one and is over, resolve it."
    cancel = button("Cancel it", f"{RUN}cancel", value(number, CONFIRMED.strip()), style="danger")
    row = [cancel] if incident.status == Status.TRIAGE else [cancel, button("Resolve", f"{RUN}resolve", value(number))]
    return answer(said, buttons(*row), small=f"With a reason: `/incident cancel {number} a test run`")


def home(scene: Scene) -> str:
    """Where the incident lives, to stand after "in"."""
    incident = scene.incident
    if asleep(incident):
        return _thread(incident)
    if incident.room_channel:
        return channel(incident.room_channel)
    return "its room" if incident.room_wanted_at or incident.private else _thread(incident)


def _thread(incident: Incident) -> str:
    return f"its thread in {channel(incident.announce_channel)}" if incident.announce_channel else "the announce channel's thread"


def told(scene: Scene) -> str:
    """Who knows of a change by themselves."""
    in_room = scene.incident.private or (scene.incident.room_wanted_at is not None and not asleep(scene.incident))
    return "The room is told." if in_room else "Its thread is told."


def declared(
    scene: Scene, by: str, *, assumed: bool = False, like: Alike | None = None, maintained: Sequence[Maintenance] = ()
) -> Answer:
    """It is declared: its name, where it lives, what it may be the same as, and how to put right what was assumed."""
    incident, number = scene.incident, scene.incident.number
    held = scene.standing.holders
    said = [f"*{incident.key}* is declared, {incident.severity}: {clip(incident.title, 400)}"]
    if incident.room_channel:
        said.append(f"Go to {channel(incident.room_channel)}.")
    elif incident.room_wanted_at:
        said.append(f"Its room #{escape(incident.room_name or '')} opens within seconds and you are invited.")
    elif not incident.private:
        said.append(f"It lives in the announce channel's thread; `/incident room {number}` opens a room.")
    if incident.private:
        said.append("It is private: only who is invited to its room sees it.")
    said += maintenance.words(maintained)
    if like is not None:
        said += _alike(like, number)
    if held.get("ic") == by:
        said.append("You are incident commander: coordinate, decide, delegate.")
        said += _on_call_for_it(scene, by)
    row = []
    if like is not None and like.now is not None:
        row.append(_join_instead(like.now, incident))
    if like is not None and like.before is not None:
        row.append(button(f"Show {like.before.key}", f"{RUN}show", value(like.before.number)))
    if assumed:
        said.append(f"Nobody named a severity, so it counts as {incident.severity}; `/incident sev &lt;level&gt;` changes it.")
        row.append(button("Change severity", f"{RUN}sev", value(number)))
    lacks = rules.lacking(incident.type, incident.fields, scene.policy, "declare")
    if lacks:
        said.append(f"Your team wants to know: {', '.join(escape(scene.policy.field_name(key)) for key in lacks)}.")
        row.append(button("Fill in", f"{RUN}set:form", value(number, FORM)))
    if "ic" not in held:
        said.append("Nobody is incident commander yet.")
        row.append(button("Take IC", f"{RUN}role:ic", value(number, "ic"), style="primary"))
        said += _on_call_for_it(scene, by)
    row += handoffs.to_whom_is_on_call(scene, by)
    if incident.room_wanted_at is None and not incident.private:
        row.append(button("Open a room", f"{RUN}room", value(number)))
    return answer("\n".join(said), *([buttons(*row[:5])] if row else []))


def _on_call_for_it(scene: Scene, by: str) -> list[str]:
    suggested = for_role("ic", scene.policy, scene.now, scene.overrides)
    return [f"{person(suggested)} is on call for that."] if suggested not in (None, by) else []


def drill_begun(scene: Scene) -> Answer:
    """Where it goes on, and from where it is run."""
    incident = scene.incident
    where = f"Go to {channel(incident.room_channel)}." if incident.room_channel else f"It goes on in {home(scene)}."
    if incident.room_wanted_at and not incident.room_channel:
        where = f"Its room #{escape(incident.room_name or '')} opens within seconds."
    said = f"*{incident.key}* has begun: {clip(incident.title, 400)}\n{where} You run it by the buttons in your direct message."
    return answer(said)


def _alike(like: Alike, number: int) -> list[str]:
    """What it may be the same as, and what was learnt from the last one like it."""
    said = []
    if like.now is not None:
        where = f" in {channel(like.now.room_channel)}" if like.now.room_channel else ""
        said.append(f"Looks like {like.now.key}, open now{where}: {clip(like.now.title, 300)}")
        if like.now.status == Status.TRIAGE:
            said.append(f"An alert that nobody has looked at. Part of this? `/incident merge {like.now.number} {number}`")
        else:
            said.append(f"The same thing? Join it, and this one is merged into it: `/incident merge {number} {like.now.number}`")
    return [*said, *alike.before(like, number)]


def _join_instead(other: Incident, mine: Incident) -> Block:
    if other.status == Status.TRIAGE:
        sure = (f"Attach {other.key}?", f"{other.key} ends, and its alerts go on in {mine.key}.", "Attach")
        return button(
            f"Attach {other.key}", f"{RUN}merge:{other.number}", value(other.number, f"{mine.key}{CONFIRMED}"), confirm=sure
        )
    sure = (f"Join {other.key}?", f"{mine.key} is merged into it: its timeline and its pages go on there.", "Join")
    return button(
        f"Join {other.key} instead", f"{RUN}join:{other.number}", value(other.number, f"instead of {mine.key}"), confirm=sure
    )


def joined(scene: Scene, merged: str = "") -> Answer:
    """Where it is worked on, and what has become of the other one."""
    incident = scene.incident
    said = f"{merged} is merged into {incident.key}. " if merged else ""
    if incident.room_channel:
        said += f"You are invited to {channel(incident.room_channel)}. There you are shown what you missed."
    elif incident.room_wanted_at:
        said += f"The room of {incident.key} opens within seconds, and you are invited."
    elif incident.private:
        said += f"{incident.key} is private and its room could not be opened. Try again: `/incident room {incident.number}`"
    elif incident.announce_channel:
        said += f"{incident.key} lives in its thread in {channel(incident.announce_channel)}. "
        said += f"`/incident catchup {incident.number}` shows what you missed."
    else:
        said += f"{incident.key} will show in the announce channel within seconds."
    return answer(said)


def severity_changed(scene: Scene, event: Event, at: str | None = None) -> Answer:
    """The new level, and what it sets off, for whoever changed it in the channel `at`."""
    incident = scene.incident
    said = f"{incident.key} is {incident.severity} now. {told(scene)}"
    if event.payload.get("raised", True) and incident.status in OPEN:
        every = scene.severity.update_every
        said += f" Its paging and room rules apply now{f'; an update is due every {lasted(every)}' if every else ''}."
    return answer(said, *_tell_them(scene, at))


def _tell_them(scene: Scene, at: str | None) -> list[Block]:
    """Who is not in the room reads of a change in an update: it is offered at once. In the room itself the post about
    the change has that button."""
    incident = scene.incident
    if incident.status not in OPEN or incident.status == Status.TRIAGE or (at is not None and at == incident.room_channel):
        return []
    return [buttons(button("Write an update", f"{RUN}update", value(scene.incident.number)))]


def moved(scene: Scene, event: Event, before: Incident | None = None, *, at: str | None = None) -> Answer:
    """The state it was moved to, and what to think of in it, for whoever moved it in the channel `at`."""
    incident = scene.incident
    to = Status(event.payload.get("new", incident.status))
    said = f"{incident.key} is {to} now. {told(scene)}"
    if event.payload.get("old") == Status.RESOLVED and to in ACTIVE and to is not Status.MONITORING:
        return _reopened(scene, said, at)
    if to is Status.MITIGATING:
        return answer(said, *_tell_them(scene, at), small="Options: " + " · ".join(MITIGATIONS))
    if to is Status.MONITORING:
        watch_for = scene.severity.watch_for
        until = f"Watch it for {lasted(watch_for)}: " if watch_for else "Watch it: "
        return answer(said, *_tell_them(scene, at), small=f"{until}{' '.join(WATCH)} Then `/incident resolve`.")
    if to is Status.RESOLVED:
        return resolved(scene, event, before)
    if to in (Status.CLOSED, Status.DECLINED, Status.CANCELLED):
        return answer(said, small="" if to is Status.CLOSED else "Paging and updates have stopped; no postmortem is owed.")
    return answer(said, *_tell_them(scene, at))


def _reopened(scene: Scene, said: str, at: str | None) -> Answer:
    """Whether anybody is on the way is what whoever reopens it has to know."""
    if scene.standing.pages:
        newest = scene.happened
        paged = say(newest.sentence(None), 900) if isinstance(newest, LevelPaged) else "Whoever is on call for it is paged again."
        return answer(said, *_tell_them(scene, at), small=paged)
    if scene.severity.escalation is None or not scene.policy.escalations:
        return answer(said, *_tell_them(scene, at))
    page = button("Page on call", f"{RUN}escalate", value(scene.incident.number, "it is back"), style="primary")
    return answer(f"{said} Nobody was paged again.", buttons(page), *_tell_them(scene, at))


def moments(scene: Scene) -> Answer:
    """The kept moments as they are on record, and how one is put right."""
    incident = scene.incident
    known = [(words, getattr(incident, f"{name}_at")) for name, words in MOMENTS.items()]
    told = "\n".join(f"{words}: {stamp(at) if at else 'not known'}" for words, at in known)
    how = "Put one right: `/incident moment started 13:40`, `/incident moment mitigated yesterday 23:50 why`."
    return answer(f"*Moments of {incident.key}*\n{told}", small=how)


def moment_corrected(event: Event) -> Answer:
    """What it was, and what it is now."""
    corrected = read(event.kind, event.payload)
    assert isinstance(corrected, MomentCorrected)
    was = f", not {stamp(corrected.old)}" if corrected.old else ""
    words = MOMENTS[corrected.moment]
    return answer(f"Noted: {words} {stamp(corrected.new)}{was}. The card and the draft count from it; both stay on the timeline.")


def merged(into: Scene, was: Incident) -> Answer:
    """Where it goes on; a worse severity is not taken over unasked. `was` is the other one as it was before."""
    incident, worse = into.incident, into.policy.severities.get(was.severity)
    said = f"{was.key} goes on in {incident.key} now: {home(into)}. "
    if was.status == Status.TRIAGE:
        said += "Its alerts count there."
    else:
        said += "Both rooms are told; its timeline, tasks, alerts and pages moved."
    if worse is None or worse.rank >= into.severity.rank or incident.status not in OPEN:
        return answer(said)
    raised = value(incident.number, f"{was.severity} as {was.key} was")
    raise_it = button(f"Raise to {was.severity}", f"{RUN}sev", raised, style="primary")
    return answer(f"{said} {was.key} was {was.severity}, {incident.key} is {incident.severity}.", buttons(raise_it))


def resolved(scene: Scene, event: Event, before: Incident | None = None) -> Answer:
    """It is over: what follows by itself, and how much the checklist still has open. It repeats `before`, where that matters."""
    incident, owed = scene.incident, scene.severity.postmortem
    small = "Paging and updates have stopped."
    if owed.required and event.payload.get("old") != Status.CLOSED:
        small += f" The postmortem draft comes to {home(scene)}; it is due as final within {lasted(owed.final_within)}."
    left = open_items(incident.ticked, "resolution")
    if scene.alerts.firing:
        small += f"\n:bell: {alerts.count(scene)} still. What begins anew from here on opens another incident."
    if left:
        small += f"\n{len(left)} of {len(CHECKLISTS['resolution'])} on the checklist still to do."  # its home is told which
    if before:
        small += f"\nIt looks like {before.key}, {clip(before.title, 200)}. What comes back is worth a postmortem."
    row = buttons(
        *([button("Checklist", f"{RUN}checklist", value(incident.number, "resolution"))] if left else []),
        button("Action items", f"{RUN}actions", value(incident.number)),
        button("Postmortem", f"{RUN}postmortem", value(incident.number)),
    )
    return answer(f"{incident.key} is resolved now. {told(scene)}", row, small=small)


def update_posted(scene: Scene, event: Event) -> Answer:
    """It is out, and when the next one is due."""
    posted = read(event.kind, event.payload)
    due = posted.next_update_at if isinstance(posted, UpdatePosted) else None
    following = f" Next one {coming(due, scene.now)}." if due and scene.incident.status in OPEN else ""
    return answer(f"Update posted in {home(scene)}.{following}")


def paged(events: Sequence[Event]) -> Answer:
    """Who was paged, and who is next if nobody answers; or that nobody could be."""
    told = (LevelPaged, NobodyToPage, PageExhausted)
    sentences = [read(event.kind, event.payload).sentence(event.actor) for event in _of(events, *told)]
    if sentences:
        return answer("\n".join(say(sentence, 900) for sentence in sentences[:3]))
    started = _of(events, PageStarted)
    if started:
        return answer("Paging has begun. Who was told shows in the room.")
    return answer("Escalated. Who is paged next shows in the room.")


def _of(events: Sequence[Event], *kinds: type[Happened]) -> list[Event]:
    names = {kind.kind for kind in kinds}
    return [event for event in events if event.kind in names]


def acknowledged(scene: Scene, event: Event) -> Answer:
    """Who answered has stopped the paging; the incident still needs a commander."""
    number = scene.incident.number
    stopped = " Paging has stopped." if event.payload.get("pages") else ""
    said = f"You acknowledged {scene.incident.key}.{stopped}"
    where = scene.incident.room_channel
    if where and not asleep(scene.incident):
        said += f" Go to {channel(where)}."
    elif scene.incident.announce_channel and not scene.incident.private and scene.incident.status != Status.TRIAGE:
        said += f" Go to its thread in {channel(scene.incident.announce_channel)}."
    if scene.incident.status == Status.TRIAGE:
        return answer(f"{said} Is it real?", buttons(*alerts.triage(scene)))
    if "ic" in scene.standing.holders:
        return answer(said)
    row = buttons(button("Take IC", f"{RUN}role:ic", value(number, "ic"), style="primary"))
    return answer(f"{said} Nobody is incident commander yet.", row)


def fields_set(scene: Scene, event: Event) -> Answer:
    """What is set now, and what the team still wants before it is resolved."""
    happened = read(event.kind, event.payload)
    assert isinstance(happened, FieldsSet)
    most = min(300, 1500 // len(happened.changes))  # of names and values; 28 of them fit one message
    said = [f"{clip(one.name, 60)}: {clip(one.says or one.new, most) or '_empty_'}" for one in happened.changes]
    lacks = fields.lacking(scene.incident, scene.policy, Status.RESOLVED) if scene.incident.status in OPEN else []
    names = ", ".join(escape(scene.policy.field_name(key)) for key in lacks)
    return answer(f"{'. '.join(said)}. {told(scene)}", small=f"Still to fill in before it is resolved: {names}" if names else "")


def role_given(scene: Scene, role: str, holder: str, by: str) -> Answer:
    """Who holds it now. Whoever took it reads what it asks of them, and what to leave to others."""
    rules = scene.policy.roles.get(role)
    name = escape(rules.name if rules else role)
    if holder != by:
        return answer(f"{person(holder)} is {name} of {scene.incident.key} now. They are told, too.")
    said = [f"You are {name} of {scene.incident.key} now. {told(scene)}"]
    if rules:
        said.append(f"*Yours:* {clip(rules.duties, 1300)}")
        if rules.not_for:
            said.append(f"*Not yours:* {clip(rules.not_for, 1300)}")
    return answer("\n".join(said), small=handoffs.both(scene, by) if role in ("ic", "tech") else "")


def roles_given(scene: Scene, changes: Mapping[str, str | None], by: str) -> Answer:
    """What changed; the duties of those that whoever asked took themselves."""
    mine = [role for role, person_ in changes.items() if person_ == by]
    if len(mine) == len(changes) == 1:
        return role_given(scene, mine[0], by, by)
    said = []
    for role, holder in changes.items():
        rules = scene.policy.roles.get(role)
        said.append(f"{escape(rules.name if rules else role)}: {person(holder) if holder else 'nobody'}")
        if holder == by and rules and len(mine) <= 3:  # whoever took more will look them up
            said.append(f"    {clip(rules.duties, 300)} {clip(rules.not_for or '', 300)}".rstrip())
    return answer(cut(f"Changed. {told(scene)}\n" + "\n".join(said), 2900), small=handoffs.both(scene, by))


def role_left(scene: Scene, role: str) -> Answer:
    """It is free again, and how somebody takes it."""
    rules = scene.policy.roles.get(role)
    name = escape(rules.name if rules else role)
    return answer(f"You stepped down as {name}. Nobody holds the role now; `/incident {role} @who` gives it to somebody.")


def action_added(owner: str | None, due: date | None, *, to: str = "") -> Answer:
    """What was added, and what it still lacks."""
    said = f"Action item added{to}" + (f" for {person(owner)}" if owner else "") + (f", due {due}" if due else "")
    missing = [what for what, there in (("no owner", owner), ("no date", due)) if there is None]
    return Answer(f"{said}. It has {' and '.join(missing)} yet." if missing else f"{said}.")


def noted(event: Event, what: str, hint: str = "") -> Answer:
    """It is on the timeline, with its moment where that lies back, and its day where that is not plain."""
    back = event.recorded_at - event.at
    when = f" at {stamp(event.at) if back >= _LONG_BACK else moment(event.at)}" if back else ""
    return answer(f"The {what} is on the timeline{when}.{hint}")
