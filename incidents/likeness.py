"""What an incident may be the same as: one that is open now, and one that was resolved not long ago."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from incidents import access
from incidents.core import Unit
from incidents.policy import Policy
from incidents.rules.lifecycle import Status
from incidents.rules.likeness import about_the_same, alike, words
from incidents.standing import is_open
from models import Alert, Incident, Postmortem, RunbookRun
from models.runbook import RUN_OFFERED, RUN_SOLVED

LOOKED_AT = 200  # incidents, the newest first; older ones are found by `/incident list all <word>`
_SIGNALS = 500  # alerts of open incidents, the newest first


@dataclass(frozen=True)
class Alike:
    """The newest of each kind; of the one `before` the runbook that solved it, else one that was followed, and the address
    of its postmortem's draft."""

    now: Incident | None = None
    before: Incident | None = None
    runbook: RunbookRun | None = None
    draft: str | None = None


@dataclass(frozen=True)
class _Said:
    """What is known of an incident: its title and those of its alerts, and the services that either names."""

    titles: tuple[frozenset[str], ...]
    services: frozenset[str]

    def titled_like(self, other: "_Said") -> bool:
        """Do any two titles say the same?"""
        return any(alike(one, another) for one in self.titles for another in other.titles)

    def about_what(self, other: "_Said") -> bool:
        """Are their own titles about the same thing?"""
        return about_the_same(self.titles[0], other.titles[0])


_Ringing = Mapping[int, tuple[list[frozenset[str]], set[str]]]


def _said(ringing: _Ringing, number: int | None, title: str, services: Iterable[str]) -> _Said:
    titles, serving = ringing.get(number or 0, ([], set()))
    return _Said((words(title), *titles), frozenset(name.casefold() for name in services) | serving)


def show_in_triage(unit: Unit) -> None:
    """Have the cards of alerts drawn anew that are like the unit's incident: it is declared by now, and they may belong to it.

    Asks one thing where nothing waits in triage. Of what is private no card shows it.
    """
    incident = unit.incident
    if incident.private or incident.drill is not None:
        return
    query = select(Incident.id, Incident.title, Incident.services, Incident.alerts)
    query = query.where(Incident.status == Status.TRIAGE, col(Incident.drill).is_(None), col(Incident.private).is_(False))
    query = query.where(col(Incident.id) != incident.number)
    waiting = unit.session.exec(query.order_by(col(Incident.id).desc()).limit(LOOKED_AT)).all()
    if not waiting:
        return
    alerted = [number for number, _, _, alerts in waiting if alerts] + [incident.number] * bool(incident.alerts)
    ringing = said_by_alerts(unit.session, alerted)
    mine = _said(ringing, incident.number, incident.title, incident.services)
    for number, title, services, _ in waiting:
        theirs = _said(ringing, number, title, services)
        is_like = mine.titled_like(theirs) or mine.about_what(theirs) or mine.services & theirs.services
        if number is not None and is_like:
            unit.redo("announcement", of=number)


def similar(session: Session, incident: Incident, policy: Policy, now: datetime) -> Alike:
    """Open: a title, its own or an alert's, that shares most of its words, else its own about the same thing, else a service
    in common. Resolved within `similar_within`: the title, or a service in common and a word of the title. A drill is like
    nothing, and nothing like a drill. What is in triage is like what is declared, or like what came to triage before it."""
    if incident.drill is not None:
        return Alike()
    query = select(Incident.id, Incident.title, Incident.services, Incident.alerts)
    query = query.where(col(Incident.id) != incident.number, col(Incident.drill).is_(None), access.visible(session))
    query = query.where(col(Incident.private).is_(incident.private))  # the others are not merged with it
    newest = query.order_by(col(Incident.id).desc()).limit(LOOKED_AT)
    still_open = newest.where(is_open())
    if incident.status == Status.TRIAGE:
        still_open = still_open.where((col(Incident.status) != Status.TRIAGE) | (col(Incident.id) < incident.number))
    opened = session.exec(still_open).all()
    ended = col(Incident.status).in_([str(Status.RESOLVED), str(Status.CLOSED)])
    over = session.exec(newest.where(ended, col(Incident.resolved_at) >= now - policy.workspace.similar_within)).all()
    alerted = [number for number, _, _, alerts in opened if alerts] + [incident.number] * bool(incident.alerts)
    ringing = said_by_alerts(session, alerted)

    mine = _said(ringing, incident.number, incident.title, incident.services)
    titled, about, serving, before = [], [], [], []
    for number, title, services, _ in opened:
        theirs = _said(ringing, number, title, services)
        if mine.titled_like(theirs):
            titled.append(number)
        elif mine.about_what(theirs):
            about.append(number)
        elif mine.services & theirs.services:
            serving.append(number)
    for number, title, services, _ in over:
        theirs, own = _said(ringing, number, title, services), words(incident.title)
        if alike(own, words(title)) or (mine.services & theirs.services and own & words(title)):
            before.append(number)
    found = next(iter([*titled, *about, *serving]), None), next(iter(before), None)
    like, past = (session.get(Incident, number) if number is not None else None for number in found)
    if past is None:
        return Alike(like)
    draft = session.exec(select(Postmortem.link).where(Postmortem.incident_id == past.number)).first()
    return Alike(like, past, _followed(session, past) if past.runbooks else None, draft)


def _followed(session: Session, past: Incident) -> RunbookRun | None:
    begun = col(RunbookRun.state) != RUN_OFFERED
    query = select(RunbookRun).where(RunbookRun.incident_id == past.number, begun).order_by(col(RunbookRun.id))
    return min(session.exec(query), key=lambda run: run.state != RUN_SOLVED, default=None)


def said_by_alerts(session: Session, numbers: Sequence[int | None]) -> dict[int, tuple[list[frozenset[str]], set[str]]]:
    """The words of the alerts of these incidents, title by title, and the services that they name; asks nothing of none."""
    found: dict[int, tuple[list[frozenset[str]], set[str]]] = {}
    if numbers:
        query = select(Alert.incident_id, Alert.title, Alert.services).where(col(Alert.incident_id).in_(numbers))
        for number, title, services in session.exec(query.order_by(col(Alert.id).desc()).limit(_SIGNALS)):
            titles, serving = found.setdefault(number or 0, ([], set()))
            titles.append(words(title))
            serving.update(name.casefold() for name in services)
    return found
