"""Paging: escalations that go on, level by level, until somebody answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from incidents.addresses import known
from incidents.core import Core, Unit
from incidents.errors import Refused, quote
from incidents.events import (
    Acknowledged,
    Escalated,
    LevelPaged,
    NobodyToPage,
    PageExhausted,
    PageFailed,
    PagesStopped,
    PageStarted,
)
from incidents.policy import EscalationLevel, EscalationPolicy, Policy, ServicePolicy, Target
from incidents.policy_values import folded, is_address
from incidents.reach import refuse_unreachable
from incidents.rules.escalation import LastResort, Step, next_step, step_due, step_key
from incidents.rules.lifecycle import OPEN, way_on
from incidents.rules.on_call import who
from incidents.texts import prose
from models import Event, Notice, Page
from models.page import (
    NOTICE_FAILED,
    NOTICE_SENDING,
    NOTICE_SENT,
    PAGE_ACKNOWLEDGED,
    PAGE_EXHAUSTED,
    PAGE_OPEN,
    PAGE_STOPPED,
)


def page_as_severity_says(unit: Unit, *, by: str | None, raised: bool = False) -> None:
    """Start the escalation of the incident's services, else of its severity. One that was started is not repeated.

    Where the severity wants somebody paged and nothing is configured, that is said aloud.
    """
    name = _escalation_of(unit)
    if name is None:
        return
    if name in unit.policy.escalations:
        known = unit.session.exec(select(Page.name).where(Page.incident_id == unit.incident.number)).all()
        if name not in known:
            start(unit, name, unit.policy.escalations[name], by=by, why="")
    elif not (raised and _said_nobody(unit)):
        unit.record(NobodyToPage())


def page_anew(unit: Unit, *, by: str | None, why: str, resolved_at: datetime | None) -> None:
    """It is back: whoever its severity pages may have gone to bed meanwhile, and is paged as when it was declared. Not within one
    wait for an acknowledgement of its resolving, when those who were at it still are; nor for a drill that is over."""
    is_soon = resolved_at is not None and unit.now < resolved_at + unit.policy.paging.wait
    name = _escalation_of(unit)
    if name is None or is_soon or unit.incident.drill is not None:
        return
    if name in unit.policy.escalations:
        start(unit, name, unit.policy.escalations[name], by=by, why=why[:300], said=True)
    elif not _said_nobody(unit):
        unit.record(NobodyToPage())


def _said_nobody(unit: Unit) -> bool:
    """Whether it was said of this incident that nobody is set up to be paged."""
    return any(payload.get("page_id") is None for payload in _nobody(unit))


def _nobody(unit: Unit) -> Sequence[Mapping[str, Any]]:
    query = select(Event.payload).where(Event.incident_id == unit.incident.number, Event.kind == NobodyToPage.kind)
    return unit.session.exec(query).all()


def _escalation_of(unit: Unit) -> str | None:
    if unit.incident.private:  # whoever else is on call is no affair of it; its room is told where nobody is set up
        return unit.policy.private.escalation or ""
    severity = unit.policy.severity(unit.incident.severity).escalation
    if severity is None:
        return None
    for service in unit.incident.services:
        found = unit.policy.services.get(service)
        if found is not None and found.escalation:
            return found.escalation
    return severity


def start(
    unit: Unit, name: str, policy: EscalationPolicy, *, by: str | None, why: str, said: bool = False, after: Step | None = None
) -> Event:
    """Begin an escalation and tell its first level, or the one `after` a step. Its policy is frozen as it is now. `said`: what
    brought it says so."""
    page = Page(
        incident_id=unit.incident.number,
        name=name,
        policy=policy.model_dump(mode="json"),
        why=why,
        started_by=by,
        started_at=unit.now,
    )
    if after is not None:
        page.round, page.level = after.round, after.level
    unit.session.add(page)
    unit.session.flush()
    unit.pages = True
    assert page.id is not None
    event = unit.record(PageStarted(page_id=page.id, name=name, why=why, at_declaration=unit.declares, said=said), by=by)
    advance(unit, page)
    return event


def frozen(page: Page) -> EscalationPolicy:
    """The policy as it was when the page began."""
    return EscalationPolicy.model_validate(page.policy)


def step_of(page: Page) -> Step | LastResort | None:
    """The step that was told last."""
    if page.level < 0:
        return None
    return LastResort() if page.round > frozen(page).repeat else Step(page.round, page.level)


def level_due(page: Page) -> datetime | None:
    """When the next level is told, if nobody acknowledges: each wait runs from the actual firing."""
    step = step_of(page)
    if step is None or page.fired_at is None:
        return page.started_at
    return step_due(frozen(page), step, page.fired_at)


def advance(unit: Unit, page: Page) -> None:
    """Tell the next level that has anybody in it. Levels with nobody on call are said aloud, once, and passed over."""
    policy = frozen(page)
    assert page.id is not None
    empty: list[str] = []
    while True:
        step = next_step(policy, step_of(page))
        if step is None:
            break
        last = isinstance(step, LastResort)
        page.round, page.level = (policy.repeat + 1, 0) if isinstance(step, LastResort) else (step.round, step.level)
        refs = policy.last_resort if last else policy.levels[page.level].page
        told, missing = resolve(unit, refs)
        empty += [name for name in missing if name not in empty]
        if told:
            _say_empty(unit, page, empty)
            return _tell(unit, page, policy, told, last)
    if page.fired_at is None:
        return exhaust(unit, page, wanted=empty)
    _say_empty(unit, page, empty)
    exhaust(unit, page)


def _say_empty(unit: Unit, page: Page, wanted: list[str]) -> None:
    """What was said of this escalation is not said again with each of its rounds."""
    if not wanted:
        return
    said = [name for payload in _nobody(unit) if payload.get("page_id") == page.id for name in payload.get("wanted", [])]
    news = [name for name in wanted if name not in said]
    if news:
        unit.record(NobodyToPage(page_id=page.id, wanted=news))


def resolve(unit: Unit, refs: list[Target]) -> tuple[list[str], list[str]]:
    """Who is meant at this moment, each once, and which of the refs mean nobody.

    A person is an id, or an e-mail address while Slack has not told whose that is; a channel `#name`, a user group `group:S…`.
    """
    told: list[str] = []
    missing: list[str] = []
    for ref in refs:
        if ref.kind == "channel":
            found = [f"#{ref.name}"]
        elif ref.kind == "group":
            found = [f"group:{ref.name}"]
        else:
            stand_ins = unit.overrides if ref.kind == "rotation" else ()
            found = [known(unit.session, person) for person in who(ref, unit.policy, unit.now, stand_ins)]
        if not found:
            missing.append(f"{ref.kind} {ref.name}")
        told += [target for target in found if target not in told]
    return told, missing


def _tell(unit: Unit, page: Page, policy: EscalationPolicy, told: list[str], last: bool) -> None:
    assert page.id is not None
    page.fired_at = unit.now
    for target in told:
        unit.session.add(Notice(page_id=page.id, round=page.round, level=page.level, target=target, at=unit.now))
    following = None if last else next_step(policy, step_of(page))
    after: list[str] = []
    if following is not None:
        refs = policy.last_resort if isinstance(following, LastResort) else policy.levels[following.level].page
        after = resolve(unit, refs)[0]
    unit.record(
        LevelPaged(
            page_id=page.id,
            round=page.round,
            level=page.level,
            people=[target for target in told if not target.startswith("#")],
            channels=[target[1:] for target in told if target.startswith("#")],
            until=level_due(page) if following is not None else None,
            after=after,
            last_resort=last,
            why=page.why,
        ),
        key=step_key(page.id, LastResort() if last else Step(page.round, page.level)),
    )


def exhaust(unit: Unit, page: Page, *, wanted: Sequence[str] = ()) -> None:
    """Nobody is left. Said aloud, in the room and where everybody can read it. `wanted`: there never was anybody."""
    assert page.id is not None
    page.state, page.ended_at = PAGE_EXHAUSTED, unit.now
    unit.record(PageExhausted(page_id=page.id, name=page.name, wanted=list(wanted)), key=f"page:{page.id}:exhausted")


def page(core: Core, number: int, ref: str, *, by: str, why: str = "", key: str | None = None) -> Event:
    """Page a person, a rotation or a service, again and again until somebody answers.

    `ref` is a Slack id, an e-mail address, or the name of a rotation, a service or an escalation, in any case.
    """
    why, ref = prose(why, "reason", needed=False)[:300], named(core.policy, ref) or ref
    refuse_unreachable(core, ref if is_person(ref) else None, by=by, field="who")
    with core.unit(number, key) as unit:
        _refuse_not_open(unit)
        name, policy = _policy_for(unit, ref)
        for row in _pages(unit, PAGE_OPEN):
            if row.name == name:
                raise Refused(f"{name} is being paged already. Go on to the next level: `/incident escalate`.")
        return start(unit, name, policy, by=by, why=why)


def named(policy: Policy, text: str) -> str | None:
    """The rotation, service or escalation of this name, in any case and with any signs; None where nothing is called so."""
    names = [*policy.escalations, *policy.services, *policy.rotations]
    if text in names or not folded(text) or "@" in text:
        return text if text in names else None
    return next((name for name in names if folded(name) == folded(text)), None)


def call(unit: Unit, ref: str, *, by: str | None, why: str) -> None:
    """The same for what pages by itself: a `ref` that `reaches` somebody; nothing where they are being paged already."""
    if not is_called(unit, ref):
        name, policy = _policy_for(unit, ref)
        start(unit, name, policy, by=by, why=why[:300], said=True)


def is_called(unit: Unit, ref: str) -> bool:
    """Whether this is being paged at the moment."""
    return is_running(unit, _policy_for(unit, ref)[0])


def is_running(unit: Unit, name: str) -> bool:
    """Whether an escalation of this name is under way."""
    return any(row.name == name for row in _pages(unit, PAGE_OPEN))


def reaches(unit: Unit, ref: str) -> bool:
    """Whether `ref` means anybody who can be paged."""
    try:
        _policy_for(unit, ref)
    except Refused:
        return False
    return True


def is_person(ref: str) -> bool:
    """Whether it names somebody by their Slack id."""
    return ref[:1] in "UW" and ref.isalnum() and ref.isupper()


def call_next(unit: Unit, *, by: str | None, why: str) -> None:
    """The next level of what is running, else the incident's own escalation; that there is none is said aloud."""
    running, name = _pages(unit, PAGE_OPEN), _escalation_of(unit) or ""
    for row in running:
        advance(unit, row)
    if running:
        return
    if name in unit.policy.escalations:
        start(unit, name, unit.policy.escalations[name], by=by, why=why[:300], said=True)
    else:
        unit.record(NobodyToPage())


