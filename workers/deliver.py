"""The delivery job: claims what is due, does it through Slack, and settles what came of it."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import OperationalError

from bot.acts import Act, Desk, ForPrivate, NotYet, Withheld
from bot.reactions import DECORATION, Reaction
from bot.scene import Scene, load
from bot.slack import CALL_SECONDS, SlackAway, SlackBraked, SlackDoubt, SlackRefused, Transport
from bot.workspace import Workspace
from incidents.core import Core
from models import Delivery
from workers import leases
from workers.leases import Claim

log = logging.getLogger(__name__)

HOST = "slack"  # the brake on Slack as a whole
_HOST_SECONDS = 15.0
_HOST_TIMEOUTS = 2
_CALLS_SECONDS = leases.LEASE.total_seconds() - CALL_SECONDS  # no call begins later, so that it ends within the lease
_CHANNEL_TROUBLE = frozenset({"channel_not_found", "not_in_channel", "is_archived"})
_REFUSED_LOOKS = 10  # about six minutes; then nothing can be found out there, and its lane has waited long enough
_PATIENT, _LONGEST_PATIENCE = timedelta(minutes=5), timedelta(minutes=5)
_REFUSALS = 2  # a plain refusal is tried once more: what it needed may have been on its way


class Brakes:
    """A transport that keeps everybody's brakes: a braked call fails at once, and a 429 brakes it for all."""

    def __init__(self, core: Core, slack: Transport) -> None:
        self._core, self._slack = core, slack
        self._until: dict[str, datetime] = {}
        self._timeouts = 0
        self.waits: Callable[[], object] = lambda: None
        """Told before each call."""

    def learn(self, claimed: Claim) -> None:
        """What is braked by others, by the database's clock; this machine's may be wrong."""
        ahead = self._core.clock.now() - (claimed.until - leases.LEASE)
        self._until |= {name: until + ahead for name, until in claimed.brakes.items()}

    def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        name = f"{method}:{args.get('channel')}" if method == "chat.postMessage" else method
        now = self._core.clock.now()
        for brake in (name, HOST):
            until = self._until.get(brake)
            if until is not None and until > now:
                raise SlackBraked(method, (until - now).total_seconds())
        self.waits()
        try:
            answer = self._slack.call(method, args)
        except SlackBraked as braked:
            self._brake(name, braked.seconds)
            raise
        except SlackDoubt as doubt:
            self._timeouts = self._timeouts + 1 if doubt.error == "no_answer" else 0
            if self._timeouts >= _HOST_TIMEOUTS:
                self._timeouts = 0
                self._brake(HOST, _HOST_SECONDS)
            raise
        self._timeouts = 0
        return answer

    def upload(self, url: str, content: bytes) -> None:
        self.waits()
        self._slack.upload(url, content)

    def _brake(self, name: str, seconds: float) -> None:
        self._until[name] = self._core.clock.now() + timedelta(seconds=seconds)
        leases.brake(self._core, name, seconds)


