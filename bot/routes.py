"""What must leave because of an event: which reactions, to whom, the most pressing first. A pure look at the event and the
incident; how each of them gets to Slack is told in `reactions`."""

from collections.abc import Callable, Iterable

from bot.acts.asked import SETTLING
from bot.reactions import Reaction
from incidents import owners
from incidents.core import Route
from incidents.events import (
    AccessEnded,
    AccessGiven,
    Acknowledged,
    AlertAgain,
    AlertFired,
    AlertResolved,
    Automated,
    AutomationFailed,
    Captured,
    ChecklistTicked,
    Declared,
    DeliveryFailed,
    DeploysListed,
    DigestDue,
    DrillEnded,
    DrillHintSpared,
    DrillInjected,
    DrillPaused,
    DrillResumed,
    EntryCurated,
    FieldsSet,
    GlassBroken,
    GlassHeld,
    HandoffDeclined,
    HandoffExpired,
    HandoffOffered,
    HandoffSuggested,
    HandoffWithdrawn,
    Happened,
    Joined,
    LevelPaged,
    LinkAdded,
    MadePrivate,
    MergedFrom,
    MergedInto,
    MessageDeleted,
    MessageEdited,
    NobodyToPage,
    OwnersTold,
    PageExhausted,
    PagesStopped,
    PageStarted,
    PostmortemDrafted,
    RoleAssigned,
    RoomArchived,
    RoomBack,
    RoomCalledBack,
    RoomFailed,
    RoomKept,
    RoomLost,
    RoomOpened,
    RoomQuiet,
    RoomShut,
    RoomStrayed,
    RoomWanted,
    RunbookBack,
    RunbookBrought,
    RunbookEnded,
    RunbookOffered,
    RunbookOpened,
    RunbookOverdue,
    RunbookStep,
    RunbookStuck,
    SeverityChanged,
    StatusChanged,
    Subscribed,
    TaskAdded,
    TriageWaits,
    Unsubscribed,
    UpdateNudged,
    UpdatePosted,
    UpdatesSilent,
    Viewed,
    WebhookAnswered,
    WebhookCalled,
)
from incidents.policy import Policy
from incidents.rooms import asleep
from incidents.rules.lifecycle import OPEN, Status
from models import Event, Incident

_UNSAID = (
    OwnersTold,
    AlertFired,
    AlertResolved,
    AccessGiven,
    AccessEnded,
    Viewed,
    GlassHeld,
    RoomStrayed,
    DigestDue,
    DrillHintSpared,
    MessageEdited,
    MessageDeleted,
    EntryCurated,
    Declared,
    RoomWanted,
    RoomOpened,
    UpdateNudged,
    UpdatesSilent,
    PostmortemDrafted,
    DeliveryFailed,
    Captured,
    Joined,
    RoomArchived,
    RoomKept,
    RoomCalledBack,
    RoomBack,
    RoomLost,
    HandoffSuggested,
    RoomQuiet,
    Subscribed,
    Unsubscribed,
    RunbookBrought,
    RunbookOffered,
    RunbookOpened,
    RunbookStep,
    RunbookBack,
)
"""Events that are not posted at the incident's home: the card shows them, or somebody is told directly."""

_UNSHOWN = (
    DeploysListed,
    AccessGiven,
    AccessEnded,
    Viewed,
    GlassHeld,
    RoomStrayed,
    DigestDue,
    DrillInjected,
    DrillHintSpared,
    MessageEdited,
    MessageDeleted,
    EntryCurated,
    HandoffSuggested,
    RoomQuiet,
    Subscribed,
    Unsubscribed,
    Captured,
    DeliveryFailed,
    UpdateNudged,
    Joined,
    RoomArchived,
    RoomKept,
    RoomCalledBack,
    RunbookOffered,
    WebhookCalled,
    WebhookAnswered,
    Automated,
    AutomationFailed,
    TriageWaits,
)
"""Events after which the card and the announcement read as before."""

_TOPICAL = (Declared, RoomOpened, SeverityChanged, StatusChanged, MergedInto, RoleAssigned, RoomBack)
"""Events after which the room's topic may read differently; `field.edited` and `role.left` too, see `_mirrors`."""


def router(table: dict[str, Reaction], policy: Callable[[], Policy]) -> Callable[[Happened, Event, Incident], Iterable[Route]]:
    """What the core asks: what must leave because of an event. Pure but for the policy in force."""

    def routes(happened: Happened, event: Event, incident: Incident) -> Iterable[Route]:
        causes = [
            *_causes(happened, event, incident),
            *_leaders(happened, incident, policy()),
            *_owners(happened, incident, policy()),
        ]
        for name, target in causes:
            reaction = table[name]
            if incident.private and reaction.private is None:
                continue
            lane = reaction.lane.format(target=target)
            yield Route(name, target, lane, reaction.priority, reaction.mirror, reaction.needed, reaction.after)

    return routes


