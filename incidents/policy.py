"""What a team may decide: `muster.yml` as typed, checked, frozen settings. `Policy()` is PRODUCT's defaults.

Durations are timedeltas. Everything is bounded. Reading the file, and naming the line of a mistake, is `policy_file`.
"""

import re
from datetime import date, time, timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from incidents.errors import UnknownSeverity, quote
from incidents.policy_alerts import AlertsPolicy
from incidents.policy_automations import MOST_RULES, Automation
from incidents.policy_defaults import DEFAULT_ESCALATIONS, with_defaults
from incidents.policy_deploys import DeploysPolicy
from incidents.policy_fields import CAUSES, MOST_FIELDS, FieldPolicy, TypePolicy
from incidents.policy_metrics import MetricsPolicy
from incidents.policy_mistakes import mistakes as mistakes_of
from incidents.policy_values import (
    Channel,
    Duration,
    DurationOrNone,
    DurationOrZero,
    Handover,
    Line,
    Owners,
    PersonRef,
    RoomRule,
    Settings,
    Target,
    TimeZone,
    Word,
    duration_text,
    folded,
    none_word,
    parse_duration,
    shown,
    text,
    wrong,
)

__all__ = [
    "AlertsPolicy",
    "DeploysPolicy",
    "DigestPolicy",
    "DrillsPolicy",
    "EscalationLevel",
    "EscalationPolicy",
    "FieldPolicy",
    "Handover",
    "PagingPolicy",
    "PermissionsPolicy",
    "PersonPolicy",
    "Policy",
    "PostmortemPolicy",
    "PrivatePolicy",
    "RolePolicy",
    "RoomRule",
    "Rotation",
    "RunbooksPolicy",
    "ServicePolicy",
    "SeverityPolicy",
    "Target",
    "TypePolicy",
    "UpdatesPolicy",
    "WorkspacePolicy",
    "duration_text",
    "parse_duration",
]


class WorkspacePolicy(Settings):
    """Channels, names and time of the workspace (PRODUCT §5). Channels are names without `#`, or ids."""

    announce_channel: Channel = "incidents"
    leadership_channel: Annotated[Channel | None, BeforeValidator(none_word)] = None
    room_name: Annotated[str, text(80)] = "inc-{date}-{slug}-{number}"
    timezone: TimeZone = "UTC"
    pin_emoji: Annotated[str, text(100), BeforeValidator(lambda v: v.strip(": ") if isinstance(v, str) else v)] = "pushpin"
    same_title_within: DurationOrZero = timedelta(seconds=60)
    similar_within: DurationOrZero = timedelta(days=30)
    archive_room_after: DurationOrNone = timedelta(days=7)
    canvas: bool = True
    status_page: Annotated[Line | None, BeforeValidator(none_word)] = None

    @property
    def leaders(self) -> str | None:
        """Where leaders are told apart from everybody; None where they read the announcements, which say the same."""
        return self.leadership_channel if self.leadership_channel != self.announce_channel else None

    @field_validator("status_page")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s<>|{}]+", value):
            raise wrong(f"is {shown(value)}", 'write a link such as "https://status.example.com"')
        return value

    @field_validator("room_name")
    @classmethod
    def _template(cls, value: str) -> str:
        unknown = [name for name in re.findall(r"\{([^{}]*)\}", value) if name not in ("date", "slug", "number")]
        fixed = re.sub(r"\{(date|slug|number)\}", "", value)
        if unknown or "{" in fixed or "}" in fixed:
            raise wrong(f"is {shown(value)}", "it may hold {date}, {slug} and {number}, and no other braces")
        if value.count("{number}") != 1 or value.count("{slug}") > 1 or value.count("{date}") > 1:
            raise wrong(f"is {shown(value)}", "it holds {number} once, so that no two rooms have the same name")
        if len(fixed) > 30:
            raise wrong(f"is {shown(value)}", "a room name has 80 characters; leave 50 of them to date, slug and number")
        return value


