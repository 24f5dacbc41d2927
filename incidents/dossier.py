"""Gathers from the database all that a postmortem is built from: the one place that reads it for that."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from incidents.core import Core, find
from incidents.entries import Entry, told
from incidents.events import Declared, DeploysListed, LinkAdded, RoomArchived, RoomBack, RoomOpened, UpdatePosted
from incidents.merge import family, on_timeline
from incidents.policy import Policy
from incidents.rules.postmortem import build
from incidents.rules.postmortem.document import Document
from incidents.rules.postmortem.record import FollowUp, Happening, Record
from models import ActionItem, Event, Incident, Person

Message = tuple[str, str, str | None]  # channel, ts, and the thread's ts
Link = Callable[[str, str, str | None], str]
"""The address of a message, from its channel, its ts and its thread's; an empty one where there is none."""

_SHOWN_ON_THE_CARD = (RoomOpened.kind, RoomArchived.kind, RoomBack.kind)


@dataclass(frozen=True)
class Dossier:
    """Everything on record about an incident, as it stood at one moment."""

    incident: Incident
    policy: Policy
    events: Sequence[Event]
    """Those of its timeline, with what was merged into it, in the order in which they were recorded."""
    family: Mapping[int, Incident]
    actions: Sequence[ActionItem]
    known: Mapping[str, str]
    """The names that are remembered, by id: people's, and the war room's."""

    def people(self) -> set[str]:
        """The ids of everybody whom the record names, so that texts outside Slack can name them."""
        incident = self.incident
        ids = {incident.declared_by or "", *(event.actor or "" for event in self.events)}
        texts = [incident.title, incident.summary, incident.impact, incident.theory]
        texts += (json.dumps(event.payload) for event in self.events)
        for tokens in _ID.findall(" ".join(texts)):
            ids |= set(tokens)
        return ids - {""}

    def links(self) -> list[LinkAdded]:
        """Those that were added to this incident itself, the oldest first."""
        own = [event for event in self.events if event.incident_id == self.incident.number]
        return [LinkAdded.model_validate(event.payload) for event in own if event.kind == LinkAdded.kind]

    def postmortem(self, *, names: Mapping[str, str], link: Link) -> Document:
        """As it would be now. `names` gives people's and channels' names by id; whoever is missing there is named as Slack
        last named them, else by their id. Calls `link` for each message that is known."""
        messages = _messages(self.events, self.family)
        happenings = tuple(
            _happening(entry, self.incident, self.family[entry.event.incident_id], messages.get(entry.event.id), link)
            for entry in told(self.events)
        )
        actions = tuple(_follow_up(item) for item in self.actions)
        details = (*_details(self.incident, self.policy), *_deployed(self.incident, self.events))
        return build(_record(self.incident, self.policy, happenings, actions, details, {**self.known, **names}))


def gather(core: Core, number: int) -> Dossier:
    """Read in one transaction. Raises NoSuchIncident."""
    with core.view() as session:
        incident = find(session, number)
        events = session.exec(select(Event).where(on_timeline(session, number)).order_by(col(Event.id))).all()
        family_of = {each: session.get_one(Incident, each) for each in family(session, number)}
        items = session.exec(select(ActionItem).where(ActionItem.incident_id == number).order_by(col(ActionItem.id))).all()
        return Dossier(incident, core.policy, events, family_of, items, _known(session, incident))


_ID = re.compile(r'"([UW][A-Z0-9]{1,30})"|<@([UW][A-Z0-9]{1,30})>')


def _known(session: Session, incident: Incident) -> dict[str, str]:
    known = {person.id: person.name for person in session.exec(select(Person)) if person.name}
    if incident.room_channel and incident.room_name:
        known[incident.room_channel] = incident.room_name
    return known


def _messages(events: Sequence[Event], family_of: Mapping[int, Incident]) -> dict[int | None, Message]:
    """Where each event is said. What has no message of its own stands in that of what happened with it, such as a change
    that came with an update; and a timed update that was overtaken before Slack took it, in the update after it."""
    said = {event.id: own for event in events if (own := _own(event, family_of[event.incident_id]))}
    together: dict[tuple[int, datetime], list[Event]] = {}
    for event in events:
        if event.id in said:
            together.setdefault((event.incident_id, event.recorded_at), []).append(event)
    update: dict[int, Message] = {}  # of each incident, going back from its newest
    for event in sorted(events, key=lambda event: event.id or 0, reverse=True):
        if event.kind == UpdatePosted.kind and event.id in said:
            update[event.incident_id] = said[event.id]
        elif event.kind == UpdatePosted.kind and event.payload.get("timed") and event.incident_id in update:
            said[event.id] = update[event.incident_id]
    for event in events:
        others = together.get((event.incident_id, event.recorded_at))
        if event.id not in said and others:
            said[event.id] = said[min(others, key=lambda other: _nearness(event, other)).id]
    return said


