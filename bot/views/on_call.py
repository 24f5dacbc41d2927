"""Who is on call, who stands in for whom, and who is asked to cover."""

from collections.abc import Sequence

from bot.commands import RUN, Answer
from bot.views.blocks import Block, Message, button, buttons, context, section
from bot.views.texts import clip, cut, person, stamp
from incidents.on_call import Rota, shifts_of
from models import CoverRequest, OnCallOverride

_SHOWN = 15  # rotations; more fit no phone
_AHEAD = 5  # overrides of each


def now(found: Sequence[Rota]) -> Answer:
    """Who is on call, until when, and who comes then; of one rotation also who stands in later, with what takes that back."""
    if not found:
        said = "Nobody is on call: `muster.yml` names no rotation. Until it does, page a person: `/incident page @who`."
        return Answer(said)
    whole = len(found) == 1
    lines: list[str] = []
    blocks: list[Block] = []
    for rota in found[:_SHOWN]:
        lines.append(f"*{clip(rota.name, 60)}*: {_standing(rota)}")
        on = [row for row in rota.ahead if _is_on(rota, row)][-1:]
        blocks.append(section(lines[-1], _undo(on[0]) if whole and on else None))
        ahead = [row for row in rota.ahead if row not in on]
        for row in ahead[:_AHEAD] if whole else ():
            lines.append(f"{person(row.person)} stands in {_span(row)}")
            blocks.append(section(lines[-1], _undo(row)))
        left = len(ahead) - (_AHEAD if whole else 0)
        if left > 0:
            more = f"{left} more stand in later" if whole else f"Others stand in later: `/incident oncall {clip(rota.name, 60)}`"
            blocks.append(context(more))
    if len(found) > _SHOWN:
        blocks.append(context(f"and {len(found) - _SHOWN} more: name the rotation to see it"))
    name = clip(found[0].name, 60)
    blocks.append(
        context(f"Somebody else for a while: `/incident oncall override {name} @who for 4h`. Away? `/incident cover me`")
    )
    return Answer(cut("\n".join(lines), 3000), blocks)


def _standing(rota: Rota) -> str:
    if rota.now.person is None:
        how = f"`/incident oncall override {clip(rota.name, 60)} @who for 4h` puts somebody on call"
        return f"nobody is on call that is known here. {how}"
    said = person(rota.now.person) + (" (standing in)" if rota.now.is_override else "")
    if rota.now.until is None:
        return said
    then = rota.following.person if rota.following is not None else None
    return f"{said} until {stamp(rota.now.until)}, then {person(then) if then is not None else 'nobody that is known here'}"


def _is_on(rota: Rota, row: OnCallOverride) -> bool:
    return rota.now.is_override and row.person == rota.now.person and row.starts_at <= rota.now.since < row.ends_at


def _span(row: OnCallOverride) -> str:
    return f"from {stamp(row.starts_at)} until {stamp(row.ends_at)}"


def _undo(row: OnCallOverride, *, named: bool = False) -> Block:
    return button(f"Undo for {row.rotation}" if named else "Undo", f"{RUN}oncall:undo{row.id}", f"- undo {row.id}")


def overridden(row: OnCallOverride, by: str) -> Answer:
    """Who is on call now instead, and how that is taken back."""
    whom = "You are" if row.person == by else f"{person(row.person)} is"
    text = f"{whom} on call in {clip(row.rotation, 60)} {_span(row)}. Whoever it is about is told."
    small = "Whoever was paged before stays paged; what is paged from then on comes to whoever stands in."
    return Answer(text, [section(text), context(small), buttons(_undo(row))])


def undone(row: OnCallOverride, rota: Rota | None) -> Answer:
    """Whose turn it is again."""
    said = f"Taken back: {person(row.person)} does not stand in for {clip(row.rotation, 60)}."
    return Answer(f"{said} Now: {_standing(rota)}." if rota is not None else said)


