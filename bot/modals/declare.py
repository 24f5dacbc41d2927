"""The form "Declare an incident": one required field, and what helps where it is known."""

from collections.abc import Callable, Sequence

from bot import drill, look, own_fields
from bot.commands import RUN, Answer, value
from bot.modals import Modal, Submission, field
from bot.modals import view as frame
from bot.views import answers, forms
from bot.views import maintenance as planned
from bot.views.blocks import Block, button, context, option, section
from bot.views.quoted import Quoted
from bot.views.texts import channel, clip, escape, person
from incidents.core import Repeated
from incidents.declare import Declaration, Source, declare
from incidents.errors import quote as quoted_word
from incidents.policy import Policy
from incidents.rules.lifecycle import Status
from incidents.rules.severity import Impact, Scope, default_severity, from_impact
from incidents.texts import TITLE_LENGTH
from models import Incident, Maintenance

UNSURE = "?"  # the severity option for those who do not know it

IMPACTS = {
    Impact.COMPLETE: "Complete loss",
    Impact.DEGRADED: "Degraded",
    Impact.INCONVENIENCE: "Inconvenience",
    Impact.NOT_SURE: "Not sure",
}
SCOPES = {
    Scope.WIDESPREAD: "Widespread: all or most users",
    Scope.LIMITED: "Limited: some users",
    Scope.MINIMAL: "Minimal: hardly anybody",
    Scope.NOT_SURE: "Not sure",
}

_ALSO = [
    option("Several teams are needed", "several_teams", "Opens a war room at once"),
    option("The cause is unclear", "cause_unclear", "Opens a war room at once"),
    option("This is a drill", "drill", "Pages people for real, with DRILL on everything"),
    option("It is private", "private", "Only who is invited to its room sees it"),
]


def view(
    policy: Policy,
    by: str,
    carried: str,
    *,
    title: str = "",
    severity: str | None = None,
    unknown: str | None = None,
    near: Sequence[Incident] = (),
    quote: Sequence[Block] = (),
    private: bool = False,
    maintained: Sequence[Maintenance] = (),
    on_call: tuple[str, str] | None = None,
) -> Block:
    """The empty form, with what was typed already; the declarer is the commander unless they clear the field.

    `near` are open incidents that it may be the same as, each with "Join instead"; `quote` is the message it comes from;
    `unknown` is what was typed for a severity and is none; `maintained` is what is worked on as planned; `on_call` is who is on
    call to command, and in which rotation.
    """
    unsure = option("Not sure – by impact and scope below", UNSURE)
    blocks = [
        *quote,
        *_unknown(unknown, policy),
        *_near(near),
        *[context(word) for word in planned.words(maintained)],
        field("title", "What is wrong?", forms.text_input(title, most=TITLE_LENGTH, focus=True)),
        *own_fields.type_input(policy, policy.default_type, needed=policy.default_type is not None),
        field(
            "severity",
            "Severity",
            forms.select([*forms.severity_options(policy)[:99], unsure], severity, placeholder="Choose, or leave empty"),
            optional=True,
            hint=f"If empty: {_assumed(policy)}, or what impact and scope below suggest. Easy to change later.",
        ),
        field("impact_size", "Impact", forms.select(_choices(IMPACTS)), optional=True),
        field("scope", "Scope", forms.select(_choices(SCOPES)), optional=True),
        field("ic", "Incident commander", forms.person_input(by), optional=True),
        *([context(f"On call: {person(on_call[0])} ({clip(on_call[1], 60)})")] if on_call is not None else []),
    ]
    if policy.services:
        services = [option(name, name) for name in policy.services]
        blocks.append(field("services", "Services", forms.several(services), optional=True))
    blocks += [
        *_own(policy, policy.default_type),
        field("summary", "Summary", forms.text_input(multiline=True), optional=True),
        own_fields.detected_input(None),
        field("also", "Also", forms.ticks(_ALSO, ["private"] if private else []), optional=True),
    ]
    return frame(MODAL.name, "Declare an incident", "Declare", blocks, carried)


def _own(policy: Policy, type: str | None) -> list[Block]:
    return own_fields.inputs(own_fields.anybodys(policy), type, {}, at="declare")


