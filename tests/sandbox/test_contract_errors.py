"""Every error that the app handles can be provoked; those that only Slack's own troubles bring are scripted."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.contracts import Contract, provokes

# Errors that no state of a small workspace leads to: guests, enterprise settings, Slack's own bad days.
SCRIPTED = {
    "accesslimited": "auth.test",
    "cant_invite": "conversations.invite",
    "canvas_disabled_user_team": "canvases.edit",
    "edit_window_closed": "chat.update",
    "external_channel_migrating": "pins.add",
    "fatal_error": "chat.postMessage",
    "internal_error": "chat.postMessage",
    "invitee_cant_see_channel": "conversations.invite",
    "message_limit_exceeded": "chat.postMessage",
    "msg_blocks_too_long": "chat.postMessage",
    "not_reactable": "reactions.add",
    "org_login_required": "auth.test",
    "org_user_not_in_team": "conversations.invite",
    "permission_denied": "usergroups.create",
    "rate_limited": "chat.postMessage",
    "request_timeout": "chat.postMessage",
    "restricted_action": "conversations.create",
    "restricted_action_read_only_channel": "chat.postMessage",
    "restricted_action_thread_only_channel": "chat.postMessage",
    "service_unavailable": "chat.postMessage",
    "team_access_not_granted": "auth.test",
    "team_added_to_org": "auth.test",
    "thread_locked": "reactions.add",
    "too_many_reactions": "reactions.add",
    "ura_max_channels": "conversations.invite",
    "user_is_restricted": "conversations.invite",
    "canvas_editing_locked": "canvases.edit",
    "subteam_max_users_exceeded": "usergroups.users.update",
}


@provokes(*SCRIPTED)
def test_errors_on_demand(contract: Contract) -> None:
    faults = contract.sandbox.workspace.faults
    for error, method in SCRIPTED.items():
        faults.fail_next(method, error=error)
        assert contract.refusal(lambda: contract.api.api_call(method, params={})) == error  # noqa: B023
    assert contract.sandbox.workspace.refusals == []  # what Slack brings about itself is no fault of the caller


@pytest.mark.parametrize("status", [500, 502, 503])
@provokes("internal_error")
def test_a_status_beside_the_error(contract: Contract, status: int) -> None:
    contract.sandbox.workspace.faults.fail_next("conversations.create", status=status, after_effect=True)
    with pytest.raises(SlackApiError) as caught:
        contract.api.conversations_create(name="inc-1")
    assert caught.value.response.status_code == status
    assert contract.people.channels_starting("inc-1")


@provokes("ratelimited")
def test_too_many_calls(contract: Contract) -> None:
    contract.sandbox.workspace.limits_rates = True
    for _ in range(20):
        contract.api.conversations_list()
    with pytest.raises(SlackApiError) as caught:
        contract.api.conversations_list()
    assert caught.value.response.status_code == 429 and int(caught.value.response.headers["Retry-After"]) >= 1
    assert contract.api.users_list()["ok"]  # only that method is blocked
    contract.sandbox.workspace.limits_rates = False
    assert contract.api.conversations_list()["ok"]
