"""Rate limits as Slack's tiers: each method for itself, posts by the second and channel, switchable at any time."""

import pytest

from sandbox import api
from sandbox.rates import PER_MINUTE, Rates
from sandbox.workspace import Workspace


@pytest.mark.parametrize("tier", sorted(PER_MINUTE))
def test_a_tier_a_minute(clock: object, tier: int) -> None:
    rates, most = Rates(clock), PER_MINUTE[tier]  # type: ignore[arg-type]
    assert [rates.wait("some.method", tier) for _ in range(most)] == [0] * most
    wait = rates.wait("some.method", tier)
    assert 1 <= wait <= 60 // most + 1
    assert rates.wait("another.method", tier) == 0
    clock.advance(wait)  # type: ignore[attr-defined]
    assert rates.wait("some.method", tier) == 0


def test_special_methods_have_no_tier(clock: object) -> None:
    rates = Rates(clock)  # type: ignore[arg-type]
    assert not any(rates.wait("auth.test", api.find("auth.test").tier) for _ in range(500))  # type: ignore[union-attr]


def test_posts_in_many_channels_share_a_larger_limit(clock: object) -> None:
    rates = Rates(clock)  # type: ignore[arg-type]
    waits = [rates.wait("chat.postMessage", 0, f"C{n}") for n in range(301)]
    assert waits[:300] == [0] * 300 and waits[300] == 1


@pytest.mark.parametrize(
    ("method", "tier"),
    [
        ("auth.test", 0),
        ("chat.getPermalink", 0),
        ("bookmarks.add", 2),
        ("canvases.create", 2),
        ("conversations.create", 2),
        ("conversations.setTopic", 2),
        ("pins.add", 2),
        ("usergroups.users.update", 2),
        ("users.list", 2),
        ("canvases.edit", 3),
        ("chat.update", 3),
        ("conversations.history", 3),
        ("conversations.invite", 3),
        ("reactions.add", 3),
        ("chat.postEphemeral", 4),
        ("files.getUploadURLExternal", 4),
        ("users.info", 4),
        ("views.open", 4),
    ],
)
def test_tiers_as_documented(method: str, tier: int) -> None:
    declared = api.find(method)
    assert declared is not None and declared.tier == tier


def test_a_limited_call_does_nothing_and_is_no_refusal(workspace: Workspace) -> None:
    workspace.limits_rates = True
    replies = [workspace.request("conversations.create", {"name": f"r{n}"}) for n in range(21)]
    assert [reply.status for reply in replies] == [200] * 20 + [429]
    assert replies[-1].body == {"ok": False, "error": "ratelimited"} and int(replies[-1].headers["Retry-After"]) > 0
    assert workspace.refusals == [] and not any(room.name == "r20" for room in workspace.state.channels.values())
    workspace.limits_rates = False
    assert workspace.call("conversations.create", {"name": "r20"})["ok"]
