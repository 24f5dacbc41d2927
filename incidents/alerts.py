"""Alerts: what monitoring says becomes an incident in triage, a declared one, one more line of an open one, or nothing."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, func, select

from incidents import edit, fields, maintenance, status
from incidents.core import Core, Unit
from incidents.declare import Declaration, open_in
from incidents.events import AlertAgain, AlertFired, AlertResolved
from incidents.policy import Policy
from incidents.policy_values import folded
from incidents.rules.lifecycle import OPEN, Status
from incidents.rules.severity import is_raise, of_alert
from incidents.standing import is_open
from incidents.texts import TITLE_LENGTH, foreign, foreign_link
from models import Alert, Incident, Maintenance
from models.alert import ALERT_FIRING, ALERT_RESOLVED

_ID_LENGTH = 300
_MOST_SERVICES = 20
_AHEAD = timedelta(minutes=10)  # by how much the source's clock may be fast
_TRIES = 5
_TOGETHER = 50  # stored in one transaction: a storm of 500 held everybody else up for more than a second (measured)
_AT_ONCE = 100  # released in one go, a quarter of a second's work
SHOWN = 5


@dataclass(frozen=True)
class Signal:
    """One alert as its source tells of it. Texts are as they came: what is stored of them is bounded and says nothing to Slack.

    `fingerprint` is what the source knows it by, `bundle` what it sends together ("": each for itself), `severity` the
    source's own word. `started_at` is aware; None where the source does not say when it began.
    """

    source: str
    fingerprint: str
    firing: bool
    title: str
    started_at: datetime | None = None
    bundle: str = ""
    severity: str = ""
    services: tuple[str, ...] = ()
    summary: str = ""
    url: str = ""


@dataclass(frozen=True)
class _News:
    """A signal that says something new, `row` being what is known of this alert. `home` is the open incident that it belongs
    to, None where it makes one. `window` is the maintenance that holds it back: then it belongs to none yet."""

    signal: Signal
    row: Alert | None
    started_at: datetime
    severity: str
    services: tuple[str, ...]
    route: str
    home: int | None
    window: int | None = None

    @property
    def key(self) -> str:
        """Unique for each beginning and each end of an alert, so that it is stored once."""
        said = ALERT_FIRING if self.signal.firing else ALERT_RESOLVED
        return f"alert:{self.signal.source}:{self.signal.fingerprint}:{self.started_at.isoformat()}:{said}"


def receive(core: Core, signals: Sequence[Signal]) -> None:
    """Store what is new of these, each part in one transaction; when this returns all of it is stored.

    The same alert again changes nothing, in whatever order it comes, unless it is worse by now. While the incident that an
    alert is in is open, it counts there; so does another one of its bundle. An incident that people have dismissed or ended
    is not opened again by what was known of it: only by what begins afterwards. What begins while all its services are
    under maintenance is held back until that is over, see `release`.
    """
    _take(core, [_bounded(signal) for signal in signals])


def release(core: Core) -> tuple[int, bool]:
    """What was held back by maintenance that is over now, and fires still, is taken as if it came now: as many as do not keep
    the clock from what else is due. How many there were, and whether these were all."""
    with core.view() as session:
        windows = maintenance.active(session, core.clock.now(session))
        held = col(Alert.incident_id).is_(None), col(Alert.maintenance_id).is_not(None), Alert.state == ALERT_FIRING
        rows = session.exec(select(Alert).where(*held).order_by(col(Alert.id))).all()
    free = [row for row in rows if maintenance.holding(windows, _serving(row.services, core.policy)) is None]
    _take(core, [_again(row) for row in free[:_AT_ONCE]])
    return len(free[:_AT_ONCE]), len(free) <= _AT_ONCE


def _again(row: Alert) -> Signal:
    """What was said of it when it was held back."""
    return Signal(
        source=row.source,
        fingerprint=row.fingerprint,
        firing=True,
        title=row.title,
        started_at=row.started_at,
        bundle=row.bundle,
        severity=row.severity,
        services=tuple(row.services),
        summary=row.summary,
        url=row.url,
    )


def _take(core: Core, signals: Sequence[Signal]) -> None:
    bundles: dict[tuple[str, str], list[Signal]] = {}
    for signal in signals:
        bundles.setdefault((signal.source, signal.bundle), []).append(signal)
    for together in bundles.values():
        for left in _parts(together):
            for _ in range(_TRIES):
                left = _store(core, left)
            if left:
                raise Unsettled


def _parts(signals: Sequence[Signal]) -> Iterator[list[Signal]]:
    """What is stored in one transaction each. None has an alert twice: what is said of it later is seen in the light of what
    was said before."""
    part: dict[str, Signal] = {}
    for signal in signals:
        if signal.fingerprint in part or len(part) == _TOGETHER:
            yield list(part.values())
            part = {}
        part[signal.fingerprint] = signal
    yield list(part.values())


class Unsettled(Exception):
    """Where it belongs was changed by others again and again. What is not stored has to be sent again."""


def _bounded(signal: Signal) -> Signal:
    fingerprint, began = _id(signal.fingerprint), signal.started_at
    is_sane = began is not None and began.tzinfo is not None and 2000 <= began.year < 9999
    return Signal(
        source=signal.source,
        fingerprint=fingerprint,
        firing=signal.firing,
        title=foreign(signal.title, TITLE_LENGTH) or "An alert without a name",
        started_at=began.astimezone(UTC) if began is not None and is_sane else None,
        bundle=_id(signal.bundle) or fingerprint,
        severity=foreign(signal.severity, 60),
        services=tuple(dict.fromkeys(foreign(name, 40) for name in signal.services[:_MOST_SERVICES] if name.strip())),
        summary=foreign(signal.summary, 1000),
        url=foreign_link(signal.url),
    )


def _id(text: str) -> str:
    return text if len(text) <= _ID_LENGTH and text.isprintable() else hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _store(core: Core, signals: Sequence[Signal]) -> list[Signal]:
    """Those of one bundle: what belongs to each open incident with it, then what makes a new one. The answer is what
    belongs elsewhere by the time that its incident is locked."""
    if not signals:
        return []
    with core.view() as session:
        windows = maintenance.active(session, core.clock.now(session))
        found = [(signal, news.home) for signal in signals if (news := _news(session, core, signal, windows)) is not None]
    left: list[Signal] = []
    for home in sorted({home for _, home in found if home is not None}):
        with core.unit(home) as unit:
            left += _add_all(unit, core, [signal for signal, its in found if its == home], home, windows)
    fresh = [signal for signal, home in found if home is None]
    if fresh:
        with core.new(f"alert:{fresh[0].source}:{fresh[0].bundle}") as unit:
            windows = maintenance.active(unit.session, unit.now, kept=True)
            said = [news for signal in fresh if (news := _news(unit.session, core, signal, windows)) is not None]
            if any(news.home is not None for news in said):
                return left + fresh
            _open(unit, said)
            left += _add_all(unit, core, fresh, None, windows)
    return left


def _add_all(unit: Unit, core: Core, signals: Sequence[Signal], home: int | None, windows: Sequence[Maintenance]) -> list[Signal]:
    """One after the other, each as things stand after the one before; the answer is what belongs elsewhere by now. With
    `home` None the incident, if there is one, was made for them."""
    left = []
    if home is not None:
        _bring_services(unit, core, signals, home, windows)
    for signal in signals:
        news = _news(unit.session, core, signal, windows)
        if news is not None and home is not None and news.home != home:
            left.append(signal)
        elif news is not None:
            _add(unit, news)
    return left


def _bring_services(unit: Unit, core: Core, signals: Sequence[Signal], home: int, windows: Sequence[Maintenance]) -> None:
    """The incident is about the services of what joins it, too: all of them in one edit, before anything is raised or paged for
    them. Only of what was not in it yet, so that a service that people took out again stays out; and whoever is on call for
    one is paged only where the alert's own route pages."""
    brought: list[str] = []
    pages = False
    for signal in signals:
        known = {*unit.incident.services, *brought}
        if not signal.firing or known.issuperset(_known(signal.services, core.policy)):
            continue
        news = _news(unit.session, core, signal, windows)
        joins = news is not None and news.home == home and (news.row is None or news.row.incident_id != home)
        if news is not None and joins and news.window is None:
            brought += [name for name in news.services if name not in known]
            pages = pages or news.route == "page"
    fields.fill(unit, fields.with_services(unit.incident, brought), by=None, pages=pages)