def _policy_for(unit: Unit, ref: str) -> tuple[str, EscalationPolicy]:
    policy = unit.policy
    if ref in policy.escalations:
        return ref, policy.escalations[ref]
    if ref in policy.services:
        service = policy.services[ref]
        if service.escalation:
            return service.escalation, policy.escalations[service.escalation]
        if service.rotation is None:
            return f"owner of {ref}", _only(unit, _owners_of(ref, service))
        ref = service.rotation
    if ref in policy.rotations:
        target = Target(kind="rotation", name=ref)
    elif is_person(ref) or is_address(ref):
        target = Target(kind="person", name=known(unit.session, ref))
    else:
        names = [*policy.rotations, *policy.services, *policy.escalations]
        there = f" There are: {', '.join(names[:20])}." if names else ""
        raise Refused(f"“{quote(ref)}” is no person, rotation or service.{there} Say `/incident page @who`.", field="who")
    if target.kind == "rotation":
        return f"rotation {ref}", _only(unit, [target])
    return f"<@{target.name}>" if is_person(target.name) else target.name, _only(unit, [target])


def _owners_of(ref: str, service: ServicePolicy) -> list[Target]:
    """Who is paged for a service that has nobody on call: whoever owns it."""
    if service.owners:
        return service.owners
    names = [owner for owner in service.owner if isinstance(owner, str)]
    owned = f"; {quote(', '.join(names))} owns it" if names else ""
    raise Refused(f"Nobody is on call for {ref} in muster.yml{owned}. Page a person: `/incident page @who`.", field="who")