def redraw(form: Submission) -> Block:
    """The fields of the type that was chosen."""
    return own_fields.redrawn(form, _own(form.request.policy, form.option(own_fields.TYPE)), before="summary")


def _assumed(policy: Policy) -> str:
    """The severity where nobody says one, as far as it is the same for every type."""
    by_type = {type.severity for type in policy.types.values() if type.severity}
    return "its type says" if by_type else default_severity(policy)


def _unknown(said: str | None, policy: Policy) -> list[Block]:
    if said is None:
        return []
    *others, last = policy.levels()
    known = f"{', '.join(others)} or {last}" if others else last
    wrong = f"“{escape(quoted_word(said, 20))}” is not a severity."
    return [section(f":warning: {wrong} Choose {escape(known)} below; nothing is declared yet.")]


def _near(incidents: Sequence[Incident]) -> list[Block]:
    """Before anything is typed: the same thing may be worked on already."""
    if not incidents:
        return []
    rows = [
        section(
            f"*{row.key}* {row.severity} {row.status}: {clip(row.title, 200)}"
            + (f"  {channel(row.room_channel)}" if row.room_channel else ""),
            _instead(row),
        )
        for row in incidents[:5]
    ]
    return [context("Open now. If yours is one of these, join it:"), *rows]


def _instead(row: Incident) -> Block:
    """An alert that nobody has looked at is declared; what is being worked on is joined."""
    if row.status == Status.TRIAGE:
        return button("Declare this one", f"{RUN}status:real{row.number}", value(row.number, str(Status.INVESTIGATING)))
    return button("Join instead", f"{RUN}join:{row.number}", value(row.number))


def _choices(texts: dict[Impact, str] | dict[Scope, str]) -> list[Block]:
    return [option(text, str(value)) for value, text in texts.items()]


def chosen_severity(form: Submission, policy: Policy) -> str:
    """The level that was chosen; else what impact and scope say, a missing one counting as not sure; else what the type
    says, or the default."""
    level = form.option("severity")
    impact, scope = form.option("impact_size"), form.option("scope")
    if level and level != UNSURE:
        return level
    if level == UNSURE or impact or scope:
        return from_impact(Impact(impact or Impact.NOT_SURE), Scope(scope or Scope.NOT_SURE), policy)
    return default_severity(policy, form.option(own_fields.TYPE))


def submit(form: Submission) -> Callable[[], Answer]:
    """Declares. A second click is answered with the incident that the first one made. The answer is put together after
    the acknowledgement, which fifty people may be waiting for at once."""
    request = form.request
    ticked = form.options("also")
    quoted = Quoted.back(form.private)
    said = Declaration(
        title=form.text("title"),
        severity=chosen_severity(form, request.policy),
        by=request.by,
        commander=form.person("ic"),
        summary=form.text("summary"),
        services=tuple(form.options("services")),
        detected_by=form.option(own_fields.DETECTED),
        type=form.option(own_fields.TYPE),
        fields=_values(form),
        several_teams="several_teams" in ticked,
        cause_unclear="cause_unclear" in ticked,
        drill="" if "drill" in ticked else None,
        private="private" in ticked,
        source=Source(quoted.channel, quoted.ts, quoted.thread_ts, quoted.author, quoted.text, quoted.at) if quoted else None,
    )
    try:
        event = declare(request.core, said, request.key)
    except Repeated as again:
        event = again.event
    assumed = form.option("severity") in (None, UNSURE) and not (form.option("impact_size") and form.option("scope"))

    def answer() -> Answer:
        scene = look.scene(request.core, event.incident_id)
        like, maintained = look.similar(request.core, scene.incident), look.under_maintenance(request.core, scene.incident)
        said = answers.declared(scene, request.by, assumed=assumed, like=like, maintained=maintained)
        return drill.answered(scene.incident, said)

    return answer


def _values(form: Submission) -> dict[str, str]:
    """Those of the type that was chosen: the form may have been sent before it was drawn anew."""
    own = form.request.policy.fields_of(form.option(own_fields.TYPE))
    return {key: value for key, value in own_fields.filled(form).items() if key in own and value}


MODAL = Modal("declare", submit, fallback="title", redraw=redraw)