def _news(session: Session, core: Core, signal: Signal, windows: Sequence[Maintenance]) -> _News | None:
    """What is new about it at this moment; None where nothing is. What was held back is news once nothing holds it."""
    query = select(Alert).where(Alert.source == signal.source, Alert.fingerprint == signal.fingerprint)
    row = session.exec(query.order_by(col(Alert.id).desc()).limit(1)).first()
    now = core.clock.now(session)
    started_at = signal.started_at if signal.started_at is None or signal.started_at <= now + _AHEAD else None
    if started_at is None:
        started_at = _began(session, core.policy, signal, row, now)
    services, severity = _known(signal.services, core.policy), of_alert(signal.severity, core.policy)
    route = core.policy.alerts.route(signal.source, severity, services)
    is_held = row is not None and _is_held(row)
    window = _window(windows, signal, core.policy, None if is_held else started_at)
    is_free = is_held and window is None
    if signal.firing:
        is_new = row is None or started_at > row.started_at
        if row is not None and started_at == row.started_at:
            is_new = is_free or _is_worse(session, row, severity, core.policy)
    else:
        is_new = row is None or started_at > row.started_at or (row.state == ALERT_FIRING and started_at == row.started_at)
    home = _home(session, signal, row) if is_new else None
    is_dropped = route == "drop" and (row is None or (home is None and signal.firing))
    if not is_new or (is_dropped and not is_free):
        return None
    if window is None or (home is not None and _stays(session, home, row)):
        return _News(signal, row, started_at, severity, services, route, home)
    return _News(signal, row, started_at, severity, services, route, None, window.number)