class Relay:
    """Threads of one drain that take turns beginning: one begins when another has to wait for Slack, or soon anyway.

    Begun together they would share one interpreter just when the most pressing delivery is on its way out. One that finds
    nothing to do stays at hand while others work: what those settle may leave more.
    """

    _SOON = 0.05  # seconds; what waits for others than Slack must not hold up the rest
    _APART = 0.012  # calls that begin together come back together, and then hold each other up

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wanted, self._working, self._over = True, 0, False

    def bring(self) -> None:
        """One more may begin."""
        with self._changed:
            self._wanted = True
            self._changed.notify()

    def begins(self) -> bool:
        """Wait for one's turn; False once nobody works any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._wanted or self._over, timeout=self._SOON)
            if self._working:
                self._changed.wait_for(lambda: self._over, timeout=self._APART)
            self._wanted = False
            self._working += not self._over
            return not self._over

    def leaves(self) -> None:
        """Nothing is left to do for the moment."""
        with self._changed:
            self._working -= 1
            self._over = self._over or self._working == 0
            self._changed.notify_all()


@dataclass
class Courier:
    """Delivers; safe to use from several threads and processes at once. `stopping` ends a drain after the call at hand."""

    core: Core
    slack: Transport
    table: Mapping[str, Reaction]
    stopping: threading.Event = field(default_factory=threading.Event)
    brakes: Brakes = field(init=False)
    workspace: Workspace = field(init=False)

    def __post_init__(self) -> None:
        self.brakes = Brakes(self.core, self.slack)
        self.workspace = Workspace(self.core, self.brakes)

    def one(self, *, up_to_priority: int = 99) -> bool:
        """Work on the most pressing delivery; False if none is due."""
        claimed = leases.claim(self.core, up_to_priority=up_to_priority)
        if claimed is None:
            return self._check_one()
        self.brakes.learn(claimed)
        try:
            self._work(claimed, self.table[claimed.delivery.reaction])
        except OperationalError as error:  # busy or away for a moment: what came of it is not stored, and is looked for soon
            trouble = f"the database did not answer: {str(error.orig or error).splitlines()[0][:200]}"
            log.warning("delivery %s of %s: %s", claimed.delivery.id, claimed.delivery.about, trouble)
            leases.put_back(self.core, claimed, after=leases.LOOK_AFTER, doubt=True, trouble=trouble)
        except Exception:  # a bug must not stop the others; the lease runs out and it is tried again, slowly
            log.exception("delivery %s of %s", claimed.delivery.id, claimed.delivery.about)
            wait = timedelta(seconds=min(300, 2 ** min(claimed.delivery.attempt, 8)))
            leases.put_back(self.core, claimed, after=wait, doubt=True, trouble="a bug: see the log")
        return True

    def _work(self, claimed: Claim, reaction: Reaction) -> None:
        delivery, scene = claimed.delivery, load(self.core, claimed.delivery)
        act = reaction.act if self._may_leave(reaction, scene, delivery) else Withheld(reaction.act)
        until = time.monotonic() + _CALLS_SECONDS
        desk = Desk(self.core, self.brakes, self.workspace, delivery, scene, self._as_private(act, reaction), until)
        doubt = claimed.doubt
        try:
            result = act.look(desk) if doubt else None
            if result is None:
                if doubt:  # what took no effect yet may do so late: looked for again a minute after
                    desk.keep(reposted=desk.reposted + 1)
                    doubt = False
                result = self._perform(act, desk)
        except NotYet as wait:
            later = max(timedelta(seconds=wait.seconds), _wait(delivery.attempt), _patience(scene))
            leases.put_back(self.core, claimed, after=later, doubt=claimed.doubt)
        except SlackBraked as braked:
            wait_for = timedelta(seconds=braked.seconds)
            leases.put_back(self.core, claimed, after=wait_for, doubt=claimed.doubt, trouble=str(braked))
        except SlackAway as away:
            leases.put_back(self.core, claimed, after=_wait(delivery.attempt), doubt=claimed.doubt, trouble=str(away))
        except SlackDoubt as failed:
            if not doubt and act.again_at_most is not None and desk.reposted >= act.again_at_most:
                self._give_up(claimed, reaction, act, failed)
            else:
                later = max(leases.LOOK_AFTER, _wait(delivery.attempt))
                leases.put_back(self.core, claimed, after=later, doubt=True, trouble=str(failed))
        except SlackRefused as refused:
            self._refused(claimed, reaction, act, desk, refused, doubt)
        else:
            shown = scene.event.id if reaction.mirror else None
            leases.settle(self.core, claimed, act, result, shown=shown, private=scene.incident.private)

    def _as_private(self, act: Act, reaction: Reaction) -> ForPrivate | None:
        """What is withheld may be taken back anywhere; that says nothing."""
        return ForPrivate.WORDLESS if isinstance(act, Withheld) else reaction.private

    def _may_leave(self, reaction: Reaction, scene: Scene, delivery: Delivery) -> bool:
        if not scene.incident.private:
            return True
        with self.core.view() as session:
            return reaction.may_leave(session, scene.incident, delivery.target)

    def _perform(self, act: Act, desk: Desk) -> dict[str, Any]:
        try:
            return act.perform(desk)
        except SlackRefused as refused:
            simpler = act.recover(desk, refused)
            if simpler is None:
                raise
            return simpler

    def _refused(self, claimed: Claim, reaction: Reaction, act: Act, desk: Desk, refused: SlackRefused, doubt: bool) -> None:
        """A refused look leaves the doubt. A bad token or a lost channel may be mended; anything else is given up."""
        delivery = claimed.delivery
        mendable = refused.for_the_token
        if mendable or (doubt and delivery.refusals < _REFUSED_LOOKS):
            wait = timedelta(seconds=min(60, 5 * delivery.attempt))
            leases.put_back(self.core, claimed, after=wait, doubt=claimed.doubt, trouble=str(refused), refused=not mendable)
            return
        if refused.error in _CHANNEL_TROUBLE:
            self.workspace.forget_channel(desk.scene.policy.workspace.announce_channel)
        if delivery.refusals + 1 < _REFUSALS:
            leases.put_back(self.core, claimed, after=timedelta(seconds=1), doubt=False, trouble=str(refused), refused=True)
            return
        self._give_up(claimed, reaction, act, refused)

    def _give_up(self, claimed: Claim, reaction: Reaction, act: Act, failed: SlackRefused | SlackDoubt) -> None:
        delivery = claimed.delivery
        log.error("%s: %s %s given up: %s", delivery.about, delivery.reaction, delivery.target, failed)
        leases.give_up(self.core, claimed, act, _plainly(failed), decoration=reaction.priority >= DECORATION)

    def _check_one(self) -> bool:
        """Look once more for a late copy of something that was posted again."""
        row = leases.to_check(self.core)
        if row is None:
            return False
        try:
            reaction, scene = self.table[row.reaction], load(self.core, row)
            act = reaction.act if self._may_leave(reaction, scene, row) else Withheld(reaction.act)
            again = act.tidy(Desk(self.core, self.brakes, self.workspace, row, scene, self._as_private(act, reaction)))
        except SlackBraked as braked:
            leases.check_later(self.core, row, timedelta(seconds=braked.seconds))
            return True
        except NotYet:  # its room is archived, and may stay so for ever: looked for ever more rarely
            since = self.core.clock.now() - (row.settled_at or self.core.clock.now())
            leases.check_later(self.core, row, max(since, leases.CHECK_AFTER))
            return True
        except (SlackAway, SlackDoubt) as failed:
            log.info("the copy check of delivery %s waits: %s", row.id, failed)
            return True
        except SlackRefused as refused:
            log.warning("the copy check of delivery %s was refused: %s", row.id, refused)
        except Exception:  # a bug: looked at again after a while, and not in the way of the others
            log.exception("the copy check of delivery %s", row.id)
            return True
        else:
            if again is not None:
                leases.check_later(self.core, row, again)
                return True
        leases.checked(self.core, row, mirror=self.table[row.reaction].mirror)
        return True

    def drain(self, *, threads: int = 4, up_to_priority: int = 99, seconds: float = 30.0) -> int:
        """Deliver with several threads until nothing is due, it is stopping, or for about `seconds`; how many were done."""
        deadline = time.monotonic() + seconds
        done: list[int] = []
        relay = Relay()
        self.brakes.waits = relay.bring

        def goes_on() -> bool:
            return time.monotonic() < deadline and not self.stopping.is_set()

        def work() -> None:
            while relay.begins():
                try:
                    while goes_on() and self.one(up_to_priority=up_to_priority):
                        done.append(1)
                except OperationalError as error:  # busy or away: what is due stays due, and the clock rings again
                    log.warning("the database did not answer: %s", str(error.orig or error).splitlines()[0])
                    return
                finally:
                    relay.leaves()

        extra = [threading.Thread(target=work, name=f"lane-{n}") for n in range(threads - 1)]
        for thread in extra:
            thread.start()
        work()
        for thread in extra:
            thread.join()
        return len(done)


def _wait(attempt: int) -> timedelta:
    """Five seconds at most for some five minutes, then ever longer: what Slack refuses for a day is asked for no more often
    than it takes to be there within half a minute when it works again."""
    return timedelta(seconds=max(min(5.0, 0.25 * 2 ** min(attempt, 6)), min(30.0, attempt / 12)))


def _patience(scene: Scene) -> timedelta:
    """What it waits for may never come, such as the announcement in a channel where Muster may not write: after five minutes
    it looks ever less often. When something of the incident is late and comes, whatever waited is due at once."""
    age = scene.now - scene.event.recorded_at
    return min(age / 60, _LONGEST_PATIENCE) if age > _PATIENT else timedelta()


def _plainly(failed: SlackRefused | SlackDoubt) -> str:
    return f"{failed.error}{f', {failed.detail}' if failed.detail else ''}"
