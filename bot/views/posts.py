"""What the room (or the thread) is told when something happens, and what single people are told."""

import re
from datetime import timedelta

from bot.commands import RUN, value
from bot.scene import Scene
from bot.views import alerts, bookmarks, checklists, deploys, drills, handoffs, runbooks
from bot.views.blocks import Block, Message, button, buttons, context, fields, section
from bot.views.card import line, signal
from bot.views.texts import channel, clip, coming, escape, lasted, linked, moment, person, say, stamp
from incidents import rooms, updates
from incidents.events import (
    AlertsOver,
    Automated,
    CommanderMissing,
    DeadlineNear,
    Decided,
    DeliveryFailed,
    DeploysListed,
    DrillEnded,
    DrillInjected,
    HandoffOffered,
    Happened,
    LevelPaged,
    NobodyToPage,
    Noted,
    OwnersTold,
    PageExhausted,
    RoleAssigned,
    RoleMissing,
    RoomBack,
    RoomFailed,
    RoomOpened,
    RoomShut,
    SeverityChanged,
    StatusChanged,
    TriageWaits,
    UpdateNudged,
    UpdatePosted,
    WatchAsked,
)
from incidents.phrase import Link
from incidents.rules.checklists import INVESTIGATION, open_items
from incidents.rules.lifecycle import OPEN, Status
from models import Page

_SIGNS = {
    "role.assigned": ":bust_in_silhouette:",
    "role.left": ":bust_in_silhouette:",
    "severity.changed": ":chart_with_upwards_trend:",
    "status.changed": ":arrow_right:",
    "incident.merged": ":arrow_right:",
    "incident.absorbed": ":arrow_right:",
    "moment.corrected": ":stopwatch:",
    "watch.holds": ":eyes:",
    "checklist.ticked": ":ballot_box_with_check:",
    "field.edited": ":pencil2:",
    "field.set": ":pencil2:",
    "note.added": ":memo:",
    "decision.made": ":scales:",
    "task.added": ":clipboard:",
    "task.done": ":white_check_mark:",
    "action.added": ":spiral_note_pad:",
    "action.done": ":white_check_mark:",
    "page.started": ":pager:",
    "page.level": ":pager:",
    "page.escalated": ":pager:",
    "page.acknowledged": ":raised_hand:",
    "page.failed": ":warning:",
    "page.nobody": ":warning:",
    "page.exhausted": ":warning:",
    "ic.missing": ":warning:",
    "room.going": ":speech_balloon:",
    "role.missing": ":bust_in_silhouette:",
    "handoff.declined": ":handshake:",
    "handoff.withdrawn": ":handshake:",
    "handoff.expired": ":handshake:",
    "room.failed": ":warning:",
    "room.shut": ":warning:",
    "access.made_private": ":lock:",
    "access.glass_broken": ":warning:",
    "deadline.near": ":alarm_clock:",
    "deadline.met": ":white_check_mark:",
    "updates.paused": ":double_vertical_bar:",
    "updates.resumed": ":arrow_forward:",
    "message.captured": ":pushpin:",
    "alert.again": ":bell:",
    "alert.all_over": ":no_bell:",
    "automation.fired": ":gear:",
    "automation.failed": ":warning:",
    "runbook.stuck": ":raised_hand:",
    "runbook.overdue": ":alarm_clock:",
    "runbook.ended": ":blue_book:",
    "webhook.called": ":zap:",
    "webhook.answered": ":zap:",
    "drill.paused": ":double_vertical_bar:",
    "drill.resumed": ":arrow_forward:",
}


GONE_PRIVATE = "Taken back: this goes on elsewhere."
"""In place of what was said in public of an incident that is private now."""


def push(scene: Scene, message: Message) -> str:
    """The notification of a direct message about a private incident, which a phone shows to whoever holds it: no word of
    what it is about, and what to do."""
    key, number = scene.incident.key, scene.incident.number
    if isinstance(scene.happened, LevelPaged):
        return (
            f"You are paged: {key} {scene.incident.severity}, which is private. Acknowledge here or with /incident ack {number}"
        )
    return f"{key}, which is private: open this message" if message.blocks else message.text