def _is_worse(session: Session, row: Alert, severity: str, policy: Policy) -> bool:
    """Is this worse than what was ever said of it, while it fires and its incident is open?"""
    if row.state != ALERT_FIRING or not is_raise(row.severity, severity, policy):
        return False
    return row.incident_id is None or session.get_one(Incident, row.incident_id).status in OPEN


def _is_held(row: Alert) -> bool:
    return row.incident_id is None and row.maintenance_id is not None and row.state == ALERT_FIRING


def _window(windows: Sequence[Maintenance], signal: Signal, policy: Policy, started_at: datetime | None) -> Maintenance | None:
    if not windows or not signal.firing:
        return None
    return maintenance.holding(windows, _serving(signal.services, policy), started_at)


def _stays(session: Session, home: int, row: Alert | None) -> bool:
    """Maintenance changes nothing about an alert that an open incident has already, nor about what is private."""
    return (row is not None and row.incident_id == home) or session.get_one(Incident, home).private


def _began(session: Session, policy: Policy, signal: Signal, row: Alert | None, now: datetime) -> datetime:
    """Where its source does not say: an alert goes on until it is over; then it begins anew, whatever our clock says. There are
    sources that never say that anything is over: of those it goes on for as long as its incident, and a while longer."""
    if row is None:
        return now
    incident = session.get(Incident, row.incident_id) if row.incident_id is not None else None
    ended_at = (incident.resolved_at or incident.closed_at) if incident is not None and incident.status not in OPEN else None
    is_past = row.state == ALERT_RESOLVED or (ended_at is not None and now >= ended_at + policy.alerts.again_after)
    return max(now, row.started_at + timedelta(microseconds=1)) if signal.firing and is_past else row.started_at


def _home(session: Session, signal: Signal, row: Alert | None) -> int | None:
    """The open incident that the alert is in, else the one that another alert of its bundle is in."""
    query = select(Alert.incident_id).join(Incident).where(is_open())
    if row is not None:
        own = session.exec(query.where(Alert.id == row.id)).first()
        if own is not None or not signal.firing:
            return own
    elif not signal.firing:
        return None
    bundled = query.where(Alert.source == signal.source, Alert.bundle == signal.bundle)
    return session.exec(bundled.order_by(col(Alert.id).desc()).limit(1)).first()


def _known(services: Sequence[str], policy: Policy) -> tuple[str, ...]:
    """Those of the catalogue, as it writes them."""
    wanted = {folded(name) for name in services}
    return tuple(name for name in policy.services if folded(name) in wanted)


def _serving(services: Sequence[str], policy: Policy) -> tuple[str, ...]:
    """The services of an alert that can be under maintenance: those of the catalogue, all where there is none."""
    return _known(services, policy) if policy.services else tuple(services)


def _open(unit: Unit, found: Sequence[_News]) -> None:
    """The incident of what fires, if anything does that is not held back."""
    firing = [news for news in found if news.signal.firing and news.window is None and news.route != "drop"]
    if not firing:
        return
    first = min(firing, key=lambda news: (news.route != "page", unit.policy.severity(news.severity).rank))
    said = Declaration(
        title=first.signal.title,
        severity=first.severity,
        by=None,
        services=tuple(dict.fromkeys(name for news in firing for name in news.services)),
        detected_by="alert",
    )
    state = Status.INVESTIGATING if first.route == "page" else Status.TRIAGE
    open_in(unit, said, said.title, first.signal.summary, "", state)


def _add(unit: Unit, news: _News) -> None:
    """To the unit's incident. What is new and worse raises it where its route pages, and where nobody has looked at it yet;
    what pages leaves nothing in triage."""
    if not news.signal.firing:
        _end(unit, news)
        return
    if news.window is not None:
        _hold(unit, news, news.window)
        return
    if news.row is not None and news.home is None and news.route == "drop":
        news.row.maintenance_id = None  # it is held back no more, and nothing becomes of it
        unit.session.add(news.row)
        unit.session.flush()
        return
    incident, row = unit.incident, news.row
    if row is not None and row.incident_id == incident.number:
        is_worse = is_raise(row.severity, news.severity, unit.policy)
        if news.started_at > row.started_at:
            _fire_again(unit, news, row)
        if is_worse:  # kept, so that what people lowered is not raised each time that it comes back
            row.severity = news.severity
            unit.session.add(row)
            unit.session.flush()
    else:
        is_worse = True
        _fire(unit, news)
    is_worse = is_worse and is_raise(incident.severity, news.severity, unit.policy)
    if is_worse and (news.route == "page" or incident.status == Status.TRIAGE):
        edit.set_severity(unit, news.severity, by=None, why=f"alert: {news.signal.title}")
    if news.route == "page" and incident.status == Status.TRIAGE:
        status.carry_out(unit, Status.TRIAGE, Status.INVESTIGATING, by=None, why=f"alert: {news.signal.title}")


