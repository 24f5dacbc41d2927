"""What happens by itself: the rules of the config, fired by the clock on what is new on a timeline.

A rule's own doings fire no rule: what it has recorded is passed over. So there are no circles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from incidents import paging
from incidents.core import Core, Unit, find
from incidents.events import Automated, AutomationFailed, Happened, TaskAdded, Told, read
from incidents.overrides import overrides
from incidents.policy import EscalationLevel, EscalationPolicy, Policy
from incidents.policy_automations import Automation
from incidents.rules.automations import Facts, Firing, fill, firings
from incidents.rules.lifecycle import OPEN
from incidents.rules.on_call import Override, who
from models import Event, Incident, Task


@dataclass(frozen=True)
class Plan:
    """What one firing does, worked out and not done yet."""

    invites: list[str] = field(default_factory=list)
    pages: list[tuple[str, EscalationPolicy]] = field(default_factory=list)
    posts: list[Told] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    webhooks: list[str] = field(default_factory=list)


def follow(unit: Unit) -> None:
    """Do what the rules say on everything that has happened since the last time. Nothing is done twice for one event."""
    incident = unit.incident
    query = select(Event).where(Event.incident_id == incident.number, col(Event.id) > (incident.automated_event or 0))
    new = list(unit.session.exec(query.order_by(col(Event.id))))
    for event, firing in _firings(unit.policy, incident, new, incident.automations):
        incident.automations = {**incident.automations, firing.rule.key: incident.automations.get(firing.rule.key, 0) + 1}
        _carry_out(unit, firing, event)
    incident.automated_event, incident.automate_at = incident.last_event, None


def _firings(policy: Policy, incident: Incident, events: Sequence[Event], fired: dict[str, int]) -> list[tuple[Event, Firing]]:
    happened = [read(event.kind, event.payload) for event in events]
    found = firings(policy.automations, happened, facts(incident), fired)
    return [(events[firing.at], firing) for firing in found]


def facts(incident: Incident) -> Facts:
    """What rules look at, as it is now."""
    return Facts(
        severity=incident.severity,
        status=incident.status,
        services=tuple(incident.services),
        type=incident.type,
        fields=tuple(incident.fields.items()),
        private=incident.private,
    )


def plan(rule: Automation, incident: Incident, at: Facts, policy: Policy, now: datetime, overrides: Sequence[Override]) -> Plan:
    """What a rule does about an incident at a moment: who is meant then, and what the texts say then."""
    made = Plan()
    for then in rule.then:
        for target in then.invite or ():
            people = [f"group:{target.name}"] if target.kind == "group" else who(target, policy, now, overrides)
            made.invites.extend(person for person in people if person not in made.invites)
        if isinstance(then.page, str):
            made.pages.append((then.page, policy.escalations[then.page]))
        elif then.page:
            level = EscalationLevel(page=then.page, wait=policy.paging.wait)
            made.pages.append((", ".join(map(str, then.page)), EscalationPolicy(levels=[level], repeat=2)))
        if then.post is not None:
            said = words(incident, at, rule, outside=then.post.channel is not None)
            made.posts.append(Told(text=fill(then.post.text, said), channel=then.post.channel or ""))
        if then.task is not None:
            made.tasks.append(fill(then.task, words(incident, at, rule, outside=False)))
        if then.webhook is not None and incident.drill is None:  # what is only an exercise sets nothing off elsewhere
            made.webhooks.append(then.webhook)
    return made


def words(incident: Incident, at: Facts, rule: Automation, *, outside: bool) -> dict[str, str]:
    """What stands for the placeholders of a template. People's words are escaped by whoever shows them."""
    return {
        "key": incident.key,
        "title": incident.title if not outside or may_be_named(incident) else "a private incident",
        "severity": at.severity,
        "status": at.status,
        "services": ", ".join(at.services) or "no service",
        "room": f"<#{incident.room_channel}>"
        if incident.room_channel and (not outside or may_be_named(incident))
        else incident.key,
        "name": rule.because,
    }