def glass_broken(scene: Scene) -> Message:
    """For whoever stands behind private incidents and is not in this one."""
    text = f"{person(scene.event.actor)} let themselves into a private incident. Whoever is in it reads why."
    return Message(text, [section(f":warning: {text}")])


def wordless(scene: Scene) -> Message:
    """A page to a channel, for those who may not know which private incident it is."""
    held = scene.standing.holders
    who = held.get("ic") or scene.incident.declared_by
    text = "A private incident needs somebody. " + (f"Ask {person(who)}." if who else "Ask whoever is on call for them.")
    return Message(text, [section(f":warning: {text}")])


def private_alarm(scene: Scene) -> Message:
    """What must not go unnoticed of a private incident: for whoever declared it, since nobody else may hear of it."""
    incident = scene.incident
    if isinstance(scene.happened, DeliveryFailed) and scene.happened.reaction == "withdraw":
        where = channel(scene.happened.target) if scene.happened.target else "public"
        who = (
            "who may unarchive it" if scene.happened.trouble.startswith("is_") else "who may, there and in the announce channel,"
        )
        said = f"what Muster said in {where} could not all be taken back. Somebody {who} deletes it by hand."
    elif isinstance(scene.happened, DeliveryFailed):
        said = "something could not be brought to Slack. Look into its room; whoever runs Muster finds the reason in the log."
    else:
        said = f"nobody who could be paged has answered. Page somebody: `/incident page {incident.number} @who`"
    text = f"{incident.key}, which is private: {said}"
    row = [buttons(button("Page somebody", f"{RUN}page", value(incident.number), style="primary"))]
    return Message(text, [section(f":warning: {text}"), *(row if incident.status in OPEN else [])])


def plain_sentence(scene: Scene) -> Message:
    """The event as one sentence, and nothing that Slack could refuse."""
    return Message(f"{scene.incident.key}: {say(scene.happened.sentence(scene.event.actor))}")


def post(scene: Scene) -> Message:
    """The event for the incident's home, with the one or two buttons that come next."""
    happened = scene.happened
    if isinstance(happened, UpdatePosted):
        return update(scene)
    if isinstance(happened, HandoffOffered):
        return handoffs.offered(scene)
    if isinstance(happened, TriageWaits):
        return alerts.waiting(scene)
    if isinstance(happened, DrillInjected):
        return drills.inject(scene)
    if isinstance(happened, DrillEnded):
        return drills.score(scene)
    if isinstance(happened, DeploysListed):
        return deploys.listed(scene)
    sign = _SIGNS.get(happened.kind, "")
    if isinstance(happened, SeverityChanged) and not happened.raised:
        sign = ":chart_with_downwards_trend:"
    sentence = say(happened.sentence(scene.event.actor))
    if isinstance(happened, RoomShut | RoomFailed):  # read in a thread, where a command names its incident
        sentence = sentence.replace("`/incident room`", f"`/incident room {scene.incident.number}`")
    if isinstance(happened, Noted | Decided):
        sentence += _back(scene)
    next_steps = _next_steps(scene)
    text = f"{sign} {sentence}".strip()
    blocks = [section(text), *([buttons(*next_steps)] if next_steps else [])]
    small, ticking = _checklist(scene)
    blocks[1:1] = small or runbooks.next_steps(scene)[0]
    blocks += ticking
    return Message(f"{scene.incident.key}: {sentence}", blocks)


def _back(scene: Scene) -> str:
    """When it was, where somebody writes down what happened a while ago."""
    at, written = scene.event.at, scene.event.recorded_at
    if written - at < timedelta(minutes=1):
        return ""
    return f" _({stamp(at) if written - at > timedelta(hours=12) else moment(at)})_"


