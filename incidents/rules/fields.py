"""What a team asks about its incidents: what people type read as values, values as they read, and what is lacking.

A value is stored as text: a choice as configured, a number in plain digits, a day as `2026-12-01`, people as `<@U…> <@U…>`.
An empty text is no value.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

from incidents.errors import Refused, quote
from incidents.policy import FieldPolicy, Policy
from incidents.policy_fields import BUILT_IN_FIELDS, Stage
from incidents.rules.lifecycle import OPEN, Status
from incidents.rules.times import parse_day
from incidents.texts import one_line

SOURCES = {"alert": "an alert", "engineer": "an engineer", "customer": "a customer", "other": "something else"}
"""Who or what noticed it first, and how that reads after "by"."""

NAMES = {"type": "Type", "detected_by": "Detected by", "causes": "Cause", "services": "Services"}
"""What the fields are called that everybody has."""

TEXT_MOST = 300
PEOPLE_MOST = 10
CAUSES_MOST = 10
SERVICES_MOST = 20
LISTED = 15  # choices that a refusal lists


@dataclass(frozen=True)
class _Several:
    """A field that holds several of what the config names."""

    what: str
    most: int
    instead: str


_SEVERAL = {
    "causes": _Several("cause tags", CAUSES_MOST, "name the causes that mattered"),
    "services": _Several("services", SERVICES_MOST, "name those that matter"),
}
_EMPTY = ("", "none", "nothing", "-", "–", "—", "empty", "clear")
_PERSON = re.compile(r"<@([UW][A-Z0-9]{1,30})>")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}([.,][0-9]{1,6})?")
_THOUSANDS = re.compile(r"(?<=[0-9])[,_' \u00a0\u202f](?=[0-9]{3}(?![0-9]))")


def folded(text: str) -> str:
    """What two spellings of one word have in common."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def called(said: str, policy: Policy) -> str | None:
    """The key of the field that is meant, own or built in, by its key or name; None if there is none."""
    names = {"type": "type", "detectedby": "detected_by", "detection": "detected_by", "source": "detected_by"}
    names |= {"cause": "causes", "causes": "causes", "incidenttype": "type"}
    names |= {"service": "services", "services": "services"}
    for key, field in policy.fields.items():
        names |= {folded(key): key, folded(field.name): key}
    found = names.get(folded(said))
    return None if found == "type" and not policy.types else found


def name(key: str, policy: Policy) -> str:
    """What a field is called."""
    return NAMES.get(key) or policy.field_name(key)


def read(key: str, said: str, policy: Policy, *, by: str, now: datetime, zone: Callable[[], tzinfo]) -> str:
    """The value that was typed for a field, as it is stored; empty for `none`. Raises Refused, which says what would be right.

    `by` is who `me` means; `zone` is asked for days only.
    """
    text = said.strip()
    choices = _choices(key, policy)
    if text.casefold() in _EMPTY and text.casefold() not in [folded(word) for word in choices]:
        return ""
    if key in _SEVERAL:
        return ", ".join(_several(key, text, policy))
    if choices or key in BUILT_IN_FIELDS:
        return _choice(key, text, choices, policy)
    field = policy.fields.get(key)
    if field is None:
        raise Refused(f"There is no field “{quote(key)}”.", field=block(key))
    try:
        return _READ[field.kind](field, text, by, now, zone)
    except Refused as refused:
        raise Refused(refused.sentence, field=block(key)) from None


def block(key: str) -> str:
    """What a field is called inside a form, where other fields have names, too."""
    return f"own:{key}"


def _choices(key: str, policy: Policy) -> dict[str, str]:
    """What may be chosen: the stored value of each word that means one."""
    if key == "type":
        return {word: type for type, its in policy.types.items() for word in (type, its.name)}
    if key == "detected_by":
        return {**{source: source for source in SOURCES}, **{words: source for source, words in SOURCES.items()}}
    if key == "causes":
        return {cause: cause for cause in policy.causes}
    if key == "services":
        return {service: service for service in policy.services}
    field = policy.fields.get(key)
    return {choice: choice for choice in field.choices} if field is not None else {}


