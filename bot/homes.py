"""App Homes: a mirror for each person who has opened theirs, published again when it would look different."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, func, select
from sqlmodel.sql.sqltypes import UTCDateTime

from bot import look
from bot.slack import SlackRefused, Transport
from bot.views.home import INCIDENTS, Mine, home
from incidents import access, private
from incidents.addresses import known
from incidents.core import Core, Unit
from incidents.overrides import overrides
from incidents.policy import Target
from incidents.rules.lifecycle import ENDED
from incidents.rules.on_call import who
from incidents.standing import is_open
from models import ActionItem, AppHome, Event, Incident, RoleAssignment, Task

log = logging.getLogger("muster.homes")

_KEPT_FOR = timedelta(days=7)  # after it was last opened; opening it publishes it anyway
_FETCHED = 50


def opened(core: Core, person: str) -> None:
    """Somebody looks at their Home: from here on it is kept current."""
    with core.transaction() as session:
        session.execute(_OPENED, {"person": person, "now": core.clock.now(session)})


def note_views(core: Core, person: str) -> None:
    """Their Home shows them the private incidents that they are in: that is on record."""
    own = core.as_seen_by(person)
    rows, _ = look.incidents(own, is_open(), col(Incident.private).is_(True), limit=INCIDENTS)
    private.viewed(own, [row.number for row in rows], person, "App Home")


def stale(core: Core, event: int, limit: int = 50) -> Sequence[str]:
    """Whose Home, opened lately, does not tell of this event yet."""
    with core.view() as session:
        since = core.clock.now(session) - _KEPT_FOR
        query = select(AppHome.person).where(AppHome.shown < event, AppHome.opened_at > since)
        return session.exec(query.order_by(col(AppHome.person)).limit(limit)).all()


def any_is_kept(unit: Unit) -> bool:
    """Whether anybody's Home has to follow. Always where it is private: whoever opens theirs at this very moment must not
    be left with what they may no longer see."""
    return unit.incident.private or unit.session.execute(_KEPT, {"since": unit.now - _KEPT_FOR}).first() is not None


def kept(core: Core) -> Sequence[str]:
    """Whose Home was opened lately."""
    with core.view() as session:
        since = core.clock.now(session) - _KEPT_FOR
        return session.exec(select(AppHome.person).where(AppHome.opened_at > since).order_by(col(AppHome.person))).all()


def left_alone(core: Core) -> Sequence[str]:
    """Whose Home has not been opened lately: it shows how things stood then."""
    with core.view() as session:
        since = core.clock.now(session) - _KEPT_FOR
        return session.exec(select(AppHome.person).where(AppHome.opened_at <= since).order_by(col(AppHome.person))).all()


def show(core: Core, slack: Transport, person: str) -> None:
    """Publish to somebody who opens theirs. Once more if something has happened meanwhile: it may have come just before
    anybody knew that there is a Home to keep."""
    publish(core, slack, person, again=True)
    with core.view() as session:
        row, newest = session.get(AppHome, person), session.exec(select(func.max(Event.id))).one() or 0
    if row is not None and row.shown < newest:
        publish(core, slack, person)


def publish(core: Core, slack: Transport, person: str, *, again: bool = False) -> None:
    """Show the newest state, unless it looks the same as what is shown; with `again` also then."""
    with core.view() as session:
        row = session.get(AppHome, person)
        newest = session.exec(select(func.max(Event.id))).one() or 0
    mine = _mine(core.as_seen_by(person), person)
    if row is None:
        return
    view = home(mine, core.policy)
    digest = hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
    view_hash = row.view_hash
    if again or digest != row.digest:
        try:
            view_hash = _publish(slack, person, view, row.view_hash)
        except SlackRefused as refused:
            if refused.error == "hash_conflict":  # somebody was faster: what they show may be older or newer than this
                view_hash = _publish(slack, person, view, None)
            else:  # gone, or there is no Home tab: asked for again when it is opened
                log.warning("the Home of %s is left alone until it is opened again: %s", person, refused)
                _forget(core, person)
                return
    with core.transaction() as session:
        kept = session.get(AppHome, person)
        if kept is not None:
            kept.shown, kept.digest, kept.view_hash = max(kept.shown, newest), digest, view_hash
            session.add(kept)


def _publish(slack: Transport, person: str, view: object, view_hash: str | None) -> str | None:
    answer = slack.call("views.publish", {"user_id": person, "view": view, "hash": view_hash})
    return (answer.get("view") or {}).get("hash")


def _forget(core: Core, person: str) -> None:
    with core.transaction() as session:
        row = session.get(AppHome, person)
        if row is not None:
            session.delete(row)


def _mine(core: Core, person: str) -> Mine:
    """What this person may see of it all."""
    rows, total = look.incidents(core, is_open(), limit=INCIDENTS)
    commanders = look.commanders(core, [row.number for row in rows])
    with core.view() as session:
        return _theirs(session, person, Mine(rows, total, commanders, [], [], [], _on_call(core, session)))


def _theirs(session: Session, person: str, mine: Mine) -> Mine:
    shown = access.visible(session)
    held = session.exec(
        select(RoleAssignment.role, Incident)
        .join(Incident, col(Incident.id) == col(RoleAssignment.incident_id))
        .where(RoleAssignment.person == person, col(RoleAssignment.until).is_(None), col(Incident.status).not_in(_OVER))
        .order_by(col(Incident.id).desc())
        .limit(_FETCHED)
    ).all()
    tasks = select(Task).join(Incident).where(Task.owner == person, col(Task.done_at).is_(None), shown)
    actions = select(ActionItem).join(Incident).where(ActionItem.owner == person, col(ActionItem.done_at).is_(None), shown)
    todo = session.exec(tasks.order_by(col(Task.id).desc()).limit(_FETCHED)).all()
    after = session.exec(actions.order_by(col(ActionItem.due_on), col(ActionItem.id)).limit(_FETCHED)).all()
    numbers = {row.incident_id for row in todo} | {row.incident_id for row in after}
    of_drills = select(Incident.id).where(col(Incident.id).in_(numbers), col(Incident.drill).is_not(None))
    drills = frozenset(number for number in session.exec(of_drills) if number is not None) if numbers else frozenset()
    return replace(mine, roles=held, tasks=todo, actions=after, drills=drills)


def _on_call(core: Core, session: Session) -> list[tuple[str, str | None]]:
    policy, now = core.policy, core.clock.now()
    stand_ins = overrides(session, now)
    shifts = ((name, who(Target(kind="rotation", name=name), policy, now, stand_ins)) for name in policy.rotations)
    return [(name, known(session, people[0]) if people else None) for name, people in shifts]


_OVER = [str(status) for status in ENDED]
_OPENED = text(
    "INSERT INTO app_home (person, opened_at, shown) VALUES (:person, :now, 0) "
    "ON CONFLICT (person) DO UPDATE SET opened_at = excluded.opened_at"
).bindparams(bindparam("now", type_=UTCDateTime()))
_KEPT = text("SELECT 1 FROM app_home WHERE opened_at > :since LIMIT 1").bindparams(bindparam("since", type_=UTCDateTime()))