def _only(unit: Unit, targets: list[Target]) -> EscalationPolicy:
    """Again and again, then the last resort of the incident's own escalation."""
    fallback = unit.policy.escalations.get(_escalation_of(unit) or "")
    return EscalationPolicy(
        levels=[EscalationLevel(page=targets, wait=unit.policy.paging.wait)],
        repeat=2,
        last_resort=fallback.last_resort if fallback else [],
    )


def escalate(core: Core, number: int, *, by: str, why: str = "", key: str | None = None) -> Event:
    """Go on to the next level of every running escalation at once; with none running, start the incident's own."""
    why = prose(why, "reason", needed=False)[:300]
    with core.unit(number, key) as unit:
        _refuse_not_open(unit)
        running = _pages(unit, PAGE_OPEN)
        if not running and (_escalation_of(unit) or "") not in unit.policy.escalations:
            raise Refused(f"No escalation is set up for {unit.incident.key}. Page a person: `/incident page @who`.")
        event = unit.record(Escalated(why=why), by=by)
        for row in running:
            advance(unit, row)
        if not running:
            name = _escalation_of(unit) or ""
            start(unit, name, unit.policy.escalations[name], by=by, why=why, after=_answered(unit, name))
        return event


def _answered(unit: Unit, name: str) -> Step | None:
    """As far as this escalation had come when somebody acknowledged it: whoever answered, and now asks for more, is not paged
    themselves; after the last level comes the last resort. None where nobody did since it was last taken up again, or where
    there is nobody else."""
    row = next((row for row in reversed(_pages(unit, PAGE_ACKNOWLEDGED)) if row.name == name), None)
    step = step_of(row) if row is not None else None
    if row is None or row.acknowledged_at is None or not isinstance(step, Step):
        return None
    if unit.incident.reopened_at is not None and unit.incident.reopened_at > row.acknowledged_at:
        return None
    policy = unit.policy.escalations[name]
    if step.level + 1 < len(policy.levels):
        return Step(0, step.level)
    return Step(policy.repeat, len(policy.levels) - 1) if policy.last_resort else None


