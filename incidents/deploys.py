"""What was deployed: kept for a while, and told to the incidents that it may be the cause of."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, delete, text, update
from sqlmodel import Session, col, select
from sqlmodel.sql.sqltypes import UTCDateTime

from incidents.core import Core, NoSuchIncident, Unit
from incidents.events import Deployed, DeploysListed
from incidents.policy import Policy
from incidents.policy_values import folded
from incidents.rules.lifecycle import ACTIVE
from incidents.texts import foreign, foreign_link
from models import Deploy, Event, Incident, Wake

SUBJECT = "deploys"  # its wake's name
SHOWN = 5
_ID_LENGTH = 200
_MOST_SERVICES = 20
_MOST = 500  # deploys of one incident's services that are looked at, and new ones in one go
_AHEAD = timedelta(minutes=10)  # by how much the source's clock may be fast
_SAME = timedelta(minutes=10)  # without an id and a moment the same again within this is the same
_SETTLED = timedelta(seconds=3)  # by then every declaration that did not see it yet can be seen; a request has 2.5 s


@dataclass(frozen=True)
class Said:
    """One deploy as its source tells of it; what is stored is bounded and says nothing to Slack. `id` is what the source knows it
    by. Without services they are those of the `repository`. `at` is aware; None: now."""

    source: str
    version: str
    services: tuple[str, ...] = ()
    repository: str = ""
    id: str = ""
    by: str = ""
    at: datetime | None = None
    url: str = ""
    environment: str = ""


def record(core: Core, said: Said) -> int:
    """Store it, once for each of its services; how many are new. Whoever is concerned is told by the clock, which is woken by
    what is stored with it."""
    with core.transaction() as session:
        now = core.clock.now(session)
        new = 0
        for service in sorted(_services(said, core.policy)):  # in one order, so that two of the same never wait for each other
            row = _row(said, service, now)
            if _is_said_already(session, said, row, now):
                continue
            new += session.connection().execute(_INSERT, row).rowcount
        if new:
            session.connection().execute(_WAKE, {"subject": SUBJECT, "due": now + _SETTLED})
        return new


def _services(said: Said, policy: Policy) -> list[str]:
    """As the catalogue writes them; what it does not have, as it came."""
    named = [name for name in said.services if name.strip()]
    if not named and said.repository:
        whole, short = said.repository.casefold(), said.repository.rpartition("/")[2]
        of_it = [name for name, its in policy.services.items() if whole in (each.casefold() for each in its.repositories)]
        named = of_it or [short]
    known = {folded(name): name for name in policy.services}
    return list(dict.fromkeys(known.get(folded(name)) or foreign(name, 40) for name in named))[:_MOST_SERVICES]


def _row(said: Said, service: str, now: datetime) -> dict[str, object]:
    at = said.at
    is_sane = at is not None and at.tzinfo is not None and 2000 <= at.year < 9999 and at <= now + _AHEAD
    version, environment = foreign(said.version, 80), foreign(said.environment, 40)
    named = said.id or f"{version}|{environment}|{said.at.isoformat() if said.at else _turn(now)}"
    return {
        "source": said.source,
        "key": _id(named),
        "service": service,
        "version": version,
        "by": foreign(said.by, 60),
        "at": at.astimezone(UTC) if at is not None and is_sane else now,
        "url": foreign_link(said.url),
        "environment": environment,
        "received_at": now,
    }


def _turn(at: datetime) -> int:
    return int(at.timestamp() // _SAME.total_seconds())


def _is_said_already(session: Session, said: Said, row: dict[str, object], now: datetime) -> bool:
    """Without an id and a moment, also just before the present ten minutes began."""
    if said.id or said.at is not None:
        return False
    before = _id(f"{row['version']}|{row['environment']}|{_turn(now) - 1}")
    query = select(Deploy.received_at).where(Deploy.source == said.source, Deploy.key == before, Deploy.service == row["service"])
    found = session.exec(query).first()
    return found is not None and now - found < _SAME


def _id(said: str) -> str:
    is_plain = len(said) <= _ID_LENGTH and said.isprintable()
    return said if is_plain else hashlib.sha256(said.encode(errors="replace")).hexdigest()


def concerning(services: Sequence[str], policy: Policy) -> list[str]:
    """These services and all that they depend on, directly or by way of others."""
    known, newest = list(dict.fromkeys(services)), list(services)
    while newest:
        needed = [name for service in newest if service in policy.services for name in policy.services[service].depends_on]
        newest = [name for name in dict.fromkeys(needed) if name not in known]
        known += newest
    return known


def look_back(unit: Unit) -> None:
    """It is declared, or has services that it did not have: the clock tells what was deployed of them, if anything was."""
    incident, within = unit.incident, unit.policy.deploys.show_within
    if within is None or not incident.services or incident.status not in ACTIVE:
        return
    asked = {"names": concerning(incident.services, unit.policy), "since": unit.now - within}
    if unit.connection.execute(_LATELY, asked).first() is not None:
        incident.deploys_at = unit.now


def tell(unit: Unit, key: str) -> None:
    """Record what was not told here yet; nothing where there is nothing."""
    incident = unit.incident
    incident.deploys_at = None
    found = _untold(unit)
    if not found:
        return
    incident.deploys_told_at = unit.now
    listed = DeploysListed(
        deploys=[_deployed(row) for row in found[:SHOWN]],
        ids=[row.number for row in found],
        more=max(0, len(found) - SHOWN),
        since=all(row.at > incident.declared_at for row in found),
    )
    unit.record(listed, key=key)


def told(session: Session, incident: Incident) -> list[Deployed]:
    """The newest of what was told there, the newest first; asks nothing where nothing was."""
    if incident.deploys_told_at is None:
        return []
    events = select(Event.payload).where(Event.incident_id == incident.number, Event.kind == DeploysListed.kind)
    listed = [
        DeploysListed.model_validate(payload) for payload in session.exec(events.order_by(col(Event.id).desc()).limit(SHOWN))
    ]
    return sorted((each for one in listed for each in one.deploys), key=lambda each: each.at, reverse=True)[:SHOWN]


def _untold(unit: Unit) -> list[Deploy]:
    incident, rules = unit.incident, unit.policy.deploys
    if rules.show_within is None:
        return []
    events = select(Event.payload).where(Event.incident_id == incident.number, Event.kind == DeploysListed.kind)
    told = {id for payload in unit.session.exec(events) for id in payload.get("ids", [])}
    names = concerning(incident.services, unit.policy)
    query = select(Deploy).where(col(Deploy.service).in_(names), col(Deploy.at) >= incident.declared_at - rules.show_within)
    rows = unit.session.exec(query.order_by(col(Deploy.at).desc(), col(Deploy.id).desc()).limit(_MOST)).all()
    return [row for row in rows if row.id not in told and rules.concerns(row.environment)]


def _deployed(row: Deploy) -> Deployed:
    return Deployed(service=row.service, version=row.version, at=row.at, by=row.by, url=row.url, environment=row.environment)


def fire(core: Core) -> int:
    """Have the incidents that are open told of what is new, and forget what is old; how many are told. Done again, or killed in
    the middle, nothing is told twice: what an incident was told is on its timeline."""
    with core.view() as session:
        now = core.clock.now(session)
        fresh = col(Deploy.looked_at).is_(None), col(Deploy.received_at) <= now - _SETTLED
        new = session.exec(select(Deploy).where(*fresh).order_by(col(Deploy.id)).limit(_MOST)).all()
        concerned = _concerned(
            session, core.policy, {row.service for row in new if core.policy.deploys.concerns(row.environment)}
        )
    told = sum(_look_again(core, number) for number in concerned)
    with core.transaction() as session:
        wake = session.exec(select(Wake).where(Wake.subject == SUBJECT).with_for_update()).first()
        now = core.clock.now(session)
        looked = col(Deploy.id).in_([row.number for row in new])
        session.connection().execute(update(Deploy).where(looked).values(looked_at=now))
        session.connection().execute(delete(Deploy).where(col(Deploy.received_at) < now - core.policy.deploys.keep))
        left = session.exec(
            select(Deploy.received_at).where(col(Deploy.looked_at).is_(None)).order_by(col(Deploy.id)).limit(1)
        ).first()
        if wake is not None and left is None:
            session.delete(wake)
        elif wake is not None and left is not None:
            wake.due_at, wake.failures, wake.trouble = max(now, left + _SETTLED), 0, None
    return told


def _concerned(session: Session, policy: Policy, deployed: set[str]) -> list[int]:
    """The open incidents of which a service, or what it depends on, was deployed."""
    if not deployed or policy.deploys.show_within is None:
        return []
    query = select(Incident.id, Incident.services).where(col(Incident.status).in_([str(state) for state in ACTIVE]))
    found = session.exec(query.order_by(col(Incident.id).desc())).all()
    return [number for number, services in found if number and deployed.intersection(concerning(services, policy))]


def _look_again(core: Core, number: int) -> bool:
    """At once, or when `together` has passed since it was told last."""
    try:
        with core.unit(number) as unit:
            incident = unit.incident
            if incident.status not in ACTIVE or incident.deploys_at is not None:
                return False
            last = incident.deploys_told_at
            incident.deploys_at = max(unit.now, last + unit.policy.deploys.together) if last is not None else unit.now
            return True
    except NoSuchIncident:
        return False


_LATELY = (  # built once: putting it together took longer than asking it
    select(Deploy.id)
    .where(col(Deploy.service).in_(bindparam("names", expanding=True)), col(Deploy.at) >= bindparam("since"))
    .limit(1)
)
_INSERT = text(
    'INSERT INTO deploy (source, key, service, version, "by", at, url, environment, received_at) '
    "VALUES (:source, :key, :service, :version, :by, :at, :url, :environment, :received_at) "
    "ON CONFLICT (source, key, service) DO NOTHING"
).bindparams(bindparam("at", type_=UTCDateTime()), bindparam("received_at", type_=UTCDateTime()))
_WAKE = text(  # never put off by what comes after: where somebody deploys every second it would not come at all
    "INSERT INTO wake (subject, due_at, failures) VALUES (:subject, :due, 0) ON CONFLICT (subject) DO UPDATE SET "
    "due_at = CASE WHEN wake.due_at < excluded.due_at THEN wake.due_at ELSE excluded.due_at END, failures = 0, trouble = NULL"
).bindparams(bindparam("due", type_=UTCDateTime()))