def _next_steps(scene: Scene) -> list[Block]:
    happened, target = scene.happened, value(scene.incident.number)
    is_open = scene.incident.status in OPEN
    if isinstance(happened, LevelPaged) and is_open and scene.standing.pages:
        return [button("Acknowledge", f"{RUN}ack", target, style="primary")]
    if isinstance(happened, NobodyToPage | PageExhausted) and is_open:
        return [button("Page somebody", f"{RUN}page", target, style="primary")]
    if isinstance(happened, CommanderMissing) and is_open and "ic" not in scene.standing.holders:
        take = button("Take IC", f"{RUN}role:ic", value(scene.incident.number, "ic"), style="primary")
        return [take, *handoffs.give(scene, "ic", happened.suggested)]
    if isinstance(happened, DeadlineNear) and scene.incident.deadlines.get(happened.deadline) in ("near", "over"):
        said = "Contained" if happened.deadline == "containment" else "Regulator told"
        number = scene.incident.number
        return [
            button(said, f"{RUN}private:met", value(number, happened.deadline), style="primary"),
            button("Not needed", f"{RUN}private:none", value(number, f"{happened.deadline} not needed")),
        ]
    if isinstance(happened, RoomShut) and scene.incident.room_shut and scene.incident.status != Status.MERGED:
        return [button("Bring the room back", f"{RUN}room", target, style="primary")]
    if isinstance(happened, RoleMissing) and is_open:
        return handoffs.take_empty(scene)
    if isinstance(happened, SeverityChanged | StatusChanged) and is_open:
        is_declared = scene.incident.status != Status.TRIAGE  # before that nobody has an update to give
        return [button("Write an update", f"{RUN}update", target)] if is_declared else []
    if isinstance(happened, WatchAsked) and happened.until is not None and scene.incident.status == Status.MONITORING:
        return [
            button("Holding", f"{RUN}holding", target, style="primary"),
            button("Not holding", f"{RUN}status:back", value(scene.incident.number, "investigating")),
        ]
    if isinstance(happened, AlertsOver) and scene.incident.alerts_over_at is not None and is_open:
        watch = button("It is fixed", f"{RUN}mitigated", target, style="primary")
        return [watch] if scene.incident.status != Status.MONITORING else []
    if isinstance(happened, WatchAsked) and happened.until is None and is_open:
        return [
            button("Resolve", f"{RUN}resolve", target, style="primary"),
            button("Not holding", f"{RUN}status:back", value(scene.incident.number, "investigating")),
        ]
    return runbooks.next_steps(scene)[1]


def _checklist(scene: Scene) -> tuple[list[Block], list[Block]]:
    """What to think of in the new state, and what ticks it off; the open items where the watch ends."""
    happened, target = scene.happened, value(scene.incident.number, "resolution")
    left = open_items(scene.incident.ticked, "resolution")
    if isinstance(happened, WatchAsked) and happened.until is None and scene.incident.status in OPEN and left:
        return [context("Before resolving: " + " · ".join(left))], []
    if not isinstance(happened, StatusChanged):
        return [], []
    if happened.new == Status.INVESTIGATING:
        ask = value(scene.incident.number, "investigation")
        row = [buttons(button("Checklist", f"{RUN}checklist:look", ask))]
        return [context("Look at: " + " · ".join(INVESTIGATION))], row
    if happened.new == Status.MITIGATING:
        said = "What are you trying? A tap does nothing but note it on the timeline."
        return [], [context(said), checklists.options(scene)]
    if happened.new == Status.RESOLVED and left:
        return [context("Still to do: " + " · ".join(left))], [buttons(button("Checklist", f"{RUN}checklist", target))]
    return [], []


def update(scene: Scene) -> Message:
    """A status update. A timed one says plainly that nothing new was reported, and since when."""
    posted = scene.happened
    assert isinstance(posted, UpdatePosted)
    severity = scene.policy.severity(posted.severity) if posted.severity in scene.policy.severities else scene.severity
    held = scene.standing.holders
    head = f"{signal(severity.rank, posted.status)} *Status update  {scene.incident.key}  {clip(scene.incident.title, 400)}*"
    facts = [("Status", escape(posted.status)), ("Severity", escape(posted.severity))]
    facts.append(("Incident commander", person(held["ic"]) if "ic" in held else "_nobody yet_"))
    facts.append(("Duration", lasted(scene.event.at - scene.incident.declared_at)))
    blocks = [section(head), fields(facts)]
    for label, text in (
        ("Impact", posted.impact),
        ("Current theory", posted.theory),
        ("Actions in progress", posted.actions),
    ):
        if text:
            blocks.append(section(f"*{label}*\n{clip(text, 2500)}"))
    silence = f"Nothing new was reported since {moment(posted.silent_since)}." if posted.timed and posted.silent_since else ""
    author = "Posted by Muster, because an update was due." if posted.timed else f"By {person(scene.event.actor)}."
    following = (
        f"Next update {coming(posted.next_update_at, scene.event.at)}."
        if posted.next_update_at
        else "Timed updates are paused."
        if scene.incident.updates_paused
        else "No further update is planned."
    )
    blocks.append(context(*[part for part in (silence, author, following) if part]))
    if posted.timed and scene.incident.status in OPEN:
        blocks.append(buttons(button("Write one", f"{RUN}update", value(scene.incident.number))))
    said = " ".join(
        f"{label}: {_ended(clip(text, 600))}"
        for label, text in (("Impact", posted.impact), ("Theory", posted.theory), ("Actions", posted.actions))
        if text
    )
    text = (
        f"Status update, {scene.incident.key} {posted.severity} {posted.status}: {clip(scene.incident.title, 200)}. "
        f"{silence} {said} {following}"
    )
    return Message(" ".join(text.split()), blocks)


