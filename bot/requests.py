"""From what Slack sends to a command and back to an answer."""

import difflib
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import bindparam
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from bot import drill, elsewhere, own_fields, search
from bot.commands import RUN, Answer, Command, Needs, Request, value
from bot.findings import Examine
from bot.modals import FormError, Modal, Submission
from bot.rush import Rush
from bot.slack import CallFailed, Transport
from bot.views.blocks import Block, button, buttons, section
from bot.views.texts import clip, say, typed
from bot.workspace import Workspace
from incidents import access, members, private
from incidents.core import Core, Repeated, find
from incidents.errors import Refused, quote
from incidents.events import read
from incidents.fields import FieldsMissing
from incidents.rules.lifecycle import ACTIVE, is_state
from incidents.rules.naming import incident_ref
from incidents.rules.severity import split_leading_severity
from incidents.standing import is_open
from incidents.timeline import at_home
from models import Event, Incident, Person

log = logging.getLogger("muster.requests")

BROKEN = "That broke on Muster's side and was not done. Try again; if it stays, tell whoever runs Muster."
BUSY = "Muster's database did not answer in time, so that was not done. Try again in a moment."
CONFIRMED = "confirmed"
_PERHAPS = 0.6  # as like as `status` and `stats`; `stop` and `set` are less
_SURELY = 0.75  # as like as `resolv` and `resolve`; `checkout` and `checklist` are less
_ANSWER_WAITS = 1.0  # seconds
_ZONE_WAITS = 1.0  # seconds, of the 2.5 that a whole request has
_ZONE_FRESH = timedelta(days=1)
_LIKE_A_NAME = re.compile(r"#?[0-9]+|inc[-_]?[0-9]*", re.IGNORECASE)  # looked at where it names no incident
_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,30})>")
_TEXT_LIMIT = 12_000  # Slack's own limit is lower; beyond it nothing is looked at


class FormOpener:
    """Opens a modal with the request's trigger, which works once."""

    def __init__(self, slack: Transport, trigger_id: str, *, over_form: bool = False) -> None:
        self._slack, self._trigger_id = slack, trigger_id
        self._method = "views.push" if over_form else "views.open"

    def open(self, view: Block) -> None:
        try:
            self._slack.call(self._method, {"trigger_id": self._trigger_id, "view": view})
        except CallFailed as failed:
            log.warning("a form could not be opened: %s", failed)
            said = "declare <what is wrong>" if view.get("callback_id") == "declare" else "help"
            raise Refused(f"Slack did not open the form in time. Try again, or type it: `/incident {said}`.") from None


class Background:
    """Sends answers that Slack does not take in the acknowledgement; an answer may be lost, a change never is."""

    def __init__(self, http: httpx.Client, rush: Rush | None = None) -> None:
        self.rush = rush or Rush()
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="answers")
        self._slow = ThreadPoolExecutor(max_workers=1, thread_name_prefix="slow answers")
        self._http = http
        self._under_way: set[Future[None]] = set()

    def run(self, work: Callable[[], Any], *, slow: bool = False) -> None:
        """Soon, in another thread; trouble is logged. What is `slow` comes one after the other and holds up nothing else."""
        latest = time.monotonic() + _ANSWER_WAITS

        def safely() -> None:
            self.rush.wait_for_calm(latest - time.monotonic())
            try:
                work()
            except (CallFailed, httpx.HTTPError, SQLAlchemyError) as error:
                log.warning("an answer was not delivered: %s", error)
            except Exception:
                log.exception("an answer was not delivered")

        future = (self._slow if slow else self._pool).submit(safely)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)

    def finish(self, seconds: float = 5.0) -> None:
        """Wait until everything is sent, or so long."""
        wait(list(self._under_way), timeout=seconds)

    def respond(
        self, url: str, said: "Answer | Callable[[], Answer]", *, replace_original: bool = False, slow: bool = False
    ) -> None:
        """By response_url: only the asker sees it. An answer without text is silence."""

        def send() -> None:
            answer = said() if callable(said) else said
            if not answer.text:
                return
            body = {"text": answer.text, "response_type": "ephemeral", "replace_original": replace_original}
            if answer.blocks:
                body["blocks"] = answer.blocks
            self._http.post(url, json=body).raise_for_status()

        self.run(send, slow=slow)


