"""Claiming deliveries: who may work on what, for how long, and what becomes of the result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import TextClause, and_, bindparam, exists, func, or_, select, text, update
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as select_rows
from sqlmodel.sql.sqltypes import UTCDateTime

from bot.acts import Act
from incidents.core import Core, Unit, as_read
from incidents.events import DeliveryFailed
from models import Brake, Delivery, Event
from models.spine import DEAD, DONE, OPEN

LEASE = timedelta(seconds=15)  # three times a call's total deadline
LOOK_AFTER = timedelta(seconds=5)  # Slack's own lag: a look sooner could miss what took effect
_LATE = timedelta(minutes=1)  # what comes after so long may be what others have waited for
CHECK_AFTER = timedelta(seconds=60)  # a late copy is looked for this long after a repost
_TABLE = SQLModel.metadata.tables["delivery"]


@dataclass(frozen=True)
class Claim:
    """A delivery that is ours until `until`. `doubt`: an earlier attempt may have taken effect."""

    delivery: Delivery
    doubt: bool
    until: datetime
    brakes: Mapping[str, datetime]


def claim(core: Core, *, up_to_priority: int = 99) -> Claim | None:
    """The most pressing delivery that is due, is nobody's, and has no older open one in its lane; None if none is.

    A lease that ran out means that its holder died or hung in the middle of a call: that is doubt. Whoever finds nothing
    has not kept others from writing.
    """
    if not _is_any(core, _DUE, up_to=up_to_priority):
        return None
    with core.transaction() as session:
        now = core.clock.now(session)
        ours = {"now": now, "up_to": up_to_priority, "until": now + LEASE}
        claimed = session.connection().execute(_CLAIM, ours).mappings().one_or_none()
        if claimed is None:
            return None
        row, any_braked = as_read(Delivery, {name: claimed[name] for name in _COLUMNS}), claimed["braked"]
        brakes = {str(name): until for name, until in session.execute(_BRAKED, {"now": now})} if any_braked else {}
    return Claim(row, row.doubt, now + LEASE, brakes)


def _claiming() -> Any:
    """One statement, built once: putting it together takes longer than running it. About the table and not its class, which
    would read the row through the session's own books: twice as long, for a row that is only looked at."""
    due, older = _TABLE.alias(), _TABLE.alias()
    now = bindparam("now", type_=UTCDateTime())
    blocked = exists().where(older.c.lane == due.c.lane, older.c.state == OPEN, older.c.id < due.c.id)
    most_pressing = (
        select(due.c.id)
        .where(
            due.c.state == OPEN,
            due.c.next_at <= now,
            due.c.priority <= bindparam("up_to"),
            or_(due.c.lease_until.is_(None), due.c.lease_until <= now),
            ~blocked,
        )
        .order_by(due.c.priority, due.c.next_at, due.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (
        update(_TABLE)
        .where(_TABLE.c.id == most_pressing.scalar_subquery())
        .values(
            attempt=_TABLE.c.attempt + 1,
            doubt=or_(_TABLE.c.doubt, _TABLE.c.lease_until.is_not(None)),
            lease_until=bindparam("until", type_=UTCDateTime()),
            first_try_at=func.coalesce(_TABLE.c.first_try_at, now),
        )
        .returning(_TABLE, exists().where(col(Brake.until) > now).label("braked"))
    )


def _is_any(core: Core, query: TextClause, **bounds: int) -> bool:
    with core.view() as session:
        return session.connection().execute(query, {"now": core.clock.now(session), **bounds}).first() is not None


_WAKE = text(
    f"UPDATE delivery SET next_at = :now WHERE incident_id = :number AND state = '{OPEN}' AND next_at > :now "
    "AND wanted IS NULL AND trouble IS NULL AND lease_until IS NULL AND NOT doubt"
).bindparams(bindparam("now", type_=UTCDateTime()))
_COLUMNS = _TABLE.c.keys()
_NOW = bindparam("now", type_=UTCDateTime())
_DUE = text(
    f"SELECT 1 FROM delivery WHERE state = '{OPEN}' AND next_at <= :now AND priority <= :up_to "
    "AND (lease_until IS NULL OR lease_until <= :now) LIMIT 1"
).bindparams(_NOW)
_TO_CHECK = text(f"SELECT 1 FROM delivery WHERE check_at <= :now AND state <> '{OPEN}' LIMIT 1").bindparams(_NOW)
_CLAIM = _claiming()
_MINE = (
    select_rows(Delivery)
    .where(Delivery.id == bindparam("id"), Delivery.attempt == bindparam("attempt"), Delivery.state == OPEN)
    .with_for_update()
)
_BRAKED = select_rows(Brake.name, Brake.until).where(Brake.until > bindparam("now"))
_BRAKE = text(
    "INSERT INTO brake (name, until) VALUES (:name, :until) ON CONFLICT (name) DO UPDATE SET until = excluded.until"
).bindparams(bindparam("until", type_=UTCDateTime()))


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the oldest delivery that nobody has claimed is due; None if none is."""
    query = select(func.min(col(Delivery.next_at))).where(
        and_(
            col(Delivery.state) == OPEN,
            col(Delivery.next_at) <= now,
            or_(col(Delivery.lease_until).is_(None), col(Delivery.lease_until) <= now),
        )
    )
    since: datetime | None = session.execute(query).scalar_one()
    return since


def put_back(core: Core, claimed: Claim, *, after: timedelta, doubt: bool, trouble: str = "", refused: bool = False) -> None:
    """Not now: it may be claimed again so much later. Keeps nothing if the lease was lost."""
    row = claimed.delivery
    with core.transaction() as session:
        at = core.clock.now(session) + after
        session.execute(
            update(Delivery)
            .where(col(Delivery.id) == row.id, col(Delivery.attempt) == row.attempt, col(Delivery.state) == OPEN)
            .values(
                next_at=at,
                lease_until=None,
                doubt=doubt,
                trouble=trouble[:300] or None,
                refusals=Delivery.refusals + (1 if refused else 0),
            )
        )


def settle(core: Core, claimed: Claim, act: Act, result: dict[str, Any], *, shown: int | None, private: bool = False) -> None:
    """Store what came of it, with what follows in the record. Whoever lost the lease asks for one more look instead.

    `private` is what the incident was when it was done: what was said in public of one that is private now is taken back.
    """
    row = claimed.delivery
    if row.incident_id is None:
        _settle_apart(core, row, DONE, result)
        return
    with core.unit(row.incident_id) as unit:
        if unit.incident.private and not private:
            _sweep_again(unit)
        mine = _still_mine(unit.session, row)
        if mine is None:
            unit.session.execute(update(Delivery).where(col(Delivery.id) == row.id).values(check_at=unit.now + CHECK_AFTER))
            return
        again = mine.wanted is not None and shown is not None and mine.wanted > shown
        mine.state, mine.doubt, mine.lease_until, mine.trouble, mine.refusals = (
            OPEN if again else DONE,
            False,
            None,
            None,
            0,
        )
        mine.settled_at, mine.next_at = unit.now, unit.now
        mine.shown = shown if mine.wanted is not None else None
        mine.result = {**mine.result, **result}
        if mine.result.pop("reposted", False):
            mine.check_at = unit.now + CHECK_AFTER
        act.settled(unit, mine, mine.result)
        if mine.first_try_at is not None and unit.now - mine.first_try_at > _LATE:
            unit.session.execute(_WAKE, {"number": row.incident_id, "now": unit.now})


def _sweep_again(unit: Unit) -> None:
    """What took back all that was said in public may have been before this."""
    of_it = (col(Delivery.incident_id) == unit.incident.number, col(Delivery.reaction) == "withdraw", col(Delivery.state) != OPEN)
    unit.session.execute(update(Delivery).where(*of_it).values(check_at=unit.now))


def _settle_apart(
    core: Core, row: Delivery, state: str, result: dict[str, Any], trouble: str | None = None, lost: Act | None = None
) -> None:
    """The same for what belongs to no incident: nothing follows from it in a record. `lost` is the act that was given up."""
    with core.transaction() as session:
        now, mine = core.clock.now(session), _still_mine(session, row)
        if mine is None:
            late = update(Delivery).where(col(Delivery.id) == row.id).values(check_at=now + CHECK_AFTER)
            session.execute(late)
            return
        mine.state, mine.doubt, mine.lease_until, mine.trouble = state, False, None, trouble
        mine.settled_at, mine.next_at = now, now
        mine.result = {**mine.result, **result}
        if mine.result.pop("reposted", False):
            mine.check_at = now + CHECK_AFTER
        session.add(mine)
        if lost is not None:
            lost.lost(session, mine, now)


def _still_mine(session: Session, row: Delivery) -> Delivery | None:
    return session.exec(_MINE, params={"id": row.id, "attempt": row.attempt}).one_or_none()


def give_up(core: Core, claimed: Claim, act: Act, trouble: str, *, decoration: bool) -> None:
    """It will never work: kept as dead, and said where everybody can read it, unless the act says it or it is only decoration.

    Once, also of a mirror, which is tried again with every change.
    """
    row = claimed.delivery
    if row.incident_id is None:
        _settle_apart(core, row, DEAD, {}, trouble[:300], act)
        return
    with core.unit(row.incident_id) as unit:
        mine = _still_mine(unit.session, row)
        if mine is None:
            return
        mine.state, mine.lease_until, mine.trouble, mine.settled_at = DEAD, None, trouble[:300], unit.now
        assert mine.id is not None
        is_said = act.failed(unit, mine, trouble[:120])
        lost = DeliveryFailed(delivery_id=mine.id, reaction=mine.reaction, target=mine.target, trouble=trouble[:200])
        if not (is_said or decoration or _is_said_already(unit, lost)):
            unit.record(lost, key=f"dead:{mine.id}:{mine.attempt}")


def _is_said_already(unit: Unit, lost: DeliveryFailed) -> bool:
    said = select_rows(Event.payload).where(Event.incident_id == unit.incident.number, Event.kind == DeliveryFailed.kind)
    same = lost.model_dump(exclude={"delivery_id", "tells"}).items()
    return any(same <= payload.items() for payload in unit.session.exec(said))


def to_check(core: Core) -> Delivery | None:
    """A delivery that may have a late copy; nobody else gets it for a while."""
    if not _is_any(core, _TO_CHECK):
        return None
    with core.transaction() as session:
        now = core.clock.now(session)
        query = (
            select_rows(Delivery)
            .where(col(Delivery.check_at) <= now, Delivery.state != OPEN)
            .order_by(col(Delivery.check_at))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = session.exec(query).first()
        if row is not None:
            row.check_at = now + LEASE
            session.add(row)
        return row


def check_later(core: Core, row: Delivery, after: timedelta) -> None:
    """It is known when to look again: then, and not when the look's own lease runs out."""
    mine = (col(Delivery.id) == row.id, col(Delivery.check_at) == row.check_at)
    with core.transaction() as session:
        session.execute(update(Delivery).where(*mine).values(check_at=core.clock.now(session) + after))


def checked(core: Core, row: Delivery, *, mirror: bool) -> None:
    """There is no copy any more. A mirror is shown once more, since a late edit may have put back what was before."""
    mine = (col(Delivery.id) == row.id, col(Delivery.check_at) == row.check_at)  # else somebody asked for another look
    with core.transaction() as session:
        now = core.clock.now(session)
        again = {"state": OPEN, "next_at": now, "refusals": 0} if mirror and row.state == DONE else {}
        session.execute(update(Delivery).where(*mine, col(Delivery.state) == row.state).values(check_at=None, **again))


def brake(core: Core, name: str, seconds: float) -> None:
    """Nobody calls `name` for so long. Several may say so at once."""
    with core.transaction() as session:
        until = core.clock.now(session) + timedelta(seconds=seconds)
        session.execute(_BRAKE, {"name": name, "until": until})