def _ended(text: str) -> str:
    """A person's words with a full stop, for what follows on the same line."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def page_dm(scene: Scene) -> Message:
    """The page itself: what, how bad, where, and the one button to press."""
    paged = scene.happened
    incident, number = scene.incident, scene.incident.number
    why = f" ({clip(paged.why, 200)})" if isinstance(paged, LevelPaged) and paged.why else ""
    text = f"You are paged{_again(paged)}: {incident.key} {incident.severity} {clip(incident.title, 400)}{why}"
    lines = [f":pager: *{text}*"]
    if incident.impact:
        lines.append(f"Impact: {clip(incident.impact, 600)}")
    lines.append(_home(scene))
    call = bookmarks.bridge(scene)
    if call and incident.status in OPEN:
        lines.append(f":telephone_receiver: {linked(Link('Bridge call', call))}")
    blocks = [section("\n".join(lines))]
    if incident.status in OPEN:
        blocks.append(
            buttons(
                button("Acknowledge", f"{RUN}ack", value(number), style="primary"),
                button("Escalate", f"{RUN}escalate", value(number)),
            )
        )
    if isinstance(paged, LevelPaged) and paged.until and paged.after:
        after = ", ".join(person(target) for target in paged.after)
        again = " again" if paged.after == [*paged.people, *(f"#{name}" for name in paged.channels)] else ""
        blocks.append(context(f"If nobody acknowledges by {moment(paged.until)}, next: {after}{again}"))
    return Message(f"{text}. Acknowledge here or with /incident ack {number}", blocks)


def _again(paged: Happened) -> str:
    """Whoever was paged before and reads the same once more is told that it is another page."""
    return f" again (round {paged.round + 1})" if isinstance(paged, LevelPaged) and paged.round and not paged.last_resort else ""


def _home(scene: Scene) -> str:
    """Where to go for it; a page may be out before the announcement is."""
    incident, name = scene.incident, scene.policy.workspace.announce_channel
    thread = f"its thread in {channel(incident.announce_channel) if incident.announce_channel else f'#{escape(name)}'}"
    if rooms.asleep(incident) and not incident.private:
        return f"Where: {thread}; its room was archived"
    if incident.room_channel:
        return f"Room: {channel(incident.room_channel)}"
    if incident.private:
        return "Room: private; you will be invited"
    return "Room: opening now; you will be invited" if incident.room_wanted_at else f"Where: {thread}"


def page_channel(scene: Scene) -> Message:
    """A page to several: the same, for whoever reads it first."""
    return _paging(scene, "this channel")


def page_group(scene: Scene, group: str) -> Message:
    """A page to a user group, which is named so that it rings."""
    return _paging(scene, person(group))


def _paging(scene: Scene, whom: str) -> Message:
    message = page_dm(scene)
    return Message(
        message.text.replace("You are paged", f"Paging {whom}", 1),
        [section(message.blocks[0]["text"]["text"].replace("You are paged", f"Paging {whom}", 1)), *message.blocks[1:]],
    )


def page_elsewhere(scene: Scene) -> Message:
    """A page to a channel that the config names."""
    return wordless(scene) if scene.incident.private else page_channel(scene)


def plain_elsewhere(scene: Scene) -> Message:
    """The event as one sentence where others read it, too."""
    return wordless(scene) if scene.incident.private else plain_sentence(scene)


def owner(scene: Scene) -> Message:
    """For the owner of a service, a person or a channel: what it is, who sees to it, and what to press."""
    incident, number = scene.incident, scene.incident.number
    told = scene.happened.services if isinstance(scene.happened, OwnersTold) else incident.services
    services = clip(", ".join(told), 200)
    text = f"{incident.key} {incident.severity} {clip(incident.title, 400)}: it concerns {services}, which is yours"
    lines = [f":wrench: *{text}*"]
    if incident.impact:
        lines.append(f"Impact: {clip(incident.impact, 600)}")
    nobody = scene.severity.escalation is None and not scene.standing.pages
    held = scene.standing.holders
    who = f"Incident commander: {person(held['ic'])}" if "ic" in held else "Nobody is incident commander yet"
    lines.append(f"{who}{', and nobody is paged' if nobody else ''}.")
    lines.append(_home(scene))
    blocks = [section("\n".join(lines))]
    if incident.status in OPEN and incident.acknowledged_at is None:
        row = [button("Acknowledge", f"{RUN}ack", value(number), style="primary"), button("Show", f"{RUN}show", value(number))]
        blocks.append(buttons(*row))
    return Message(f"{text}. Acknowledge here or with /incident ack {number}", blocks)


def page_over(scene: Scene, page: Page, told: LevelPaged, *, at_home: bool) -> Message:
    """A page that is over, as whoever was asked now reads it, or as the incident's home does."""
    incident = scene.incident
    if page.acknowledged_by and page.acknowledged_at:
        became = f"Acknowledged by {person(page.acknowledged_by)} at {moment(page.acknowledged_at)}"
    else:
        became = f"Paging stopped; it is {incident.status}" if incident.status not in OPEN else "Paging stopped"
    if at_home:
        told = told.model_copy(update={"until": None, "after": []})  # who would have been next is no longer so
        text = f"{say(told.sentence(None))}. {became}"
        return Message(f"{incident.key}: {text}", [section(f":pager: {text}")])
    text = f"Paged{_again(told)}: {incident.key} {incident.severity} {clip(incident.title, 400)}. {became}"
    return Message(text, [section(f":ballot_box_with_check: *{text}*\n{_home(scene)}")])