def may_be_named(incident: Incident) -> bool:
    """Whether what leaves the incident's room may carry its title. The one place that decides this for automations."""
    return not incident.private


def _carry_out(unit: Unit, firing: Firing, event: Event) -> None:
    incident, rule = unit.incident, firing.rule
    made = plan(rule, incident, firing.facts, unit.policy, unit.now, unit.overrides)
    is_open = incident.status in OPEN
    pages = [(name, policy) for name, policy in made.pages if is_open and not paging.is_running(unit, name)]
    unit.record(
        Automated(
            rule=rule.key,
            because=rule.because,
            on=event.id or 0,
            invites=made.invites,
            pages=[name for name, _ in pages],
            posts=made.posts,
            tasks=made.tasks,
            webhooks=made.webhooks,
        ),
        key=f"auto:{rule.key}:{event.id}",
    )
    for text in made.tasks:
        task = Task(incident_id=incident.number, text=text, added_at=unit.now)
        unit.session.add(task)
        unit.session.flush()
        unit.record(TaskAdded(task_id=task.id or 0, text=text, automated=True))
    for name, policy in pages:
        paging.start(unit, name, policy, by=None, why=rule.because[:300], said=True)


def failed(unit: Unit, because: str, host: str, trouble: str, key: str) -> None:
    """A webhook was not taken."""
    unit.record(AutomationFailed(because=because, host=host, trouble=trouble[:200]), key=key)


@dataclass(frozen=True)
class Tried:
    """A rule that would have fired on an incident's timeline, on which event, and what it would have done."""

    rule: Automation
    event: Event
    what: Happened
    does: Automated


def on_trial(core: Core, number: int) -> list[Tried]:
    """What today's rules would have done about an incident from its beginning. Does nothing."""
    with core.view() as session:
        events = _timeline(session, number)
        return _tried(core.policy, find(session, number), events, overrides(session, events[0].recorded_at))


def _tried(policy: Policy, incident: Incident, events: Sequence[Event], stand_ins: Sequence[Override]) -> list[Tried]:
    return [
        Tried(
            firing.rule,
            event,
            read(event.kind, event.payload),
            _does(firing.rule, incident, firing.facts, policy, event, stand_ins),
        )
        for event, firing in _firings(policy, incident, events, {})
    ]


def _does(
    rule: Automation, incident: Incident, at: Facts, policy: Policy, event: Event, stand_ins: Sequence[Override]
) -> Automated:
    made = plan(rule, incident, at, policy, event.recorded_at, stand_ins)
    return Automated(
        rule=rule.key,
        because=rule.because,
        on=event.id or 0,
        invites=made.invites,
        pages=[name for name, _ in made.pages],
        posts=made.posts,
        tasks=made.tasks,
        webhooks=made.webhooks,
    )


@dataclass(frozen=True)
class Outlook:
    """A rule as one incident sees it: how often it has fired; else when it would have, had it been there from the
    beginning; and what it does."""

    rule: Automation
    fired: int
    would_have: datetime | None
    does: Automated


def outlook(core: Core, number: int) -> list[Outlook]:
    """Each rule that looks at such incidents, in the order of the file. Does nothing."""
    with core.view() as session:
        policy, incident, events = core.policy, find(session, number), _timeline(session, number)
        stand_ins = overrides(session, events[0].recorded_at)
    tried = {each.rule.key: each for each in reversed(_tried(policy, incident, events, stand_ins))}
    found = []
    for rule in policy.automations:
        if rule.when.private != incident.private:
            continue
        first, fired = tried.get(rule.key), incident.automations.get(rule.key, 0)
        does = first.does if first else _does(rule, incident, facts(incident), policy, events[-1], stand_ins)
        found.append(Outlook(rule, fired, first.event.recorded_at if first and not fired else None, does))
    return found


def _timeline(session: Session, number: int) -> list[Event]:
    """Its own entries but those that rules have left."""
    query = select(Event).where(Event.incident_id == number, ~col(Event.kind).startswith("automation."))
    return list(session.exec(query.order_by(col(Event.id))))
