"""What can happen to an incident: each event's payload and the sentence that it reads as.

Kinds are stored and never renamed. A payload holds what a reader of the timeline needs, ids and people's own words, so
that the state of an incident is the fold of its events.
"""

from typing import Any

from incidents.events.access import (
    DEADLINES,
    AccessEnded,
    AccessGiven,
    DeadlineMet,
    DeadlineNear,
    GlassBroken,
    GlassHeld,
    MadePrivate,
    Viewed,
)
from incidents.events.alerts import AlertAgain, AlertFired, AlertResolved, AlertsOver, TriageWaits
from incidents.events.automations import Automated, AutomationFailed, Told
from incidents.events.deploys import Deployed, DeploysListed
from incidents.events.drills import DrillEnded, DrillHintSpared, DrillInjected, DrillMark, DrillPaused, DrillResumed
from incidents.events.happened import Happened
from incidents.events.paging import (
    Acknowledged,
    Escalated,
    LevelPaged,
    NobodyToPage,
    OwnersTold,
    PageExhausted,
    PageFailed,
    PagesStopped,
    PageStarted,
)
from incidents.events.roles import (
    BRIEF,
    CommanderMissing,
    HandoffDeclined,
    HandoffExpired,
    HandoffOffered,
    HandoffSuggested,
    HandoffWithdrawn,
    RoleAssigned,
    RoleLeft,
    RoleMissing,
)
from incidents.events.rooms import (
    Joined,
    LinkAdded,
    RoomArchived,
    RoomBack,
    RoomCalledBack,
    RoomFailed,
    RoomKept,
    RoomLost,
    RoomOpened,
    RoomShut,
    RoomStrayed,
    RoomWanted,
)
from incidents.events.runbooks import (
    RunbookBack,
    RunbookBrought,
    RunbookEnded,
    RunbookOffered,
    RunbookOpened,
    RunbookOverdue,
    RunbookStep,
    RunbookStuck,
    WebhookAnswered,
    WebhookCalled,
)
from incidents.events.state import (
    Change,
    ChecklistTicked,
    Declared,
    Edited,
    FieldsSet,
    FlagSet,
    MergedFrom,
    MergedInto,
    MomentCorrected,
    SeverityChanged,
    StatusChanged,
    WatchAsked,
    WatchHolds,
)
from incidents.events.timeline import (
    Captured,
    Decided,
    DeliveryFailed,
    EntryCurated,
    MessageDeleted,
    MessageEdited,
    Noted,
    PostmortemDrafted,
)
from incidents.events.updates import (
    AUDIENCES,
    DigestDue,
    RoomQuiet,
    StillGoing,
    Subscribed,
    Unsubscribed,
    UpdateNudged,
    UpdatePosted,
    UpdateSnoozed,
    UpdatesPaused,
    UpdatesResumed,
    UpdatesSilent,
)
from incidents.events.work import ActionAdded, ActionDone, TaskAdded, TaskDone


def _kinds(base: type[Happened]) -> dict[str, type[Happened]]:
    found: dict[str, type[Happened]] = {}
    for event in base.__subclasses__():
        if event.kind in found:
            raise ValueError(f"two events are called {event.kind}")
        found[event.kind] = event
    return found


KINDS: dict[str, type[Happened]] = _kinds(Happened)


def read(kind: str, payload: dict[str, Any]) -> Happened:
    """The event that was stored as `payload`."""
    return KINDS[kind].model_validate(payload)
