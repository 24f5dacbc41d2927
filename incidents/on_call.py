"""Standing in for each other on call: putting somebody on call for a while, and asking the others who covers.

It changes who is on call from then on, wherever that is asked. What is told of it leaves by deliveries of no incident.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from itertools import islice
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from incidents.addresses import known
from incidents.core import Core
from incidents.errors import Refused, quote
from incidents.overrides import overrides
from incidents.policy import Policy
from incidents.policy_values import folded
from incidents.reach import refuse_unreachable
from incidents.rules.on_call import Override, Turn, turns
from models import CoverRequest, Delivery, OnCallOverride, Wake

LONGEST = timedelta(days=60)
TOLD, CHANGED = "oncall", "oncall.over"  # reactions: a direct message, and an edit of what one said before
HOMES = "oncall.homes"  # who is on call stands in everybody's Home
_WAKE = "cover:"
_UNANSWERED, _BEFORE_IT = timedelta(minutes=15), timedelta(hours=1)
_POSTS = 2  # how pressing: like what is posted
_SEVERAL = 10  # people who are told of one override

Row = TypeVar("Row", OnCallOverride, CoverRequest)


@dataclass(frozen=True)
class Rota:
    """One rotation as it stands: who is on call, who comes then, and the overrides ahead, by their rows."""

    name: str
    now: Turn
    following: Turn | None
    ahead: Sequence[OnCallOverride]


def rotas(core: Core, only: str | None = None) -> list[Rota]:
    """Each rotation, or the one that is named, at this moment; in the order of the file."""
    policy = core.policy
    with core.view() as session:
        now = core.clock.now(session)
        stand_ins, rows = overrides(session, now), _ahead(session, now)
        found = []
        for name in policy.rotations if only is None else [only]:
            first, *then = [_by_id(session, turn) for turn in islice(turns(name, policy, now, stand_ins), 2)]
            found.append(Rota(name, first, then[0] if then else None, [row for row in rows if row.rotation == name]))
        return found


def _by_id(session: Session, turn: Turn) -> Turn:
    return replace(turn, person=known(session, turn.person)) if turn.person is not None else turn


def _ahead(session: Session, now: datetime) -> Sequence[OnCallOverride]:
    query = select(OnCallOverride).where(col(OnCallOverride.undone_at).is_(None), OnCallOverride.ends_at > now)
    return session.exec(query.order_by(col(OnCallOverride.starts_at), col(OnCallOverride.id))).all()


def rotation_called(policy: Policy, text: str) -> str:
    """The rotation with this name, in any case; the only one there is where none is named. Refused otherwise."""
    if not policy.rotations:
        raise Refused("`muster.yml` names no rotation yet, so nobody is on call. Page a person: `/incident page @who`.")
    if not folded(text) and len(policy.rotations) == 1:
        return next(iter(policy.rotations))
    found = next((name for name in policy.rotations if folded(name) == folded(text)), None)
    if found is not None:
        return found
    near = get_close_matches(text.casefold()[:60], list(policy.rotations), n=1, cutoff=0.5)
    hint = f" Did you mean `{near[0]}`?" if near else ""
    there = f"There are: {', '.join(list(policy.rotations)[:20])}."
    raise Refused(f"“{quote(text)}” is no rotation.{hint} {there}" if text.strip() else f"Which rotation? {there}")


def override(
    core: Core, rotation: str, person: str, starts_at: datetime, ends_at: datetime, *, by: str, key: str | None = None
) -> OnCallOverride:
    """Put somebody on call for a while. They and whoever is replaced are told, but for who does it.

    The same request again gives what it made the first time.
    """
    refuse_unreachable(core, person, by=by)
    policy = core.policy

    def make(session: Session, now: datetime) -> OnCallOverride:
        _refuse_unfit(policy, rotation, starts_at, ends_at, now)
        stand_ins = overrides(session, now)
        replaced = _on_call_between(session, policy, rotation, starts_at, ends_at, stand_ins)
        if replaced == [person]:
            raise Refused(f"<@{person}> is on call in {rotation} then anyway; nothing was changed.")
        row = OnCallOverride(
            rotation=rotation, person=person, starts_at=starts_at, ends_at=ends_at, set_by=by, set_at=now, key=key
        )
        session.add(row)
        session.flush()
        _tell(session, now, _others([person, *replaced], by), {"kind": "set", "override": row.id})
        _tell(session, now, [""], {"kind": "changed"}, HOMES)
        return row

    return _once(core, OnCallOverride, key, make)


def _refuse_unfit(policy: Policy, rotation: str, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if rotation not in policy.rotations:
        raise Refused(f"There is no rotation {rotation} any more. `/incident oncall` shows those that there are.")
    if ends_at <= now or ends_at <= starts_at:
        raise Refused("That would be over before it begins. Say for how long: `for 4h`.")
    if ends_at - starts_at > LONGEST:
        raise Refused(f"That is longer than {LONGEST.days} days. Change the rotation itself in `muster.yml`, or say less.")


def undo(core: Core, id: int, *, by: str) -> OnCallOverride:
    """Take an override back; whoever it was about is told. Doing it again changes nothing."""
    policy = core.policy
    with _turn(core) as (session, now):
        row = session.get(OnCallOverride, id)
        if row is None:
            raise Refused("There is no such override. `/incident oncall` shows those that there are.")
        if row.undone_at is not None and row.undone_by == by:
            return row
        if row.undone_at is not None:
            raise Refused(f"<@{row.undone_by}> took that back already.")
        if row.ends_at <= now:
            raise Refused("That is over already; nothing was changed.")
        row.undone_at, row.undone_by = now, by
        session.add(row)
        session.flush()
        again: list[str] = []
        if row.rotation in policy.rotations:
            stand_ins, since = overrides(session, now), max(now, row.starts_at)
            again = _on_call_between(session, policy, row.rotation, since, row.ends_at, stand_ins)
        _tell(session, now, _others([row.person, *again], by), {"kind": "undone", "override": row.id})
        _tell(session, now, dict.fromkeys([row.person, *again, by]), {"kind": "undone", "override": row.id}, CHANGED)
        _tell(session, now, [""], {"kind": "changed"}, HOMES)
        return row


def ask(core: Core, *, by: str, starts_at: datetime | None, length: timedelta | None, key: str | None = None) -> CoverRequest:
    """Ask everybody else in the rotations in which this person is on call at that moment, else next, who covers.

    `starts_at` None is now, or when their next shift begins; without `length` it is until that shift ends. Nothing is asked
    for the time in which somebody else is on call anyway.
    """
    policy = core.policy
    if length is not None and length > LONGEST:
        raise Refused(f"That is longer than {LONGEST.days} days. Change the rotation itself in `muster.yml`, or say less.")

    def make(session: Session, now: datetime) -> CoverRequest:
        shifts = _their_shifts(session, policy, by, starts_at, length, now)
        if not shifts and starts_at is not None:
            raise Refused("You are not on call then, so there is nothing to cover: `/incident oncall` shows who is.")
        if not shifts:
            raise Refused("You are not on call, nor next, in any rotation, so there is nothing to cover: see `/incident oncall`.")
        names = list(dict.fromkeys(name for name, _, _ in shifts))
        asked = _others((known(session, policy.person_id(each)) for name in names for each in policy.rotations[name].people), by)
        if not asked:
            way = f"Put somebody on call: `/incident oncall override {names[0]} @who for 4h`"
            raise Refused(f"Nobody else is in {', '.join(names)}. {way}")
        if any(ends - begins > LONGEST for _, begins, ends in shifts):
            raise Refused("That does not end soon. Say for how long: `/incident cover me for 4h`.")
        if len(shifts) > _SEVERAL:
            raise Refused(f"That is more than {_SEVERAL} shifts. Ask for fewer of them at a time.")
        _refuse_asked_already(session, by, shifts, now)
        told = [[name, begins.isoformat(), ends.isoformat()] for name, begins, ends in shifts]
        row = CoverRequest(asked_by=by, asked_at=now, shifts=told, asked=asked, key=key)
        session.add(row)
        session.flush()
        _tell(session, now, asked, {"kind": "ask", "cover": row.id})
        session.add(Wake(subject=f"{_WAKE}{row.id}", due_at=_unanswered_at(row)))
        return row

    return _once(core, CoverRequest, key, make)


Shift = tuple[str, datetime, datetime]


def _their_shifts(
    session: Session, policy: Policy, person: str, starts_at: datetime | None, length: timedelta | None, now: datetime
) -> list[Shift]:
    at = starts_at or now
    stand_ins = overrides(session, at)
    if length is not None:
        asked = [(name, at, at + length) for name in policy.rotations]
        within = [part for shift in asked for part in _parts(session, policy, shift, person, stand_ins)]
        if within or starts_at is not None:
            return within
    on_now: list[Shift] = []
    on_next: list[Shift] = []
    for name in policy.rotations:
        its = turns(name, policy, at, stand_ins)
        first, following = next(its), next(its, None)
        for turn, found in ((first, on_now), (following, on_next)):
            if turn is None or turn.person is None or known(session, turn.person) != person:
                continue
            ends_at = turn.until or turn.since + 2 * LONGEST
            found.append((name, turn.since, ends_at if length is None else min(turn.since + length, ends_at)))
    return on_now or on_next


def _parts(session: Session, policy: Policy, shift: Shift, person: str, stand_ins: Sequence[Override]) -> list[Shift]:
    """When in that time it is this person who is on call."""
    name, begins, ends = shift
    found: list[Shift] = []
    for turn in turns(name, policy, begins, stand_ins):
        if turn.since >= ends:
            break
        if turn.person is not None and known(session, turn.person) == person:
            found.append((name, turn.since, min(turn.until or ends, ends)))
    return found


def _refuse_asked_already(session: Session, by: str, shifts: Sequence[Shift], now: datetime) -> None:
    query = select(CoverRequest).where(CoverRequest.asked_by == by, col(CoverRequest.taken_by).is_(None))
    for row in session.exec(query.order_by(col(CoverRequest.id).desc()).limit(10)):
        for name, begins, ends in shifts_of(row):
            if ends > now and any(name == its[0] and begins < its[2] and its[1] < ends for its in shifts):
                way = f"In a hurry: `/incident oncall override {name} @who for 4h`"
                raise Refused(f"Everybody in {name} was asked already; you will be told who covers. {way}")


def shifts_of(row: CoverRequest) -> list[Shift]:
    """The rotations that somebody is to cover, each with from when until when."""
    return [(name, datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for name, begins, ends in row.shifts]


def take(core: Core, id: int, *, by: str) -> list[OnCallOverride]:
    """The first one who says so covers what is left of it; whoever asked is told, and the others read who it is."""
    policy = core.policy
    with _turn(core) as (session, now):
        row = session.get(CoverRequest, id)
        if row is None or by not in {known(session, each) for each in row.asked}:
            raise Refused("You were not asked to cover that. `/incident oncall` shows who is on call.")
        taken = _taken(session, id)
        if row.taken_by is not None and row.taken_by != by and taken:
            raise Refused(f"<@{row.taken_by}> was a moment faster and covers. Thank you for being there!")
        if row.taken_by == by and not taken:
            raise Refused("That was taken back. To stand in after all: `/incident oncall override <rotation> me for 4h`.")
        if taken:
            return taken
        left, theirs = _still_theirs(session, policy, row, now)
        if not theirs:
            over = "That shift is over" if not left else "Somebody stands in already"
            raise Refused(f"{over}, so nobody needs to cover it any more. Thank you all the same!")
        made = [
            OnCallOverride(
                rotation=name,
                person=by,
                starts_at=begins,
                ends_at=ends,
                set_by=row.asked_by,
                set_at=now,
                key=f"cover:{id}:{by}:{number}",
            )
            for number, (name, begins, ends) in enumerate(theirs)
        ]
        session.add_all(made)
        row.shifts = [[name, begins.isoformat(), ends.isoformat()] for name, begins, ends in theirs]
        row.taken_by, row.taken_at = by, now
        session.add(row)
        session.flush()
        _tell(session, now, [row.asked_by], {"kind": "covered", "cover": row.id})
        _tell(session, now, row.asked, {"kind": "covered", "cover": row.id}, CHANGED)
        _tell(session, now, [""], {"kind": "changed"}, HOMES)
        return made


def _still_theirs(session: Session, policy: Policy, row: CoverRequest, now: datetime) -> tuple[list[Shift], list[Shift]]:
    """What is left of the shifts, and when in that time whoever asked is on call."""
    asked = [shift for shift in shifts_of(row) if shift[0] in policy.rotations and shift[2] > now]
    left = [(name, max(begins, now), ends) for name, begins, ends in asked]
    stand_ins = overrides(session, now)
    return left, [part for shift in left for part in _parts(session, policy, shift, row.asked_by, stand_ins)]


def is_subject(subject: str) -> bool:
    """Does this wake ask whether somebody covers?"""
    return subject.startswith(_WAKE)


def remind(core: Core, subject: str) -> int:
    """Tell whoever asked, once, that nobody has said yet that they cover; nothing where somebody has, or it is over."""
    policy = core.policy
    with _turn(core) as (session, now):
        wake, row = session.get(Wake, subject), session.get(CoverRequest, int(subject.removeprefix(_WAKE)))
        if wake is None or row is None:
            return 0
        if _unanswered_at(row) > now:  # all wakes are looked at after a start
            wake.due_at = _unanswered_at(row)
            session.add(wake)
            return 0
        session.delete(wake)
        if row.taken_by is not None or not _still_theirs(session, policy, row, now)[1]:
            return 0
        _tell(session, now, [row.asked_by], {"kind": "uncovered", "cover": row.id})
        return 1


def _unanswered_at(row: CoverRequest) -> datetime:
    """An hour before it begins, and a while after they were asked."""
    return max(row.asked_at + _UNANSWERED, min(begins for _, begins, _ in shifts_of(row)) - _BEFORE_IT)


def _taken(session: Session, id: int) -> list[OnCallOverride]:
    """What came of it, as far as it was not taken back."""
    theirs = (col(OnCallOverride.key).startswith(f"cover:{id}:"), col(OnCallOverride.undone_at).is_(None))
    return list(session.exec(select(OnCallOverride).where(*theirs).order_by(col(OnCallOverride.id))))


def _on_call_between(
    session: Session, policy: Policy, rotation: str, begins: datetime, ends: datetime, stand_ins: Sequence[Override]
) -> list[str]:
    """Everybody who has a part of that time, each once."""
    found: list[str] = []
    for turn in turns(rotation, policy, begins, stand_ins):
        if turn.since >= ends or len(found) >= _SEVERAL:
            break
        person = known(session, turn.person) if turn.person is not None else None
        if person is not None and person not in found:
            found.append(person)
    return found


def _others(people: Iterable[str], by: str) -> list[str]:
    """Each once, but for who does it: nobody is told what they did themselves."""
    return [person for person in dict.fromkeys(people) if person != by]


def _tell(session: Session, now: datetime, people: Iterable[str], said: dict[str, Any], reaction: str = TOLD) -> None:
    session.add_all(
        Delivery(reaction=reaction, target=person, lane=f"oncall:{person}", priority=_POSTS, next_at=now, result={"said": said})
        for person in people
    )


def untold(session: Session, message: Delivery, now: datetime) -> None:
    """Slack refuses to tell somebody that they were put on call: whoever did that is told, and can tell them. Whoever was asked
    to cover is not missed: the others were asked as well, and where nobody answers that is said."""
    said = message.result["said"]
    row = session.get(OnCallOverride, said["override"]) if said["kind"] == "set" else None
    if row is not None and row.undone_at is None and message.target == row.person:
        _tell(session, now, [row.set_by], {"kind": "untold", "override": row.id})


def _once(core: Core, table: type[Row], key: str | None, make: Callable[[Session, datetime], Row]) -> Row:
    """Carried out once for a key; again, and at the same moment, it gives the row that was made."""
    with _turn(core) as (session, now):
        made = session.exec(select(table).where(table.key == key)).first() if key is not None else None
        return made or make(session, now)


@contextmanager
def _turn(core: Core) -> Iterator[tuple[Session, datetime]]:
    """Of two who change the same shift, the second sees what the first did and tells them."""
    with core.turn("on call") as session:
        yield session, core.clock.now(session)
