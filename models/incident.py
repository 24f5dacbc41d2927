"""The incident: what is wrong, how bad, where it lives, and the watermarks its timers run from."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel


class Incident(SQLModel, table=True):
    """One incident. Every column but the watermarks is the fold of its events.

    All moments are aware and in UTC. `*_event` columns hold the id of the event that a timer runs from: they name
    the timer, so that a deadline that moves cannot fire twice.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index("incident_status", "status", "id"),
        Index(
            "incident_resolved",
            "status",
            "resolved_at",
            sqlite_where=text("resolved_at IS NOT NULL"),
            postgresql_where=text("resolved_at IS NOT NULL"),
        ),
        Index("incident_room", "room_channel"),
        Index("incident_announce", "announce_channel", "announce_ts"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    title: str
    severity: str
    status: str
    declared_by: str | None = None
    summary: str = ""
    impact: str = ""
    theory: str = ""
    detected_by: str | None = None
    several_teams: bool = False
    cause_unclear: bool = False
    services: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))

    # Who was told as an owner of its services: ids, addresses, `group:S…`, `#channel`.
    owners: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))

    # None: it is real. A drill has its scenario's name, or nothing ("") where it follows no script.
    drill: str | None = None
    # What the team asks besides (policy: types, fields, causes): {field: value as text}; people as `<@U…>`, days as ISO.
    type: str | None = None
    fields: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    causes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    # Seen by nobody but whoever is in it (incidents/access.py). `deadlines` says how far each has come.
    private: bool = False
    deadlines: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    # When Slack was last asked who is in its room, and up to when its answer holds.
    members_asked_at: datetime | None = None
    members_at: datetime | None = None

    # Who ticked what of the built-in checklists: {checklist: {item: person}}.
    ticked: dict[str, dict[str, str]] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))

    # The runbooks that were opened here, by the ids of their runs, and their deadlines: {timer: ISO moment}.
    runbooks: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    runbook_timers: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))

    # How many alerts are in it; since when none of them fires, by which event, and whether that was said.
    alerts: int = 0
    alerts_over_at: datetime | None = None
    alerts_over_event: int | None = None
    alerts_asked_event: int | None = None
    # How often an alert that nobody has said anything of was brought up again.
    triage_reminded: int = 0

    # When it is looked through what was deployed of its services, None: there is no need; and when it was told of that last.
    deploys_at: datetime | None = None
    deploys_told_at: datetime | None = None

    # The config's rules: how often each has fired, the last event that they were asked about, since when more wait.
    automations: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    automated_event: int | None = None
    automate_at: datetime | None = None

    # Kept moments (PRODUCT §2).
    impact_started_at: datetime | None = None
    detected_at: datetime | None = None
    declared_at: datetime
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    reopened_at: datetime | None = None  # the last time
    merged_into: int | None = Field(default=None, foreign_key="incident.id", index=True)

    # Where it lives. A wanted room that is not open yet has `room_wanted_at` and no `room_channel`.
    room_wanted_at: datetime | None = None
    room_name: str | None = None
    room_attempt: int = 0
    room_refused: bool = False
    room_channel: str | None = None
    room_archived_at: datetime | None = None
    room_kept: bool = False
    room_shut: bool = False  # somebody archived it while this was not over
    announce_channel: str | None = None
    announce_ts: str | None = None
    card_ts: str | None = None

    # Watermarks of the timed updates (rules/cadence.py).
    update_anchor_at: datetime
    update_anchor_event: int | None = None
    update_promised_at: datetime | None = None
    updates_paused_until: datetime | None = None
    updates_paused: bool = False
    nudged_event: int | None = None
    snoozed_event: int | None = None
    silent_updates: int = 0

    # The silence after which the room is asked, and who follows from outside it: ids of people and channels.
    heard_at: datetime | None = None
    heard_event: int | None = None
    quiet_asked: bool = False
    subscribers: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))

    # Watermarks of the other timers.
    ic_missing_at: datetime | None = None
    ic_missing_event: int | None = None
    ic_asked_event: int | None = None
    roles_asked: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # for, while empty
    roles_left: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))  # role: ISO moment
    watch_event: int | None = None
    watch_asked_event: int | None = None
    watch_checked_event: int | None = None

    # What changed last, for the card's struck-through values: {field: [old value, ISO moment]}.
    changed: dict[str, list[str]] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    last_event: int | None = None

    @property
    def number(self) -> int:
        """The number people say; exists once the row is stored."""
        assert self.id is not None, "an incident has a number once it is stored"
        return self.id

    @property
    def key(self) -> str:
        """The name people say: `INC-42`."""
        return f"INC-{self.number}"

    @property
    def called(self) -> str:
        """The name as it stands in lists, where a drill must not be taken for the real thing: `DRILL INC-42`."""
        return self.key if self.drill is None else f"DRILL {self.key}"