def _nearness(event: Event, other: Event) -> tuple[bool, int]:
    return other.kind != UpdatePosted.kind, abs((other.id or 0) - (event.id or 0))


def _own(event: Event, incident: Incident) -> Message | None:
    """Its own message; of the declaration the announcement, of what became of the room the card."""
    channel, ts, thread_ts = event.channel, event.ts, event.thread_ts
    if ts is None and event.kind == Declared.kind:
        channel, ts, thread_ts = incident.announce_channel, incident.announce_ts, None
    if ts is None and event.kind in _SHOWN_ON_THE_CARD:
        channel, ts, thread_ts = incident.room_channel, incident.card_ts, None
    return (channel, ts, thread_ts) if channel and ts else None


def _happening(entry: Entry, incident: Incident, of: Incident, message: Message | None, link: Link) -> Happening:
    event = entry.event
    address = link(*message) if message else ""
    return Happening(
        at=entry.at,
        recorded_at=event.recorded_at,
        by=event.actor,
        what=entry.what,
        link=address or None,
        merged_from=None if of.number == incident.number else of.key,
        hidden=entry.hidden,
        starred=entry.starred,
    )


def _follow_up(item: ActionItem) -> FollowUp:
    assert item.id is not None, "an action item that was read has been stored"
    return FollowUp(id=item.id, text=item.text, owner=item.owner, due_on=item.due_on, done_at=item.done_at, done_by=item.done_by)


def _details(incident: Incident, policy: Policy) -> tuple[tuple[str, str], ...]:
    """The type and the team's own fields; what was filled in stays, whatever has become of the config."""
    known = [key for key in (*policy.fields, *incident.fields) if incident.fields.get(key)]
    told = [(policy.field_name(key), incident.fields[key]) for key in dict.fromkeys(known)]
    return ((("Type", policy.type_name(incident.type)),) if incident.type else ()) + tuple(told)


def _deployed(incident: Incident, events: Sequence[Event]) -> tuple[tuple[str, str], ...]:
    """The last deploy before the impact began, of those that were told."""
    began = incident.impact_started_at or incident.declared_at
    listed = [DeploysListed.model_validate(event.payload) for event in events if event.kind == DeploysListed.kind]
    before = [each for one in listed for each in one.deploys if each.at <= began]
    if not before:
        return ()
    last = max(before, key=lambda each: each.at)
    who = f" by {last.by}" if last.by else ""
    where = f" ({last.environment})" if last.environment else ""
    return (("Last deploy before", f"{last.service} {last.version}{where}, {last.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC{who}"),)


def _record(
    incident: Incident,
    policy: Policy,
    happenings: tuple[Happening, ...],
    actions: tuple[FollowUp, ...],
    details: tuple[tuple[str, str], ...],
    names: Mapping[str, str],
) -> Record:
    level = policy.severities.get(incident.severity)  # a level that left the config has no name and no target
    target = level.first_response if level else None
    return Record(
        key=incident.key,
        title=incident.title,
        severity=incident.severity,
        severity_name=level.name if level else "",
        status=incident.status,
        declared_by=incident.declared_by,
        summary=incident.summary,
        impact=incident.impact,
        theory=incident.theory,
        detected_by=incident.detected_by,
        services=tuple(incident.services),
        drill=incident.drill,
        details=details,
        causes=tuple(incident.causes),
        impact_started_at=incident.impact_started_at,
        detected_at=incident.detected_at,
        declared_at=incident.declared_at,
        acknowledged_at=incident.acknowledged_at,
        mitigated_at=incident.mitigated_at,
        resolved_at=incident.resolved_at,
        closed_at=incident.closed_at,
        happenings=happenings,
        actions=actions,
        targets={"acknowledge": target} if target else {},
        names=names,
    )