@dataclass(frozen=True)
class Outcome:
    """What comes of a form: its answer, or what will put it together; errors by field; or the form `again`, with more to
    fill in."""

    answer: Answer | Callable[[], Answer] = field(default_factory=Answer)
    errors: dict[str, str] = field(default_factory=dict)
    again: Block | None = None


@dataclass(frozen=True)
class Dispatcher:
    """Runs commands, buttons and forms. Every refusal and every bug ends in a sentence."""

    core: Core
    slack: Transport
    workspace: Workspace
    commands: Mapping[str, Command]
    modals: Mapping[str, Modal]
    background: Background
    examine: Examine = tuple
    _timezones: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # and when it was learnt

    def request(
        self,
        *,
        by: str,
        key: str,
        channel: str,
        trigger_id: str,
        response_url: str = "",
        chosen: str = "",
        over_form: bool = False,
    ) -> Request:
        """What every kind of request has in common. `over_form`: it was made in a form, over which another one opens.

        It works with a core that shows what this person may see: nothing that it asks for gets around that.
        """
        return Request(
            core=self.core.as_seen_by(by),
            forms=FormOpener(self.slack, trigger_id, over_form=over_form),
            by=by,
            text="",
            key=key,
            channel=channel,
            zone=self._zone,
            now=self.core.clock.now(),
            response_url=response_url,
            chosen=chosen,
            later=lambda answer: self.say(by, answer, response_url, slow=True),
            examine=self.examine,
        )

    def say(self, person: str, said: Answer | Callable[[], Answer], response_url: str = "", *, slow: bool = False) -> None:
        """An answer that no acknowledgement carries: by response_url, and where Slack gave none as a direct message."""
        if response_url:
            self.background.respond(response_url, said, slow=slow)
            return

        def send() -> None:
            answer = said() if callable(said) else said
            if answer.text:
                message = {"channel": person, "text": answer.text, "blocks": answer.blocks or None}
                self.slack.call("chat.postMessage", message)

        self.background.run(send, slow=slow)

    def typed(self, request: Request, text: str) -> Answer:
        """`/incident <text>`, as Slack sends it."""
        if len(text) > _TEXT_LIMIT:
            return Answer("That is too long for one command. Post it in the room and pin it instead.")
        return self._answered(lambda: self._run_typed(request, typed(text).strip()))

    def _run_typed(self, request: Request, text: str) -> Answer:
        word, _, rest = text.partition(" ")
        word, _, tail = word.partition("\n")
        word = word.rstrip(".,:;!?") or word
        rest = f"{tail} {rest}".strip() if tail else rest.strip()
        command, rest = self._command(word.lower(), rest)
        return self._run(command, request, rest, request.channel) if command else self._unknown(request, word.lower(), text)

    def pressed(self, request: Request, action_id: str, action_value: str, *, is_typed: bool = False) -> Answer:
        """A button, a menu entry or a picker's choice: a command with its text. What somebody typed confirms nothing."""
        name = action_id.removeprefix(RUN).partition(":")[0]
        rest = action_value
        if not action_id.startswith(RUN):  # an overflow's entry: `<command> INC-42 <text>`
            name, _, rest = action_value.partition(" ")
        if name not in self.commands:
            return Answer()
        if rest.endswith(f" {CONFIRMED}") and not is_typed:
            request, rest = replace(request, confirmed=True), rest.removesuffix(f" {CONFIRMED}")
        return self._answered(lambda: self._run(self.commands[name], request, rest, request.channel))

    def _command(self, word: str, rest: str) -> tuple[Command | None, str]:
        if not word:
            return self.commands["panel"], ""
        for command in self.commands.values():
            if word == command.name or word in command.aliases:
                return command, rest
        for role, policy in self.core.policy.roles.items():
            if word == role or word in policy.aliases:
                named, _, person = rest.partition(" ")  # `ic 42 @who` is `role 42 ic @who`
                said = f"{named} {role} {person}" if incident_ref(named) else f"{role} {rest}"
                return self.commands["role"], said.strip()
        if is_state(word):  # `mitigating 42 why` is `status 42 mitigating why`
            named, _, why = rest.partition(" ")
            said = f"{named} {word} {why}" if incident_ref(named) else f"{word} {rest}"
            return self.commands["status"], said.strip()
        if incident_ref(word):
            return self.commands["show"], word  # `/incident INC-42`
        return None, rest

    def _unknown(self, request: Request, word: str, text: str) -> Answer:
        """The nearest command. Whoever has just said what is wrong, or what happened, is one tap away from that."""
        names = self._names()
        near = difflib.get_close_matches(word[:40], list(names), n=1, cutoff=_PERHAPS)
        said = f"There is no command `{quote(word, 40)}`. `/incident help` shows them all."
        if near:
            usage = names[near[0]].usage
            said = f"There is no command `{quote(word, 40)}`. Did you mean `{near[0]}`? Usage: `/incident {usage}`"
        is_typo = bool(difflib.get_close_matches(word[:40], near, cutoff=_SURELY))
        if is_typo or " " not in text or len(text) > 1800:
            return Answer(clip(said, 2900))
        room = self._room(request, request.channel)
        if room is None:
            ask, meant = "Is that what is wrong?", "declare"
            tap = button("Declare it", f"{RUN}declare:said", text, style="primary")
        else:
            ask, meant = "Is that a note?", "note"
            tap = button("Add it as a note", f"{RUN}note:said", value(room.number, text))
        other = f"Did you mean `{near[0]}`?" if near else "`/incident help` shows them all."
        unknown = f"There is no command `{quote(word, 40)}`. {ask} `/incident {meant} {quote(text, 200)}`"
        said = clip(f"{unknown}\n{other}", 2900)
        return Answer(said, [section(said), buttons(tap)])

    def _names(self) -> dict[str, Command]:
        """Every word that can follow `/incident`, with what it runs."""
        names = {str(state): self.commands["status"] for state in ACTIVE}
        names |= {word: self.commands["role"] for role, its in self.core.policy.roles.items() for word in (role, *its.aliases)}
        for command in self.commands.values():
            names |= {word: command for word in (command.name, *command.aliases) if command.group}
        return names

    def _run(self, command: Command, request: Request, rest: str, channel: str) -> Answer:
        incident, rest, several = self._incident(request, command, rest, channel)
        request = replace(request, number=incident.number if incident is not None else None, text=rest)
        if incident is not None and incident.private:
            if channel != incident.room_channel:  # there Slack itself lets nobody else act
                members.refuse_unconfirmed(request.core, incident, request.by)
            private.viewed(request.core, [incident.number], request.by, command.name)
        if several:
            return self._picker(command, rest, several)
        in_drill = command.needs is Needs.INCIDENT and incident is not None and incident.drill is not None
        if in_drill:
            request = replace(request, forms=drill.MarkedForms(request.forms))
        try:
            answer = command.run(request)
        except Repeated as repeated:
            answer = self._again(command, request, repeated.event)
        except Refused as refused:
            answer = Answer(clip(refused.sentence, 2900))
        if command.needs is Needs.INCIDENT and incident is not None and channel != incident.room_channel:
            answer = elsewhere.named(answer, incident.number, self._for_an_incident())
        return drill.mark(answer) if in_drill else answer

    def _for_an_incident(self) -> set[str]:
        """The words that take an incident's name."""
        return {word for word, command in self._names().items() if command.needs is Needs.INCIDENT}

    def _is_drill(self, number: int | None) -> bool:
        if number is None:
            return False
        with self.core.view() as session:
            return session.exec(_DRILL, params={"number": number}).first() is not None

    def _again(self, command: Command, request: Request, event: Event) -> Answer:
        """The request came twice: answered like the first time, from what it led to."""
        with request.core.view() as session:
            incident = find(session, event.incident_id)
        if command.repeat is not None:
            return command.repeat(request, event, incident)
        return Answer(f"{incident.key}: {say(read(event.kind, event.payload).sentence(event.actor))}")

    def _incident(
        self, request: Request, command: Command, rest: str, channel: str
    ) -> tuple[Incident | None, str, list[Incident]]:
        """The incident that is meant and what is left of the text: the named one, the room's, or the only open one."""
        room = self._room(request, channel)
        if command.needs is Needs.NOTHING:
            return room, rest, []
        word, _, after = rest.partition(" ")
        named = incident_ref(word)
        if named is not None and word.isdigit() and self._is_text(command, word, after.strip(), in_room=room is not None):
            named = None
        if named is not None:
            with request.core.view() as session:
                return find(session, named), after.strip(), []
        if named is None and not command.free_text and _LIKE_A_NAME.fullmatch(word):
            raise Refused(f"There is no {word[:20].upper()}. `/incident list` shows the open ones.")
        if command.finds and rest.strip():
            return self._found(request, rest), rest, []
        if room is not None:
            return room, rest, []
        return self._only_open(request, command, rest)

    def _found(self, request: Request, words: str) -> Incident | None:
        """The one that these words find; None where they find none or several."""
        query = search.read(words, self.core.policy, by=request.by, now=request.now, zone=lambda: request.timezone)
        return search.only(request.core, query)

    def _room(self, request: Request, channel: str) -> Incident | None:
        """The incident whose room it is. Slack lets nobody act in a private one who is not in it: so they are."""
        room = at_home(request.core, channel)
        if room is not None and room.private:
            with request.core.view() as session:
                known = access.may_see(session, room, request.by)
            if not known:
                private.admit(request.core, room.number, request.by)
        return room

    def _is_text(self, command: Command, number: str, after: str, *, in_room: bool) -> bool:
        """Whether a bare number at the front is what was said ("sev 2 why", in a room "note 42 users affected") and not
        the incident that is meant ("resolve 42", "sev 42", "sev 42 2 why"). `INC-42` is never in doubt."""
        if not command.free_text:
            return False
        if command.name == "sev":
            level, next_level = (split_leading_severity(text, self.core.policy)[0] for text in (number, after))
            return in_room or (level is not None and next_level is None)
        return in_room and bool(after)

    def _only_open(self, request: Request, command: Command, rest: str) -> tuple[Incident | None, str, list[Incident]]:
        with request.core.view() as session:
            found = open_incidents(session, 11)
        if not found:
            raise Refused(f"No incident is open. `/incident {command.opens} <what is wrong>` opens one.")
        return (found[0], rest, []) if len(found) == 1 else (None, rest, found)

    def _picker(self, command: Command, rest: str, found: list[Incident]) -> Answer:
        if len(rest) > 1800:
            raise Refused(f"Several incidents are open. Say which: `/incident {command.name} INC-42 …`.")
        row = [
            button(
                f"{incident.called} {incident.title}",
                f"{RUN}{command.name}:{incident.number}",
                value(incident.number, rest),
            )
            for incident in found[:10]
        ]
        more = " More are open; name it: `INC-42`." if len(found) > 10 else ""
        text = f"Several incidents are open. Which one?{more}"
        return Answer(text, [section(text), *[buttons(*row[at : at + 5]) for at in range(0, len(row), 5)]])

    def submitted(self, request: Request, modal: Modal, view: Mapping[str, Any]) -> "Outcome":
        """A form: its answer; or errors by field, or the form with fields that it lacked (then nothing was done)."""
        form = self._submission(request, view)
        number = form.request.number
        blocks = [block.get("block_id", "") for block in form.blocks]
        try:
            answer = modal.submit(form)
            return Outcome(self._in_drill(answer) if self._is_drill(number) else answer)
        except Repeated:
            return Outcome()
        except FormError as error:
            return Outcome(errors=error.errors)
        except FieldsMissing as missing:
            return Outcome(again=own_fields.asking(form, missing.keys, missing.why))
        except Refused as refused:
            place = refused.field if refused.field and refused.field in blocks else modal.fallback
            return Outcome(errors={place: self._in_a_form(refused.sentence)})
        except SQLAlchemyError as error:
            log.error("the database failed a form of INC-%s: %s", number, str(error).splitlines()[0])
            return Outcome(errors={modal.fallback: BUSY})
        except Exception:
            log.exception("the form %s of INC-%s broke", modal.name, number)
            return Outcome(errors={modal.fallback: BROKEN})

    def redraw(self, request: Request, modal: Modal, view: Mapping[str, Any]) -> None:
        """Something was chosen that changes which fields the form has: before the acknowledgement, so that two choices
        show in their order. What cannot be shown is left as it is; submitting checks everything again."""
        if modal.redraw is None:
            return
        try:
            args = {"view_id": view["id"], "view": modal.redraw(self._submission(request, view))}
            self.slack.call("views.update", args)
        except (CallFailed, Refused, SQLAlchemyError) as error:
            log.warning("the form %s was not redrawn: %s", modal.name, str(error).splitlines()[0])

    def _submission(self, request: Request, view: Mapping[str, Any]) -> Submission:
        try:
            carried = json.loads(view.get("private_metadata") or "{}")
        except ValueError:
            carried = {}
        respond = carried.get("response_url", request.response_url)
        request = replace(request, number=carried.get("incident"), response_url=respond)
        return Submission(request, view.get("state", {}).get("values", {}), carried, view)

    def _in_drill(self, answer: Answer | Callable[[], Answer]) -> Answer | Callable[[], Answer]:
        return (lambda: drill.mark(answer())) if callable(answer) else drill.mark(answer)

    def _in_a_form(self, sentence: str) -> str:
        """A form's errors show no mentions: people by name, as far as they are known without asking Slack."""
        mentioned = set(_MENTION.findall(sentence))
        if not mentioned:
            return sentence
        with self.core.view() as session:
            known = {row.id: row.name for row in session.exec(select(Person).where(col(Person.id).in_(mentioned)))}
        return _MENTION.sub(lambda found: f"@{known[found[1]]}" if found[1] in known else "somebody else", sentence)

    def _answered(self, run: Callable[[], Answer]) -> Answer:
        try:
            return run()
        except Refused as refused:
            return Answer(clip(refused.sentence, 2900))
        except SQLAlchemyError as error:
            log.error("the database failed a request: %s", str(error).splitlines()[0])
            return Answer(BUSY)
        except Exception:
            log.exception("a request broke")
            return Answer(BROKEN)

    def _zone(self, user: str) -> ZoneInfo:
        """The person's own, as Slack knows it; the workspace's where Slack does not say so within a second."""
        known = self._timezones.get(user)
        if known is None or self.core.clock.now() - known[1] > _ZONE_FRESH:  # whoever travels takes theirs along
            asking = threading.Thread(target=self._learn, args=(user,), name="time zone", daemon=True)
            asking.start()
            asking.join(_ZONE_WAITS)
            known = self._timezones.get(user)
        return ZoneInfo(known[0] if known is not None and known[0] else self.core.policy.workspace.timezone)

    def _learn(self, user: str) -> None:
        try:
            self.workspace.names([user])
            said = self.workspace.timezone(user) or ""
        except (CallFailed, SQLAlchemyError) as error:
            log.warning("the time zone of %s is not known: %s", user, error)
            return
        self._timezones[user] = (said if _is_zone(said) else "", self.core.clock.now())


def _is_zone(name: str) -> bool:
    try:
        return ZoneInfo(name).key == name
    except (KeyError, ValueError, OSError):  # OSError: a name that is a folder, or too long for a file
        return False


_DRILL = select(Incident.drill).where(Incident.id == bindparam("number"), col(Incident.drill).is_not(None))


def open_incidents(session: Session, limit: int = 100) -> list[Incident]:
    """Those that the session's person may see, the newest first."""
    query = select(Incident).where(is_open(), access.visible(session)).order_by(col(Incident.id).desc())
    return list(session.exec(query.limit(limit)))
