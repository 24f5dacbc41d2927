"""The fields that a team asks for, in forms: the type, the detection source, the causes, and those of its own."""

import json
from collections.abc import Collection, Mapping
from hashlib import blake2s
from typing import Any

from bot.modals import Submission, field
from bot.views import forms
from bot.views.blocks import Block, option, section
from bot.views.texts import escape
from incidents.policy import FieldPolicy, Policy
from incidents.policy_fields import BUILT_IN_FIELDS, Stage
from incidents.rules import fields as rules

TYPE, DETECTED, CAUSES, SERVICES = (rules.block(key) for key in BUILT_IN_FIELDS)
_SERVICES_BYTES = 15_000  # for the choices of the services, as the whole form has 250 000; 100 of ordinary length fit
_WHY = rules.block("")  # the line above the fields that a form asks for before it is carried out


def type_input(policy: Policy, chosen: str | None, *, needed: bool = False) -> list[Block]:
    """The types, where the team has any; choosing another one changes which fields the form has."""
    if not policy.types:
        return []
    options = [option(type.name, key, type.when) for key, type in policy.types.items()]
    block = field(TYPE, "Type", forms.select(options, chosen), optional=not needed)
    return [{**block, "dispatch_action": True}]


def detected_input(chosen: str | None) -> Block:
    """Who or what noticed it first."""
    options = [option(words[:1].upper() + words[1:], source) for source, words in rules.SOURCES.items()]
    return field(DETECTED, rules.NAMES["detected_by"], forms.select(options, chosen), optional=True)


def causes_input(policy: Policy, tags: Collection[str]) -> list[Block]:
    """The tags to choose from, where there are any; one that left the config stays as long as it is chosen."""
    known = list(dict.fromkeys([*policy.causes, *tags]))
    if not known:
        return []
    element = forms.several([option(tag, tag) for tag in known], placeholder="Everything that contributed")
    chosen = [each for each in element["options"] if each["value"] in tags]
    initial = {"initial_options": chosen} if chosen else {}
    limit = {"max_selected_items": rules.CAUSES_MOST}
    return [field(CAUSES, rules.NAMES["causes"], {**element, **initial, **limit}, optional=True)]


def services_input(policy: Policy, services: Collection[str]) -> list[Block]:
    """The services to choose from, where there are any: those that were chosen first, and as many more as fit. More than
    the form can hold are left to the command."""
    options, room = list[Block](), _SERVICES_BYTES
    for name in dict.fromkeys([*services, *policy.services]):
        room -= len(json.dumps(option(name, name)))
        if room < 0:
            break
        options.append(option(name, name))
    if not options or len(services) > min(len(options), rules.SERVICES_MOST):
        return []
    initial = {"initial_options": options[: len(services)]} if services else {}
    limit = {"max_selected_items": rules.SERVICES_MOST}
    return [field(SERVICES, rules.NAMES["services"], {**forms.several(options), **initial, **limit}, optional=True)]


def inputs(policy: Policy, type: str | None, values: Mapping[str, str], *, at: Stage | None = None) -> list[Block]:
    """The team's own fields for incidents of this type. `at`: those that have to be filled in by then must be."""
    return [
        one(key, its, values.get(key, ""), needed=at is not None and its.needed_by(at))
        for key, its in policy.fields_of(type).items()
    ]


def anybodys(policy: Policy) -> Policy:
    """The same policy without the fields that are left to some: whoever declares is not asked for those."""
    kept = {key: its for key, its in policy.fields.items() if not policy.permissions.edit.get(key)}
    return policy.model_copy(update={"fields": kept})


def one(key: str, its: FieldPolicy, value: str, *, needed: bool = False) -> Block:
    """The input of one field with what it holds."""
    return field(rules.block(key), its.name, _ELEMENTS[its.kind](its, value), optional=not needed, hint=its.hint)


def _text(its: FieldPolicy, value: str) -> Block:
    return forms.text_input(value, most=rules.TEXT_MOST)


def _choice(its: FieldPolicy, value: str) -> Block:
    return forms.select([option(choice, choice) for choice in its.choices], value)


def _number(its: FieldPolicy, value: str) -> Block:
    made: Block = {"type": "number_input", "is_decimal_allowed": True}
    return {**made, "initial_value": value} if value else made


def _people(its: FieldPolicy, value: str) -> Block:
    made: Block = {"type": "multi_users_select", "max_selected_items": rules.PEOPLE_MOST}
    return {**made, "initial_users": rules.people(value)} if value else made


def _date(its: FieldPolicy, value: str) -> Block:
    return {"type": "datepicker", "initial_date": value} if value else {"type": "datepicker"}


_ELEMENTS = {"text": _text, "choice": _choice, "number": _number, "people": _people, "date": _date}


def marks(values: Mapping[str, str]) -> dict[str, str]:
    """What a form carries along of the values that it showed, so that only what was changed in it changes anything."""
    return {key: _mark(value) for key, value in values.items() if value}


def _mark(value: str) -> str:
    return blake2s(value.encode(), digest_size=5).hexdigest()


def filled(form: Submission) -> dict[str, str]:
    """The fields that were changed in the form, as they are stored. Refused, at its block, where one is wrong."""
    request, shown = form.request, form.private.get("own", {})
    values = {}
    for block in form.values:
        key = block.removeprefix(rules.block(""))
        if block == key or not key:
            continue
        said = _said(form.values[block].get("value", {}))
        value = rules.read(
            key, said, request.policy, by=request.by, now=request.now, zone=lambda: request.timezone
        )  # fmt: skip
        if (_mark(value) if value else None) != shown.get(key):
            values[key] = value
    return values


def _said(state: Mapping[str, Any]) -> str:
    """The state of an input, as somebody would have typed it."""
    if state.get("selected_option"):
        return str(state["selected_option"]["value"])
    if state.get("selected_options"):
        return ", ".join(str(each["value"]) for each in state["selected_options"])
    if state.get("selected_users"):
        return " ".join(f"<@{person}>" for person in state["selected_users"])
    return str(state.get("selected_date") or state.get("value") or "")


def redrawn(form: Submission, blocks: list[Block], *, before: str) -> Block:
    """The form as it is, with these own fields in place of those that it has, in front of the block `before`."""
    kept = [block for block in form.blocks if not _is_own(block)]
    at = next((index for index, block in enumerate(kept) if block.get("block_id") == before), len(kept))
    return form.again([*kept[:at], *blocks, *kept[at:]])


def asking(form: Submission, keys: Collection[str], why: str) -> Block:
    """The form as it is, with these fields at its top: they have to be filled in first."""
    policy, asked = form.request.policy, {rules.block(key) for key in (*keys, "")}
    kept = [block for block in form.blocks if block.get("block_id") not in asked]
    note = {**section(f":pencil2: {escape(why)}"), "block_id": _WHY}
    blocks = [one(key, policy.fields[key], "", needed=True) for key in keys if key in policy.fields]
    return form.again([*kept[:1], note, *blocks, *kept[1:]])


def _is_own(block: Block) -> bool:
    name = str(block.get("block_id", ""))
    return name.startswith(rules.block("")) and name not in (TYPE, DETECTED, CAUSES, SERVICES)