def _causes(happened: Happened, event: Event, incident: Incident) -> Iterable[tuple[str, str]]:
    """(reaction, target) pairs, the most pressing first."""
    if isinstance(happened, LevelPaged):
        yield from _pages(happened)
        if incident.room_channel is not None:  # whoever is paged before it opens is invited when it does
            yield from (("invite", target) for target in happened.people if not target.startswith("group:"))
        if incident.private:  # its group reads of the page in the room
            yield from (("invite", target) for target in happened.people if target.startswith("group:"))
    if isinstance(happened, Acknowledged | PagesStopped) and happened.pages:
        yield "page.over", ""
    if _settles(happened):
        yield "asked.over", ""
    if isinstance(happened, RoomWanted):
        yield "room", ""
    if isinstance(happened, RoomOpened):
        yield from _room_opened(incident)
    if isinstance(happened, RoleAssigned):
        yield from _role(happened, event, incident)
    yield from _handoff(happened, incident)
    yield from _private(happened, incident)
    yield from _drill(happened, incident)
    if not isinstance(happened, _UNSAID) and not _said_already(happened) and not _told_alone(happened):
        yield "post", ""
    if isinstance(happened, RoomQuiet):
        yield "quiet", ""
    if isinstance(happened, DigestDue):
        yield "digest", ""
    yield from _followers(happened, event, incident)
    if isinstance(happened, MergedFrom) and incident.room_channel is not None:
        yield from (("invite", person) for person in happened.people)
    if isinstance(happened, UpdatePosted) and "thread" in happened.tells and _lives_in_room(incident):
        yield "update.thread", ""
    if isinstance(happened, UpdateNudged):
        yield ("nudge", happened.person) if happened.person else ("nudge.home", "")
    if isinstance(happened, UpdatesSilent) and happened.person:
        yield "silent", happened.person
    yield from _alarms(happened, incident)
    yield from _room(happened, incident)
    yield from _runbooks(happened, incident)
    if isinstance(happened, Automated):
        yield from _rules(happened, incident)
    if isinstance(happened, PostmortemDrafted):
        yield "draft", ""
    if isinstance(happened, Captured) and (not incident.private or event.channel == incident.room_channel):
        yield "tick", ""
    if isinstance(happened, Joined) and event.actor and incident.room_wanted_at is not None:
        yield "invite", event.actor
    yield from _mirrors(happened, incident)


def _alarms(happened: Happened, incident: Incident) -> Iterable[tuple[str, str]]:
    """What must not go unnoticed is also said where everybody can read it; of what is private, to whoever declared it."""
    if isinstance(happened, DeliveryFailed):
        yield from (("unannounced", person) for person in happened.tells)
    if not isinstance(happened, NobodyToPage | PageExhausted | RoomFailed | DeliveryFailed) or _told_alone(happened):
        return
    if not incident.private:
        yield "alarm", ""
    elif not isinstance(happened, NobodyToPage):  # whoever declared it reads that in the room
        yield "private.alarm", incident.declared_by or ""


def _lives_in_room(incident: Incident) -> bool:
    return incident.room_wanted_at is not None and not asleep(incident)


def _settles(happened: Happened) -> bool:
    """Something may have been asked before, and this may be the answer."""
    if isinstance(happened, RoleAssigned):
        return not happened.at_declaration  # nothing is asked before it
    return isinstance(happened, SETTLING)


def _private(happened: Happened, incident: Incident) -> Iterable[tuple[str, str]]:
    """What only private incidents have."""
    if isinstance(happened, MadePrivate):
        yield "withdraw", happened.room or ""
    if isinstance(happened, AccessGiven | AccessEnded):
        yield "homes", ""  # theirs shows it, or no longer
    if isinstance(happened, RoomStrayed):
        yield "withdraw", happened.channel
    if isinstance(happened, GlassBroken):
        yield from (("glass", target) for target in happened.tells)
        yield "invite", "everyone"
    if isinstance(happened, RoomFailed):
        yield from (("room.failed", person) for person in happened.tells)
    if isinstance(happened, RoomShut):
        yield from (("room.shut", person) for person in happened.tells)


def _told_alone(happened: Happened) -> bool:
    """There is no place where this could be said: a private incident has no room, or the announce channel is shut."""
    return isinstance(happened, RoomFailed | RoomShut | DeliveryFailed) and bool(happened.tells)