def _hold(unit: Unit, news: _News, window: int) -> None:
    """On record, and nothing else until the maintenance is over."""
    row = news.row
    if row is None or row.incident_id is not None or row.maintenance_id is None:
        row = _row(unit, news)
    else:
        row.times += news.started_at > row.started_at
        row.state, row.started_at, row.resolved_at = ALERT_FIRING, news.started_at, None
        _retell(row, news)
    row.maintenance_id, row.summary = window, news.signal.summary
    unit.session.add(row)
    unit.session.flush()


def _fire(unit: Unit, news: _News) -> None:
    signal, incident = news.signal, unit.incident
    is_held = news.row is not None and _is_held(news.row)
    row = news.row if news.row is not None and is_held else _row(unit, news)
    row.started_at, row.incident_id = news.started_at, incident.number
    _retell(row, news)
    unit.session.add(row)
    unit.session.flush()
    incident.alerts += 1
    incident.alerts_over_at, incident.alerts_over_event = None, None
    unit.record(
        AlertFired(
            alert_id=row.id or 0,
            source=signal.source,
            title=signal.title,
            severity=news.severity,
            started_at=news.started_at,
            services=list(signal.services),
            url=signal.url,
            held=is_held,
        ),
        at=min(news.started_at, unit.now),
        key=news.key,
    )


def _row(unit: Unit, news: _News) -> Alert:
    """A new one, in no incident yet."""
    signal = news.signal
    return Alert(
        source=signal.source,
        fingerprint=signal.fingerprint,
        bundle=signal.bundle,
        title=signal.title,
        severity=news.severity,
        services=list(signal.services),
        url=signal.url,
        started_at=news.started_at,
        received_at=unit.now,
    )


def _retell(row: Alert, news: _News) -> None:
    """What its source says of it now: what was held back counts by the last word."""
    signal = news.signal
    row.title, row.severity, row.services, row.url = signal.title, news.severity, list(signal.services), signal.url


def _fire_again(unit: Unit, news: _News, row: Alert) -> None:
    incident = unit.incident
    told = incident.alerts_over_event is not None and incident.alerts_asked_event == incident.alerts_over_event
    row.state, row.started_at, row.times, row.resolved_at = ALERT_FIRING, news.started_at, row.times + 1, None
    unit.session.add(row)
    unit.session.flush()
    incident.alerts_over_at, incident.alerts_over_event = None, None
    again = AlertAgain(
        alert_id=row.id or 0, source=row.source, title=row.title, started_at=row.started_at, times=row.times, after_all=told
    )
    unit.record(again, at=min(news.started_at, unit.now), key=news.key)


def _end(unit: Unit, news: _News) -> None:
    """It is over: in the record of its incident while that is open; else only the row knows."""
    row = news.row
    was_firing = row is not None and row.state == ALERT_FIRING
    if row is None:  # said before it was said that it fires, which may still come
        row = _row(unit, news)
    row.state, row.resolved_at, row.started_at = ALERT_RESOLVED, unit.now, news.started_at
    unit.session.add(row)
    unit.session.flush()
    if news.home is None or not was_firing:
        return
    rings = Alert.incident_id == unit.incident.number, Alert.state == ALERT_FIRING
    last = unit.session.exec(select(Alert.id).where(*rings).limit(1)).first() is None
    event = unit.record(AlertResolved(alert_id=row.id or 0, source=row.source, title=row.title, last=last), key=news.key)
    if last:
        unit.incident.alerts_over_at, unit.incident.alerts_over_event = unit.now, event.id


@dataclass(frozen=True)
class Ringing:
    """An incident's alerts: the first few, what fires before what is over, and how many there are."""

    first: Sequence[Alert] = ()
    firing: int = 0
    total: int = 0


def ringing(session: Session, incident: Incident) -> Ringing:
    """Those of an incident; asks nothing where it has none."""
    if not incident.alerts:
        return Ringing()
    theirs = col(Alert.incident_id) == incident.number
    first = session.exec(select(Alert).where(theirs).order_by(col(Alert.state), col(Alert.id)).limit(SHOWN)).all()
    counted = select(func.count()).select_from(Alert).where(theirs, Alert.state == ALERT_FIRING)
    return Ringing(first, session.exec(counted).one(), incident.alerts)