def nudge(scene: Scene) -> Message:
    """Ask for the update that is due soon; once it is posted, the one that was due then: the next has a nudge of its own."""
    incident, asked = scene.incident, scene.happened
    assert isinstance(asked, UpdateNudged)
    over = (incident.update_anchor_event or 0) > (scene.event.id or 0) or asked.due_at <= scene.now
    text = f"{incident.key}: a status update {'was' if over else 'is'} due at {moment(asked.due_at)}. {clip(incident.title, 300)}"
    row = [button("Update", f"{RUN}update", value(incident.number), style="primary")]
    if incident.snoozed_event != incident.update_anchor_event:
        put_off = updates.snooze_for(incident, scene.policy)
        row.append(button(f"Snooze {lasted(put_off)}", f"{RUN}snooze", value(incident.number)))
    return Message(text, [section(f":hourglass: {text}"), buttons(*row)])


def quiet(scene: Scene) -> Message:
    """The question that a quiet room is asked, with its answers."""
    sentence = say(scene.happened.sentence(None))
    target = value(scene.incident.number)
    answers = [
        button("Still going on", f"{RUN}going", target, style="primary"),
        button("Update", f"{RUN}update", target),
        button("Resolve", f"{RUN}resolve", target),
    ]
    row = [buttons(*answers)] if scene.incident.status in OPEN and scene.incident.quiet_asked else []
    return Message(f"{scene.incident.key}: {sentence}", [section(f":zzz: {sentence}"), *row])


def silent_dm(scene: Scene) -> Message:
    """Tell the commander that nobody has reported anything for a while."""
    text = f"{scene.incident.key}: the last updates had nothing new to say. {clip(scene.incident.title, 300)}"
    return Message(
        text,
        [
            section(f":speech_balloon: {text}"),
            buttons(button("Update", f"{RUN}update", value(scene.incident.number), style="primary")),
        ],
    )


