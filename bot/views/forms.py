"""The pieces that forms are made of, each within Slack's limits."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.scene import Scene
from bot.views import alerts
from bot.views.blocks import Block, context, option, plain
from bot.views.texts import clip, lasted, person
from incidents.policy import Policy
from incidents.rules.checklists import MITIGATIONS, RESOLUTION
from incidents.rules.lifecycle import OPEN, Status
from incidents.status import watched

EARLY = "early"  # the block that confirms resolving before the watch is over
FORM = "…"  # a button whose text is this asks for the form of a command that else takes its text as typed


def carried(response_url: str = "", number: int | None = None, **more: object) -> str:
    """What a form brings back with its submission: the incident, where to answer, and `more`, in 3 000 characters."""
    private: dict[str, object] = {"incident": number, "response_url": response_url, **more}
    text = json.dumps({name: value for name, value in private.items() if value not in (None, "")})
    if len(text) > 3000:
        raise ValueError(f"a form cannot carry {len(text)} characters")
    return text


def text_input(
    initial: str = "", *, multiline: bool = False, most: int = 3000, focus: bool = False, placeholder: str = ""
) -> Block:
    """A text field; what it already holds is cut to what Slack accepts."""
    made: Block = {"type": "plain_text_input", "multiline": multiline, "max_length": most}
    if initial:
        made["initial_value"] = initial[:most]
    if placeholder:
        made["placeholder"] = plain(placeholder, 150)
    if focus:
        made["focus_on_load"] = True
    return made


def select(options: Sequence[Block], initial: str | None = None, *, placeholder: str = "") -> Block:
    """One choice of up to 100; `initial` is a value among them."""
    made: Block = {"type": "static_select", "options": list(options[:100])}
    chosen = [each for each in made["options"] if each["value"] == initial]
    if chosen:
        made["initial_option"] = chosen[0]
    if placeholder:
        made["placeholder"] = plain(placeholder, 150)
    return made


def several(options: Sequence[Block], *, placeholder: str = "") -> Block:
    """Any of up to 100 choices."""
    made: Block = {"type": "multi_static_select", "options": list(options[:100])}
    if placeholder:
        made["placeholder"] = plain(placeholder, 150)
    return made


def ticks(options: Sequence[Block], ticked: Sequence[str] = ()) -> Block:
    """Up to ten boxes to tick; those whose values are `ticked` are."""
    made: Block = {"type": "checkboxes", "options": list(options[:10])}
    chosen = [each for each in made["options"] if each["value"] in ticked]
    return {**made, "initial_options": chosen} if chosen else made


def person_input(initial: str | None = None, *, placeholder: str = "") -> Block:
    """A person of the workspace."""
    made: Block = {"type": "users_select"}
    if initial:
        made["initial_user"] = initial
    if placeholder:
        made["placeholder"] = plain(placeholder, 150)
    return made


def moment_input(initial: datetime | None = None) -> Block:
    """A date and a time, shown in the reader's own zone."""
    made: Block = {"type": "datetimepicker"}
    if initial is not None:
        made["initial_date_time"] = int(initial.timestamp())
    return made


def severity_options(policy: Policy) -> list[Block]:
    """All levels, the worst first; each text begins with the level: "SEV1 Critical – complete outage"."""
    levels = [(level, policy.severities[level]) for level in policy.levels()]
    return [option(_severity_text(level, rules.name, rules.when), level) for level, rules in levels]


def _severity_text(level: str, name: str, when: str) -> str:
    return " – ".join(part for part in (f"{level} {name}".strip(), when[:1].lower() + when[1:]) if part)


def status_options(states: Iterable[Status]) -> list[Block]:
    """States by their names."""
    return [option(str(state), str(state)) for state in states]


def standing_line(scene: Scene) -> Block:
    """Small print: which incident the form is about, its commander and how long it has lasted."""
    incident, held = scene.incident, scene.standing.holders
    commander = f"IC {person(held['ic'])}" if "ic" in held else "no IC yet"
    end = incident.resolved_at or incident.closed_at or scene.now
    since = lasted(end - incident.declared_at)
    return context(
        f"*{incident.key}* {clip(incident.title, 500)}",
        f"{incident.severity} {incident.status}  ·  {commander}  ·  duration {since}",
        *([f":bell: {alerts.count(scene)}"] if scene.alerts.firing else []),
    )


def watching(scene: Scene) -> bool:
    """Is the watch that the severity asks for not over yet, so that resolving has to be confirmed?"""
    return scene.incident.status in OPEN and not watched(scene.incident, scene.policy, scene.now)


def early_tick() -> Block:
    """The confirmation that a form asks for while the fix is being watched."""
    return ticks([option("Resolve before the watch is over", EARLY)])


def reminders(states: Iterable[Status]) -> list[Block]:
    """What to think of before moving to one of these states."""
    said = []
    for state in states:
        if state is Status.MITIGATING:
            said.append(context("*mitigating*, options: " + " · ".join(MITIGATIONS)))
        if state is Status.RESOLVED:
            said.append(context("*resolved*, check: " + " · ".join(RESOLUTION)))
    return said