class PostmortemPolicy(Settings):
    """Whether one is owed, and by when after resolving (PRODUCT §1). `when_repeated`: where none is owed, it is suggested
    if the incident is like one that was resolved not long ago."""

    required: bool = False
    when_repeated: bool = False
    draft_within: Duration = timedelta(hours=48)
    final_within: Duration = timedelta(days=7)


class SeverityPolicy(Settings):
    """What one level means and what it sets off (PRODUCT §1). `rank` 1 is the worst of the defaults; lower is worse.

    A duration of None: there is no such deadline. `nudge_before` is zero where nobody is to be nudged. `escalation` of
    a default level, and of the worst one, may name one that is not configured: it is wanted, and its absence is said aloud
    in the incident.
    `bridge` is a link in which `{key}` stands for the incident's name. `tell_owner`: the owners of its services are told in
    Slack, once.
    """

    name: Annotated[str, text(40)] = ""
    when: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""
    aliases: Annotated[list[Word], Field(max_length=20)] = []
    rank: Annotated[int, Field(ge=0, le=99)]
    room: RoomRule = RoomRule(kind="on request")
    first_response: DurationOrNone = None
    update_every: DurationOrNone = None
    nudge_before: DurationOrZero = timedelta(minutes=5)
    status_page_within: DurationOrNone = None
    escalation: Annotated[Word | None, BeforeValidator(none_word)] = None
    watch_for: DurationOrNone = None
    bridge: Annotated[Line | None, BeforeValidator(none_word)] = None
    tell_owner: bool = False
    postmortem: PostmortemPolicy = PostmortemPolicy()

    @field_validator("bridge")
    @classmethod
    def _link(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s<>|{}]+(\{key\}[^\s<>|{}]*)?", value):
            raise wrong(f"is {shown(value)}", 'write a link such as "https://meet.example.com/{key}"')
        return value


class RolePolicy(Settings):
    """A role, its duties and what it is not for, as told to whoever takes it (PRODUCT §3).

    `ask_if_empty_after`: the room is asked when nobody holds it for so long, for severities ranked
    `ask_if_empty_up_to_rank` or worse; None: never. Of communications it is asked only where updates are timed.
    Whoever has it for `suggest_handoff_after` is told to think of handing it over; a hand-off that nobody accepts within
    `handoff_expires_after` is off. Whoever is on call in its `rotation` is suggested, and not asked by themselves.
    """

    name: Word
    aliases: Annotated[list[Word], Field(max_length=20)] = []
    duties: Annotated[str, text(1000)] = "See what the team agreed on."
    not_for: Annotated[str, text(1000)] | None = None
    ask_if_empty_after: DurationOrNone = None
    ask_if_empty_up_to_rank: Annotated[int, Field(ge=0, le=99)] = 2
    suggest_handoff_after: DurationOrNone = timedelta(hours=8)
    handoff_expires_after: Duration = timedelta(minutes=30)
    rotation: Word | None = None


class PersonPolicy(Settings):
    """What is known of a person besides Slack's own record. `notify`: notification URLs of their own channels."""

    email: PersonRef | None = None
    notify: Annotated[list[Annotated[str, text(2000)]], Field(max_length=20)] = []


class Rotation(Settings):
    """People who take turns: shifts of `every`, changing at `handover` on the rotation's own clock (PRODUCT §8).

    `starts` is the day whose shift is the first person's; without it the count begins at 2024-01-01. A rotation with
    `ical` instead of people has nobody on call that is known here.
    """

    people: Annotated[list[PersonRef], Field(max_length=100)] = []
    every: Duration = timedelta(weeks=1)
    handover: Handover = Handover(weekday=0, at=time(9))
    timezone: TimeZone = "UTC"
    starts: date | None = None
    ical: Line | None = None

    @field_validator("starts")
    @classmethod
    def _sensible(cls, value: date | None) -> date | None:
        if value is not None and not 2000 <= value.year <= 2100:
            raise wrong(f"is {value}", "write a day such as 2026-01-05")
        return value

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if bool(self.people) == bool(self.ical):
            expected = "write people: [U024BE7LH, …], the first on call first"
            raise wrong("has both `people` and `ical`" if self.people else "has nobody in it", expected)
        return self