def _pages(paged: LevelPaged) -> Iterable[tuple[str, str]]:
    for target in paged.people:
        yield ("page.group" if target.startswith("group:") else "page"), target
    for channel in paged.channels:
        yield "page.channel", f"#{channel}"


def _room_opened(incident: Incident) -> Iterable[tuple[str, str]]:
    yield "card", ""
    yield "invite", "everyone"
    yield "pin", ""
    yield "rules", ""
    yield "bookmark", ""
    if incident.private:
        yield "members", ""
    if incident.room_wanted_at is not None and incident.room_wanted_at > incident.declared_at:
        yield "moved", ""


def _room(happened: Happened, incident: Incident) -> Iterable[tuple[str, str]]:
    """It is archived and brought back; its bookmarks follow."""
    if isinstance(happened, RoomArchived):
        yield "archive", ""
    if isinstance(happened, RoomCalledBack):
        yield "unarchive", ""
    if isinstance(happened, RoomBack):
        yield "invite", "everyone"
        if incident.private:
            yield "members", ""
        if happened.was_shut:
            yield "moved", ""
    if isinstance(happened, RoomLost):
        yield "alarm", ""
    is_raise = isinstance(happened, SeverityChanged) and happened.raised
    is_of_services = isinstance(happened, FieldsSet) and any(each.field == "services" for each in happened.changes)
    if (
        (isinstance(happened, LinkAdded) or is_raise or is_of_services)
        and incident.room_channel
        and incident.room_archived_at is None
    ):
        yield "bookmark", ""


_OF_A_RUN = (
    RunbookBrought,
    RunbookOffered,
    RunbookOpened,
    RunbookStep,
    RunbookBack,
    RunbookStuck,
    RunbookOverdue,
    RunbookEnded,
    WebhookCalled,
    WebhookAnswered,
)


def _rules(fired: Automated, incident: Incident) -> Iterable[tuple[str, str]]:
    """Each channel and each address once. Who is invited comes into the room now, or when it opens."""
    if incident.room_wanted_at is not None:
        yield from (("invite", target) for target in fired.invites)
    yield from (("automation.post", f"#{channel}") for channel in dict.fromkeys(post.channel for post in fired.posts) if channel)
    yield from (("automation.webhook", url) for url in dict.fromkeys(fired.webhooks))


def _runbooks(happened: Happened, incident: Incident) -> Iterable[tuple[str, str]]:
    """The message of a run follows it; all of them follow the incident into its room, and its end."""
    if isinstance(happened, _OF_A_RUN):
        yield "runbook", str(happened.run_id)
    if (
        isinstance(happened, RunbookOffered | RunbookOpened | RunbookBrought)
        and incident.room_channel
        and incident.room_archived_at is None
    ):
        yield "bookmark", ""
    if isinstance(happened, WebhookCalled):
        yield "webhook", f"{happened.run_id}:{happened.step}"
    if isinstance(happened, RoomOpened | StatusChanged | MergedInto):
        yield from (("runbook", str(run)) for run in incident.runbooks)


def _role(given: RoleAssigned, event: Event, incident: Incident) -> Iterable[tuple[str, str]]:
    """The holder and whoever was replaced are told; nobody is told what they did themselves."""
    for name, one in (("role", given.person), ("role.lost", given.previous)):
        if one and one != event.actor:
            yield name, one
    if incident.room_channel is not None:
        yield "invite", given.person


def _said_already(happened: Happened) -> bool:
    """A change that came with an update stands in it, a tick or a task that came by itself in what brought it, a page in the
    runbook's or the rule's own words, that a user group is paged in the page that it reads there, and that an ended drill is
    resolved in its score. What brings a checklist is said all the same. Of a declaration the card says who leads, and the first
    page that somebody is paged: three messages would be one fact each."""
    if isinstance(happened, RoleAssigned | PageStarted):
        return happened.at_declaration or (isinstance(happened, PageStarted) and happened.said)
    if isinstance(happened, PagesStopped):
        return not happened.was_paging
    if isinstance(happened, LevelPaged):
        only_groups = all(target.startswith("group:") for target in happened.people) and not happened.channels
        return only_groups and not happened.last_resort
    if isinstance(happened, ChecklistTicked):
        return happened.by_itself
    if isinstance(happened, TaskAdded):
        return happened.automated
    if isinstance(happened, AlertAgain):
        return not happened.after_all
    if isinstance(happened, StatusChanged):
        stands_in_it = "home" in happened.told and happened.new not in (Status.MITIGATING, Status.RESOLVED)
        return stands_in_it or happened.by_drill
    return isinstance(happened, SeverityChanged) and "home" in happened.told