def _choice(key: str, text: str, choices: Mapping[str, str], policy: Policy) -> str:
    words = {folded(word) or word: value for word, value in choices.items()}
    exact = [value for word, value in choices.items() if word.casefold() == text.casefold()]
    found = next(iter(exact), None) or words.get(folded(text))
    if found is not None:
        return found
    begun = {value for word, value in words.items() if len(folded(text)) > 1 and word.startswith(folded(text))}
    if len(begun) == 1:
        return begun.pop()
    near = get_close_matches(folded(text), list(words), n=1, cutoff=0.6)
    hint = f"Did you mean {words[near[0]]}? " if near else ""
    values = list(dict.fromkeys(choices.values()))
    known = ", ".join(values[:LISTED]) + (" …" if len(values) > LISTED else "")
    raise Refused(f"“{quote(text)}” is no {name(key, policy).lower()} here. {hint}Choose of: {known}.", field=block(key))


def _several(key: str, text: str, policy: Policy) -> list[str]:
    """By commas and the like, else by spaces where every word is one of them; what is one of them as it stands is not taken
    apart ("ci/cd", "search and rescue")."""
    rule, known = _SEVERAL[key], _choices(key, policy)
    if not known:
        raise Refused(f"Your team has no {rule.what}; whoever keeps muster.yml can add them under `{key}`.", field=block(key))
    names, words = set(map(folded, known)), [text]
    for mark in (r"[,;]", r"\band\b", r"[/+]"):
        words = [word for part in words for word in ([part] if folded(part) in names else re.split(mark, part)) if word.strip()]
    if len(words) == 1 and folded(text) not in names:
        apart = text.split()
        words = apart if all(folded(word) in names for word in apart) else words
    found = list(dict.fromkeys(_choice(key, word.strip(), known, policy) for word in words))
    if len(found) > rule.most:
        raise Refused(f"{rule.most} {rule.what} are the most; {rule.instead}.", field=block(key))
    return found


def _text(field: FieldPolicy, text: str, by: str, now: datetime, zone: Callable[[], tzinfo]) -> str:
    return one_line(text, field.name.lower(), TEXT_MOST)


def _number(field: FieldPolicy, text: str, by: str, now: datetime, zone: Callable[[], tzinfo]) -> str:
    plain = _THOUSANDS.sub("", text)
    try:
        if not _NUMBER.fullmatch(plain):
            raise InvalidOperation
        number = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        raise Refused(f"“{quote(text)}” is no number. Write {field.name} in digits, such as 1200 or 12.5.") from None
    return f"{number.normalize():f}" if number else "0"


def _people(field: FieldPolicy, text: str, by: str, now: datetime, zone: Callable[[], tzinfo]) -> str:
    left = re.sub(r"(?i)(?<![\w@<])@?me\b", f"<@{by}>", text)
    people = list(dict.fromkeys(_PERSON.findall(left)))
    rest = re.sub(r"\band\b|[\s,;&+]", "", _PERSON.sub("", left))
    if not people or rest:
        raise Refused(
            f"“{quote(rest or text)}” is nobody I can see; pick people from Slack's list, so that it becomes a mention."
        )
    if len(people) > PEOPLE_MOST:
        raise Refused(f"{PEOPLE_MOST} people are the most that {field.name} holds.")
    return " ".join(f"<@{person}>" for person in people)


def _date(field: FieldPolicy, text: str, by: str, now: datetime, zone: Callable[[], tzinfo]) -> str:
    tz = zone()
    return parse_day(text, now.astimezone(tz).date(), tz).isoformat()


def _never(field: FieldPolicy, text: str, by: str, now: datetime, zone: Callable[[], tzinfo]) -> str:
    raise Refused(f"{field.name} has no choices any more.")


_READ = {"text": _text, "number": _number, "people": _people, "date": _date, "choice": _never}


def people(value: str) -> list[str]:
    """The ids of the people that a value names."""
    return _PERSON.findall(value)


def reads(key: str, value: str, policy: Policy) -> str:
    """How a stored value reads; the value itself where nothing else is known of it."""
    if key == "type":
        return policy.type_name(value)
    return SOURCES.get(value, value) if key == "detected_by" else value


def stage(old: Status, to: Status) -> Stage | None:
    """What an incident comes to by this move; None where nothing is asked for it."""
    if to is Status.CLOSED:
        return "close"
    if old not in OPEN:
        return None
    return "resolve" if to is Status.RESOLVED else "mitigate" if to is Status.MONITORING else None


def lacking(type: str | None, values: Mapping[str, str], policy: Policy, at: Stage) -> list[str]:
    """The keys of the fields that have to be filled in at this stage and are not, in the order of the file."""
    return [key for key, field in policy.fields_of(type).items() if field.needed_by(at) and not values.get(key)]
