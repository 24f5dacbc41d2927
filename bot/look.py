"""What commands look at before they answer: one incident, the open ones, what followed from an event."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass

from sqlalchemy import ColumnElement, case
from sqlmodel import col, func, or_, select

from bot.scene import Scene, picture
from incidents import access, likeness, maintenance
from incidents.addresses import known
from incidents.core import Core, find
from incidents.dossier import gather
from incidents.likeness import Alike
from incidents.merge import survivor
from incidents.overrides import overrides
from incidents.policy import Target
from incidents.rules.lifecycle import Status
from incidents.rules.likeness import about_the_same, alike, words
from incidents.rules.on_call import for_command, who
from incidents.rules.postmortem.document import Todo
from incidents.standing import is_open
from models import Event, Incident, Maintenance, RoleAssignment


def scene(core: Core, number: int) -> Scene:
    """How an incident stands at this moment; NoSuchIncident if there is none."""
    with core.view() as session:
        return picture(core, session, number)


def followed(core: Core, event: Event) -> list[Event]:
    """What the incident's timeline holds from this event on: the event and all that it led to."""
    assert event.id is not None
    with core.view() as session:
        query = select(Event).where(Event.incident_id == event.incident_id, col(Event.id) >= event.id)
        return list(session.exec(query.order_by(col(Event.id)).limit(50)))


def incidents(core: Core, *where: ColumnElement[bool], limit: int, skip: int = 0) -> tuple[Sequence[Incident], int]:
    """The newest that fit, at most `limit` after the first `skip`, and how many fit in all; of those that the core's
    person may see."""
    with core.view() as session:
        where = (*where, access.visible(session))
        newest = select(Incident).where(*where).order_by(col(Incident.id).desc())
        rows = session.exec(newest.limit(limit).offset(skip)).all()
        total = session.exec(select(func.count()).select_from(Incident).where(*where)).one()
        return rows, total


def count(core: Core, *where: ColumnElement[bool]) -> int:
    """How many fit, of those that the core's person may see."""
    with core.view() as session:
        return session.exec(select(func.count()).select_from(Incident).where(*where, access.visible(session))).one()


def worst(core: Core, *where: ColumnElement[bool], limit: int) -> tuple[Sequence[Incident], int]:
    """Of the open ones that fit the worst, the oldest of these first; at most `limit`, and how many are open in all."""
    ranks = {level: rules.rank for level, rules in core.policy.severities.items()}
    rank = case(ranks, value=col(Incident.severity), else_=max(ranks.values()))
    with core.view() as session:
        fitting = (is_open(), *where, access.visible(session))
        query = select(Incident).where(*fitting).order_by(rank, col(Incident.id))
        total = session.exec(select(func.count()).select_from(Incident).where(*fitting)).one()
        return session.exec(query.limit(limit)).all(), total


def goes_on(core: Core, number: int) -> int:
    """The incident in which this one goes on: itself unless it was merged. For a button that was shown before that."""
    with core.view() as session:
        return survivor(session, find(session, number)).number


def is_real() -> ColumnElement[bool]:
    """No drill."""
    return col(Incident.drill).is_(None)


def is_of(person: str) -> ColumnElement[bool]:
    """Declared by this person, or they hold a role in it now."""
    held = select(RoleAssignment.incident_id).where(RoleAssignment.person == person, col(RoleAssignment.until).is_(None))
    return or_(col(Incident.declared_by) == person, col(Incident.id).in_(held))


def similar(core: Core, incident: Incident) -> Alike:
    """What it may be the same as, as far as the core's person may see."""
    with core.view() as session:
        return likeness.similar(session, incident, core.policy, core.clock.now(session))


def repeated(core: Core, scene: Scene) -> Incident | None:
    """The resolved incident that this one, which is resolved now, is like: where that alone is a reason for a postmortem."""
    owed = scene.severity.postmortem
    if scene.incident.status != Status.RESOLVED or owed.required or not owed.when_repeated:
        return None
    return similar(core, scene.incident).before


def under_maintenance(core: Core, incident: Incident | None = None) -> Sequence[Maintenance]:
    """What is worked on as planned at this moment, and the incident may be about; everything without one."""
    with core.view() as session:
        now = core.clock.now(session)
        return maintenance.of_incident(session, incident, now) if incident is not None else maintenance.active(session, now)


def near(core: Core, title: str = "", limit: int = 3) -> Sequence[Incident]:
    """Open incidents to look at before another one is declared: those with a title like this one, their own or an alert's,
    else about the same thing, else the newest."""
    mine = words(title)
    rows, _ = incidents(core, is_open(), is_real(), limit=likeness.LOOKED_AT if mine else limit)
    with core.view() as session:
        alerts = likeness.said_by_alerts(session, [row.number for row in rows if row.alerts] if mine else [])
    titles = {row.number: [words(row.title), *alerts.get(row.number, ([], set()))[0]] for row in rows}
    fitting = [row for row in rows if any(alike(mine, theirs) for theirs in titles[row.number])]
    fitting = fitting or [row for row in rows if about_the_same(mine, words(row.title))]
    return (fitting or rows)[:limit]


def on_call_to_command(core: Core) -> tuple[str, str] | None:
    """Who is on call for whoever may be expected to command, and in which rotation; None where there is none."""
    policy = core.policy
    rotation = for_command(policy)
    if rotation is None or rotation not in policy.rotations:
        return None
    with core.view() as session:
        now = core.clock.now(session)
        found = who(Target(kind="rotation", name=rotation), policy, now, overrides(session, now))
        return (known(session, found[0]), rotation) if found else None


def is_over() -> ColumnElement[bool]:
    """Resolved or closed: it has a cause to learn from."""
    return col(Incident.status).in_([str(Status.RESOLVED), str(Status.CLOSED)])


def commanders(core: Core, numbers: Sequence[int]) -> dict[int, str]:
    """Who is IC of which incident."""
    with core.view() as session:
        query = select(RoleAssignment.incident_id, RoleAssignment.person).where(
            RoleAssignment.role == "ic", col(RoleAssignment.until).is_(None)
        )
        return dict(session.exec(query.where(col(RoleAssignment.incident_id).in_(numbers))).all())


def questions(core: Core, number: int) -> list[str]:
    """What the postmortem draft leaves to people: each question once, after its section's title, in the draft's order."""
    document = gather(core, number).postmortem(names={}, link=lambda channel, ts, thread_ts: "")
    return list(dict.fromkeys(f"{part.title}: {todo.question}" for part in document.sections for todo in _todos(part)))


def _todos(part: object) -> Iterator[Todo]:
    if isinstance(part, Todo):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from _todos(each)
    elif is_dataclass(part):
        for each in fields(part):
            yield from _todos(getattr(part, each.name))