def _drill(happened: Happened, incident: Incident) -> Iterable[tuple[str, str]]:
    """Its room is told what it is; whoever runs it has the buttons, which follow it."""
    if incident.drill is None:
        return
    if isinstance(happened, Declared):
        yield "drill.briefing", ""
    if isinstance(happened, _MODERATED) and incident.declared_by is not None:
        yield "drill.controls", incident.declared_by


_MODERATED = (Declared, RoomOpened, DrillInjected, DrillHintSpared, DrillPaused, DrillResumed, DrillEnded, MergedInto)
"""Events after which the buttons of whoever runs a drill look otherwise."""


def _followers(happened: Happened, event: Event, incident: Incident) -> Iterable[tuple[str, str]]:
    """Whoever follows from outside the room is told of each thing once, and not of what they did themselves."""
    others = [target for target in incident.subscribers if target != event.actor]
    if isinstance(happened, UpdatePosted):
        if "subscribers" in happened.tells:
            yield from (("follower.update", target) for target in others)
        if "leadership" in happened.tells:
            yield "leadership.update", ""
    if isinstance(happened, MergedFrom):
        yield from (("follower.change", target) for target in happened.followers if target != event.actor)
    if _concerns_followers(happened):
        yield from (("follower.change", target) for target in others)
    if isinstance(happened, Subscribed) and happened.target[:1] in "CG":
        yield "follower.welcome", happened.target
    if isinstance(happened, Unsubscribed) and happened.asked_by:
        yield "follower.lost", happened.asked_by


def _concerns_followers(happened: Happened) -> bool:
    """The end, that it came back, and how bad it is; not each step on the way, nor what an update has told them."""
    if isinstance(happened, StatusChanged):
        return "subscribers" not in happened.told and (happened.new not in OPEN or happened.old not in OPEN)
    return isinstance(happened, SeverityChanged) and "subscribers" not in happened.told


def _handoff(happened: Happened, incident: Incident) -> Iterable[tuple[str, str]]:
    """The one who has to answer, and the one who waits for it. The room reads it, too."""
    if isinstance(happened, HandoffOffered):
        yield "handoff", happened.to
        if incident.room_channel is not None:
            yield "invite", happened.to
    if isinstance(happened, HandoffDeclined | HandoffExpired):
        yield "handoff.over", happened.person
    if isinstance(happened, HandoffWithdrawn):
        yield "handoff.over", happened.to
    if isinstance(happened, HandoffSuggested):
        yield "handoff.suggest", happened.person


def _mirrors(happened: Happened, incident: Incident) -> Iterable[tuple[str, str]]:
    if isinstance(happened, _UNSHOWN):
        return
    yield "announcement", ""
    yield "homes", ""
    if incident.room_channel is not None and incident.room_archived_at is None:
        yield "card", ""
        yield "canvas", ""
        if isinstance(happened, _TOPICAL) or happened.kind in ("field.edited", "role.left"):
            yield "topic", ""


def _owners(happened: Happened, incident: Incident, policy: Policy) -> Iterable[tuple[str, str]]:
    """Told where they are; invited to a room that is open when they come into it, else when it opens."""
    if isinstance(happened, OwnersTold):
        for person in happened.people:
            yield ("owner.group" if person.startswith("group:") else "owner"), person
        yield from (("owner.channel", f"#{channel}") for channel in happened.channels)
    is_of_services = isinstance(happened, FieldsSet) and any(each.field == "services" for each in happened.changes)
    is_begun = isinstance(happened, StatusChanged) and happened.old == Status.TRIAGE
    has_room = incident.room_channel is not None and incident.room_archived_at is None and not incident.private
    comes_in = (is_of_services or is_begun) and has_room and incident.status != Status.TRIAGE
    if comes_in and owners.of(incident.services, policy):
        yield "invite", "owners"


def _leaders(happened: Happened, incident: Incident, policy: Policy) -> Iterable[tuple[str, str]]:
    """The worst level's beginning and end are told to the leadership channel, where one is configured and has not read
    of it in an update."""
    if incident.drill is not None:
        return  # nobody is to be alarmed
    if incident.status == Status.TRIAGE:
        return  # nobody has said that it is real
    begins = isinstance(happened, Declared) or (isinstance(happened, SeverityChanged) and happened.raised)
    ends = isinstance(happened, StatusChanged) and happened.new == Status.RESOLVED
    if isinstance(happened, StatusChanged) and happened.old == Status.TRIAGE:
        begins, ends = happened.new in OPEN, False
    if isinstance(happened, SeverityChanged | StatusChanged) and "leadership" in happened.told:
        return
    if policy.workspace.leaders and (begins or ends) and policy.is_worst(incident.severity):
        yield "leadership", ""