class EscalationLevel(Settings):
    """Who is paged together, and how long to wait for an acknowledgement before the next level.

    `wait` None means `paging.wait`; a policy that was loaded has it filled in.
    """

    page: Annotated[list[Target], Field(min_length=1, max_length=20)]
    wait: Duration | None = None


class EscalationPolicy(Settings):
    """Levels in order, `repeat` extra rounds of all of them, then `last_resort` (PRODUCT §7).

    An escalation stores `model_dump(mode="json")` when it begins; `model_validate` of that is equal to this.
    """

    levels: Annotated[list[EscalationLevel], Field(min_length=1, max_length=20)]
    repeat: Annotated[int, Field(ge=0, le=20)] = 0
    last_resort: Annotated[list[Target], Field(max_length=20)] = []


class ServicePolicy(Settings):
    """An entry of the service catalogue (PRODUCT §9). Owners that are targets are invited to the war room and told."""

    owner: Owners = []
    team: Line | None = None
    tier: Annotated[int, Field(ge=0, le=99)] | None = None
    depends_on: Annotated[list[Word], Field(max_length=100)] = []
    rotation: Word | None = None
    escalation: Word | None = None
    runbooks: Annotated[list[Line], Field(max_length=50)] = []
    dashboards: Annotated[list[Line], Field(max_length=50)] = []
    repositories: Annotated[list[Line], Field(max_length=50)] = []

    @property
    def owners(self) -> list[Target]:
        """Those who can be told; a plain name tells nobody anything."""
        return [each for each in self.owner if isinstance(each, Target)]


class UpdatesPolicy(Settings):
    """Timed status updates (PRODUCT §6). `nudge_before` holds for severities that do not set their own; whatever is
    set, a nudge never comes earlier than half the cadence. `silent_before_ic_told` counts timed updates in a row.
    A room in which nobody does anything for `quiet_after_cadences` is asked whether it is still going on."""

    nudge_before: DurationOrZero = timedelta(minutes=5)
    snooze: Duration = timedelta(minutes=10)
    silent_before_ic_told: Annotated[int, Field(ge=1, le=100)] = 2
    quiet_after_cadences: Annotated[int, Field(ge=1, le=100)] = 2