def acknowledge(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """Stop every page of the incident; the first acknowledgement is kept for the time to acknowledge. Anyone may."""
    with core.unit(number, key) as unit:
        if unit.incident.status not in OPEN:
            raise Refused(f"{unit.incident.key} is {unit.incident.status}; nothing is paging.")
        running = _pages(unit, PAGE_OPEN, PAGE_EXHAUSTED)
        first = unit.incident.acknowledged_at is None
        if not running and not first:
            raise Refused(f"{unit.incident.key} is acknowledged already and nothing is paging. You can lean back.")
        for row in running:
            row.state, row.acknowledged_by, row.acknowledged_at, row.ended_at = (
                PAGE_ACKNOWLEDGED,
                by,
                unit.now,
                unit.now,
            )
        if first:
            unit.incident.acknowledged_at = unit.now
        return unit.record(Acknowledged(pages=[row.id for row in running if row.id], first=first), by=by)


def stop(unit: Unit) -> None:
    """End every page, because the incident is over; also those that nobody is left for, which still ask to be acknowledged."""
    running = _pages(unit, PAGE_OPEN, PAGE_EXHAUSTED)
    was_paging = any(row.state == PAGE_OPEN for row in running)
    for row in running:
        row.state, row.ended_at = PAGE_STOPPED, row.ended_at or unit.now
    if running:
        unit.record(PagesStopped(pages=[row.id for row in running if row.id], was_paging=was_paging))


def notice_of(session: Session, page_id: int, round_: int, level: int, target: str) -> Notice | None:
    """The notice that a delivery carries."""
    return session.exec(
        select(Notice).where(Notice.page_id == page_id, Notice.round == round_, Notice.level == level, Notice.target == target)
    ).one_or_none()


def notice_sent(unit: Unit, notice: Notice) -> None:
    """The message is out."""
    notice.state, notice.settled_at = NOTICE_SENT, unit.now


def notice_failed(unit: Unit, notice: Notice, trouble: str) -> None:
    """The message did not get out, for good or not in time; told to the room once. The next level may be tried at once."""
    if notice.state != NOTICE_SENDING:
        return
    assert notice.id is not None
    notice.state, notice.settled_at, notice.trouble = NOTICE_FAILED, unit.now, trouble
    row = unit.session.get(Page, notice.page_id)
    if row is not None and row.state == PAGE_OPEN:
        unit.record(
            PageFailed(page_id=notice.page_id, notice_id=notice.id, target=notice.target, trouble=trouble),
            key=f"notice:{notice.id}",
        )


def _pages(unit: Unit, *states: str) -> list[Page]:
    query = select(Page).where(Page.incident_id == unit.incident.number, col(Page.state).in_(states)).order_by(col(Page.id))
    return list(unit.session.exec(query))


def _refuse_not_open(unit: Unit) -> None:
    if unit.incident.status not in OPEN:
        over = unit.incident
        raise Refused(f"{over.key} is {over.status}. {way_on(over.status, over.merged_into)}")