def role_dm(scene: Scene) -> Message:
    """Tell a person what role they hold now, and what it is and is not."""
    given = scene.happened
    assert isinstance(given, RoleAssigned)
    message = role_lost_dm(scene)
    role = scene.policy.roles.get(given.role)
    blocks = [*message.blocks]
    if role is not None:
        blocks.append(context(f"*{escape(role.name)}*: {clip(role.duties, 1300)}"))
        if role.not_for:
            blocks.append(context(f"*Not for*: {clip(role.not_for, 1300)}"))
    both = handoffs.both(scene, given.person) if given.role in ("ic", "tech") else ""
    return Message(message.text, [*blocks, *([context(both)] if both else [])])


def role_lost_dm(scene: Scene) -> Message:
    """Tell whoever held a role that somebody else holds it now; the duties are not theirs any more."""
    incident = scene.incident
    text = f"{say(scene.happened.sentence(scene.event.actor))} ({incident.key}, {clip(incident.title, 300)})"
    where = f"\nRoom: {channel(incident.room_channel)}" if incident.room_channel else ""
    return Message(text, [section(f":bust_in_silhouette: {text}{where}")])


def automated(scene: Scene, target: str) -> Message:
    """What a rule has to say in another channel. People's words in it are escaped like everybody's."""
    fired = scene.happened
    assert isinstance(fired, Automated)
    texts = [post.text for post in fired.posts if f"#{post.channel}" == target]
    said = "\n".join(clip(text, 2800 // max(1, len(texts))) for text in texts)
    text = f"{scene.incident.key} {escape(scene.incident.severity)}: {said}"
    return Message(text, [section(said), context(f"*{scene.incident.key}*  ·  {clip(fired.because, 100)}")])


def rules(scene: Scene) -> Message:
    """The room's rules in one line, for whoever comes in."""
    rule = (
        "Decisions are made and recorded here. Say what you know and what you do; :pushpin: puts a message on the timeline; "
        "`/incident` shows the controls."
    )
    if scene.incident.status not in OPEN:
        return Message(rule, [context(rule)])
    row = [button(checklists.label(scene), f"{RUN}checklist:now", value(scene.incident.number))]
    return Message(rule, [context(rule), buttons(*row)])


def moved(scene: Scene) -> Message:
    """Point the thread to the room."""
    opened = scene.happened
    assert isinstance(opened, RoomOpened | RoomBack)
    text = f"{scene.incident.key} goes on in {channel(opened.channel)}"
    return Message(text, [section(f":arrow_right: {text}")])


def room_shut(scene: Scene) -> Message:
    """For whoever is in a private incident whose room somebody archived."""
    sentence = f"{scene.incident.key} {clip(scene.incident.title, 300)}: {say(scene.happened.sentence(scene.event.actor))}"
    sentence = sentence.replace("`/incident room`", f"`/incident room {scene.incident.number}`")
    row = _next_steps(scene)
    return Message(sentence, [section(f":warning: {sentence}"), *([buttons(*row)] if row else [])])


_COMMAND = re.compile(r"(`/incident (?:page|postmortem|room|show|timeline))\b")  # in its room it need not be named


def alarm(scene: Scene) -> Message:
    """Something that must not go unnoticed, for the announce channel."""
    incident, number = scene.incident, value(scene.incident.number)
    sentence = _COMMAND.sub(rf"\1 {incident.number}", say(scene.happened.sentence(scene.event.actor)))
    sentence = sentence.replace("in this thread", "in its thread")
    text = f"{incident.key} {incident.severity} {clip(incident.title, 200)}: {sentence}"
    blocks = [section(f":warning: {text}")]
    if isinstance(scene.happened, NobodyToPage | PageExhausted) and incident.status in OPEN:
        page = button("Page somebody", f"{RUN}page", number, style="primary")
        blocks.append(buttons(page, button("Acknowledge", f"{RUN}ack", number)))
    return Message(text, blocks)


def leadership(scene: Scene) -> Message:
    """What leaders are told when the worst begins or ends."""
    room = scene.incident.room_channel
    text = f"{signal(scene.severity.rank, scene.incident.status)} {line(scene)}"
    return Message(line(scene), [section(text + (f"\nRoom: {channel(room)}" if room else ""))])