class DigestPolicy(Settings):
    """The open incidents, summed up every day at `at` by the workspace's clocks, in `channel`, else the leadership
    channel; not where there is neither."""

    at: Annotated[str | None, BeforeValidator(none_word)] = "09:00"
    channel: Annotated[Channel | None, BeforeValidator(none_word)] = None

    @field_validator("at")
    @classmethod
    def _time_of_day(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", value):
            raise wrong(f"is {shown(value)}", 'write a time of day in quotes, such as "09:00", or none')
        return value


def people_only(value: list[Target]) -> list[Target]:
    """Who may do something is said by people and user groups."""
    for target in value:
        if target.kind not in ("person", "group"):
            raise wrong(f"is {shown(str(target))}", "write person:<Slack user id or e-mail> or group:<S…>")
    return value


class PermissionsPolicy(Settings):
    """Who alone may do it: `person:<id or e-mail>` and `group:<Slack user group>`. Empty: everybody may."""

    lower_severity: Annotated[list[Target], Field(max_length=50)] = []
    close: Annotated[list[Target], Field(max_length=50)] = []
    edit: dict[Word, Annotated[list[Target], Field(max_length=50)]] = {}

    @field_validator("lower_severity", "close")
    @classmethod
    def _somebody(cls, value: list[Target]) -> list[Target]:
        return people_only(value)

    @field_validator("edit")
    @classmethod
    def _fields(cls, value: dict[str, list[Target]]) -> dict[str, list[Target]]:
        for targets in value.values():
            people_only(targets)
        return value


class RunbooksPolicy(Settings):
    """Where the runbooks are, beside muster.yml, and how long one may go untested (PRODUCT §10). `stuck`: whether whoever
    is to help somebody who is stuck is asked in the room, or paged at once."""

    folder: Line = "runbooks"
    stale_after: DurationOrNone = timedelta(days=90)
    stuck: Literal["ask", "page"] = "ask"

    @field_validator("folder")
    @classmethod
    def _beside(cls, value: str) -> str:
        if value.startswith(("/", "~")) or ".." in value.split("/"):
            raise wrong(f"is {shown(value)}", "name a folder beside muster.yml, such as runbooks")
        return value


class PrivatePolicy(Settings):
    """Private and security incidents (PRODUCT §15). `declare`: who alone may, else everybody. `break_glass`: who may let
    themselves in, else nobody. `escalation`: who is paged, in place of the severity's and the services'; else nobody is.

    `containment` and `regulator` count from the declaration, None where there is no such deadline; the room is reminded
    `remind_before` and when it has passed.

    Slack's word that somebody left its room may be lost, so Slack is asked who is in it: `members_every` while it is open,
    `members_every_after` once it is resolved.
    """

    declare: Annotated[list[Target], Field(max_length=50)] = []
    break_glass: Annotated[list[Target], Field(max_length=50)] = []
    escalation: Annotated[Word | None, BeforeValidator(none_word)] = None
    containment: DurationOrNone = timedelta(hours=4)
    regulator: DurationOrNone = timedelta(hours=72)
    remind_before: Duration = timedelta(hours=1)
    members_every: Duration = timedelta(minutes=5)
    members_every_after: Duration = timedelta(hours=1)

    @field_validator("declare", "break_glass")
    @classmethod
    def _somebody(cls, value: list[Target]) -> list[Target]:
        return people_only(value)

    def deadline(self, name: str) -> timedelta | None:
        """How long there is for it."""
        return {"containment": self.containment, "regulator": self.regulator}.get(name)


class PagingPolicy(Settings):
    """`wait`: for an acknowledgement, where a level sets none. `unsent_after`: a page that is not out by then counts
    as failed for the escalation, though its retry goes on (DESIGN §2)."""

    wait: Duration = timedelta(minutes=5)
    unsent_after: Duration = timedelta(seconds=30)


class DrillsPolicy(Settings):
    """`folder`: where the scenarios of drills are, counted from the file's own. `close_after`: so long after it was resolved
    a drill is closed by itself; None: by hand."""

    folder: Line = "drills"
    close_after: DurationOrNone = timedelta(days=1)


class Policy(Settings):
    """All that a team decided, its gaps filled with the defaults. `Policy()` is a workspace with no config at all.

    Guaranteed: at least one severity, no two of the same rank or sharing a name; the four roles; every reference from
    an escalation, a service or a severity of the file's own leads somewhere; every rotation has its own time zone and
    every level its own wait. Where nothing else is configured, a rotation called `primary` (and `secondary`) is paged
    for SEV1 one after the other and for SEV2 together.
    """

    workspace: WorkspacePolicy = WorkspacePolicy()
    severities: Annotated[dict[str, SeverityPolicy], Field(max_length=20)] = {}
    roles: Annotated[dict[str, RolePolicy], Field(max_length=20)] = {}
    people: Annotated[dict[PersonRef, PersonPolicy], Field(max_length=5000)] = {}
    rotations: Annotated[dict[Word, Rotation], Field(max_length=500)] = {}
    escalations: Annotated[dict[Word, EscalationPolicy], Field(max_length=500)] = {}
    services: Annotated[dict[Word, ServicePolicy], Field(max_length=2000)] = {}
    types: Annotated[dict[Word, TypePolicy], Field(max_length=50)] = {}
    fields: Annotated[dict[Word, FieldPolicy], Field(max_length=MOST_FIELDS)] = {}
    causes: Annotated[list[Word], Field(max_length=100)] = CAUSES
    updates: UpdatesPolicy = UpdatesPolicy()
    paging: PagingPolicy = PagingPolicy()
    permissions: PermissionsPolicy = PermissionsPolicy()
    digest: DigestPolicy = DigestPolicy()
    runbooks: RunbooksPolicy = RunbooksPolicy()
    private: PrivatePolicy = PrivatePolicy()
    drills: DrillsPolicy = DrillsPolicy()
    alerts: AlertsPolicy = AlertsPolicy()
    deploys: DeploysPolicy = DeploysPolicy()
    metrics: MetricsPolicy = MetricsPolicy()
    automations: Annotated[list[Automation], Field(max_length=MOST_RULES)] = []

    def severity(self, name: str) -> SeverityPolicy:
        """The rules of a level. Never fails: an open incident whose level was since taken out of the file follows the
        worst level's rules (in doubt, escalate) until somebody changes it. `check_level` refuses unknown names."""
        return self.severities.get(name) or self.severities[self.levels()[0]]

    def levels(self) -> list[str]:
        """The names of the levels, the worst first."""
        return sorted(self.severities, key=lambda name: self.severities[name].rank)

    def is_worst(self, name: str) -> bool:
        """The level that leaders hear of, whatever it is called; any that is as bad as SEV1 by its rank is, too."""
        return self.severity(name).rank <= max(1, self.severities[self.levels()[0]].rank)

    def check_level(self, name: str) -> str:
        """`name` itself if it is exactly a level of this policy, otherwise raises UnknownSeverity naming them."""
        if name not in self.severities:
            raise UnknownSeverity(
                f"“{quote(name)}” is not a severity. The levels are {', '.join(self.levels())}.", field="severity"
            )
        return name

    def role_name(self, role: str) -> str:
        """What a role is called; its key where it was taken out of the file while somebody held it."""
        return self.roles[role].name if role in self.roles else role

    def role_called(self, text: str) -> str | None:
        """The key of the role with this key, alias or name, in any case; None if there is none."""
        said = folded(text)
        for key, role in self.roles.items():
            if said and said in (folded(key), folded(role.name), *map(folded, role.aliases)):
                return key
        return None

    @property
    def default_type(self) -> str | None:
        """The type of an incident of which nobody has said it."""
        return next((key for key, type in self.types.items() if type.default), None)

    def type_name(self, type: str) -> str:
        """What a type is called; its key where it was taken out of the file."""
        return self.types[type].name if type in self.types else type

    def fields_of(self, type: str | None) -> dict[str, FieldPolicy]:
        """The team's own fields that an incident of this type has, in the order of the file."""
        return {key: field for key, field in self.fields.items() if field.belongs_to(type)}

    def field_name(self, field: str) -> str:
        """What a field of the team's own is called; its key where it was taken out of the file."""
        return self.fields[field].name if field in self.fields else field

    def person_id(self, ref: str) -> str:
        """The Slack user id of somebody given as an e-mail address, where `people` knows it; otherwise `ref` itself."""
        if "@" in ref:
            for known, person in self.people.items():
                if person.email and person.email.casefold() == ref.casefold():
                    return known
        return ref

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, value: object) -> object:
        return with_defaults(value) if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        mistakes = list(mistakes_of(self))
        if mistakes:
            raise PydanticCustomError("muster_many", "{first}", {"first": mistakes[0][1], "mistakes": mistakes})
        for name, wanted in DEFAULT_ESCALATIONS.items():
            severity = self.severities.get(name)
            if severity is not None and "escalation" not in severity.model_fields_set:
                self.severities[name] = severity.model_copy(update={"escalation": wanted})
        worst = self.severities[self.levels()[0]]
        if "escalation" not in worst.model_fields_set:  # nobody is to find out at night that a new name pages nobody
            self.severities[self.levels()[0]] = worst.model_copy(update={"escalation": DEFAULT_ESCALATIONS["SEV1"]})
        for name, severity in self.severities.items():
            if not severity.name:
                self.severities[name] = severity.model_copy(update={"name": name})
        for key, type in self.types.items():
            self.types[key] = type if type.name else type.model_copy(update={"name": _readable(key)})
        for key, field in self.fields.items():
            self.fields[key] = field if field.name else field.model_copy(update={"name": _readable(key)})
        return self


def _readable(key: str) -> str:
    """`affected_region` as people read it."""
    return key.replace("_", " ").replace("-", " ").capitalize()