def asked(row: CoverRequest) -> Answer:
    """Who was asked; until somebody covers nothing changes."""
    names = ", ".join(person(each) for each in row.asked[:10]) + (" and others" if len(row.asked) > 10 else "")
    are = "are" if len(row.asked) > 1 else "is"
    text = f"{names} {are} asked to cover {_shifts(row)}. It stays yours until somebody does; you will be told."
    return Answer(text)


def _shifts(row: CoverRequest) -> str:
    each = [f"{clip(name, 60)} from {stamp(begins)} until {stamp(ends)}" for name, begins, ends in shifts_of(row)[:5]]
    return cut(", ".join(each), 1500)


def covered(rows: Sequence[OnCallOverride], whom: str) -> Answer:
    """Whoever took it knows from when until when."""
    spans = cut(", ".join(f"{clip(row.rotation, 60)} {_span(row)}" for row in rows[:5]), 1500)
    text = f"Thank you! You cover {spans} for {person(whom)}, who is told."
    return Answer(text, [section(text), buttons(*[_undo(row, named=len(rows) > 1) for row in rows[:5]])])


def set_dm(row: OnCallOverride, to: str) -> Message:
    """For whoever comes on call, or need not be for a while."""
    where, by = clip(row.rotation, 60), person(row.set_by)
    if row.person == to:
        text = f"{by} put you on call in {where} {_span(row)}."
    elif row.person == row.set_by:
        text = f"{by} stands in for {where} {_span(row)}; you need not be on call then."
    else:
        text = f"{by} put {person(row.person)} on call in {where} {_span(row)}; you need not be on call then."
    if row.undone_at is not None:
        text = f"{text} {person(row.undone_by)} took it back."
        return Message(text, [section(f":calendar: {text}")])
    return Message(text, [section(f":calendar: {text}"), buttons(_undo(row))])


def untold_dm(row: OnCallOverride) -> Message:
    """For whoever put somebody on call whom Slack did not let Muster tell."""
    where = f"in {clip(row.rotation, 60)} {_span(row)}"
    text = (
        f"{person(row.person)} does not know it: Slack refused the message that they are on call {where}. Tell them, or undo it."
    )
    return Message(text, [section(f":warning: {text}"), *([buttons(_undo(row))] if row.undone_at is None else [])])


def undone_dm(row: OnCallOverride, to: str) -> Message:
    """It is as it was before."""
    who = "you do not stand in" if row.person == to else f"{person(row.person)} does not stand in"
    text = f"{person(row.undone_by)} took it back: {who} for {clip(row.rotation, 60)} {_span(row)}. It is as it was before."
    return Message(text, [section(f":calendar: {text}")])


def ask_dm(row: CoverRequest) -> Message:
    """For each of the others; gone as soon as somebody has taken it."""
    if row.taken_by is not None:
        return taken_dm(row)
    text = f"{person(row.asked_by)} asks: who covers {_shifts(row)}?"
    cover = button("I cover", f"{RUN}oncall:cover", f"- cover {row.id}", style="primary")
    blocks = [
        section(f":calendar: {text}"),
        buttons(cover),
        context("The first one who says so is on call then; the others are told."),
    ]
    return Message(f"{text} Say so here, or with /incident oncall cover {row.id}", blocks)


def taken_dm(row: CoverRequest) -> Message:
    """What whoever was asked reads afterwards."""
    text = f"{person(row.taken_by)} covers {_shifts(row)} for {person(row.asked_by)}. Thank you, everybody."
    return Message(text, [section(f":calendar: {text}")])


def covered_dm(row: CoverRequest) -> Message:
    """For whoever asked."""
    text = f"{person(row.taken_by)} covers {_shifts(row)} for you."
    return Message(text, [section(f":calendar: {text}")])


def uncovered_dm(row: CoverRequest) -> Message:
    """For whoever asked and got no answer: what stays theirs, and what to do about it."""
    name = clip(row.shifts[0][0], 60)
    text = f"Nobody has said yet that they cover {_shifts(row)}: it is still yours."
    ask = f"Ask somebody, then put them on call: `/incident oncall override {name} @who for 4h`"
    return Message(f"{text} {ask}", [section(f":calendar: {text}"), context(ask)])
