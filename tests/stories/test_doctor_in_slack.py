"""`/incident doctor`: what `make doctor` says, for whoever has no shell there."""

import threading
from collections.abc import Callable, Iterator

from bot.findings import Finding, Grade, gathered
from tests.world import World


def test_what_is_wrong_comes_first_and_says_how_to_mend_it(make_world: Callable[..., World]) -> None:
    world = make_world("workspace: {leadership_channel: leaders}\n")
    alice = world.person("alice")
    assert "Looking over everything" in alice.runs("/incident doctor")
    world.settle()
    said = alice.ephemerals[-1]
    assert said.reads.index(":x: *leadership channel*: there is no #leaders") < said.reads.index(":warning: *on call*")
    assert "→ Make it, or correct workspace.leadership_channel." in said and "Fine: config, database" in said
    assert "clock" in said.text and "keep Muster from doing its work" in said.text
    settings = world.settings
    for secret in (settings.slack_bot_token, settings.slack_signing_secret):
        assert secret.get_secret_value() not in str(said.blocks) + said.text


def test_a_token_that_is_right_is_not_to_be_changed(world: World) -> None:
    """Slack is busy for a moment, which says nothing against the token."""
    world.workspace.faults.fail_next("auth.test", error="ratelimited", status=429, retry_after=30)
    alice = world.person("alice")
    alice.runs("/incident doctor")
    world.settle()
    assert "does not answer as it should (ratelimited) Try again" in alice.ephemerals[-1].text
    assert "Copy the token" not in alice.ephemerals[-1]


def test_what_hangs_is_not_waited_for() -> None:
    go_on = threading.Event()

    def findings() -> Iterator[Finding]:
        yield Finding(Grade.OK, "config", "is right")
        go_on.wait(5)

    assert gathered(findings, 0.05) == ([Finding(Grade.OK, "config", "is right")], False)
    go_on.set()
