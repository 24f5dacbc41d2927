"""Contract: who and where the app is."""

import httpx
import pytest

from tests.sandbox.contracts import Contract, covers, provokes


@covers("api.test", "auth.test", "bots.info", "team.info")
def test_who_and_where(contract: Contract) -> None:
    api = contract.api
    assert api.api_test(foo="bar")["args"]["foo"] == "bar"
    me = api.auth_test()
    assert (me["user"], me["user_id"], me["bot_id"]) == ("muster", "U0MUSTER", "B0MUSTER")
    assert {"url", "team", "team_id", "is_enterprise_install"} <= me.data.keys()
    assert "chat:write" in me.headers["x-oauth-scopes"]
    assert api.bots_info(bot=me["bot_id"])["bot"]["user_id"] == me["user_id"]
    assert api.team_info()["team"]["domain"] == "acme"
    assert contract.refusal(api.bots_info, bot="B0NOBODY") == "bot_not_found"
    assert contract.refusal(api.api_test, error="my_error") == "my_error"


@covers("apps.connections.open")
@provokes("not_allowed_token_type")
def test_a_socket_is_opened_with_the_apps_own_token(contract: Contract) -> None:
    url = contract.api.apps_connections_open(app_token="xapp-sandbox")["url"]
    assert url.startswith("ws://127.0.0.1:") and "ticket=" in url
    assert contract.refusal(contract.api.apps_connections_open, app_token="xoxb-sandbox") == "not_allowed_token_type"


@provokes("unknown_method", "invalid_arguments")
def test_methods_and_arguments_that_do_not_exist(contract: Contract) -> None:
    api = contract.api
    assert contract.refusal(lambda: api.api_call("chat.shout", params={})) == "unknown_method"
    assert contract.refusal(lambda: api.api_call("chat.postMessage", params={"channel": "C0GENERAL", "txt": "x"})) == (
        "invalid_arguments"
    )


@provokes(
    "account_inactive",
    "invalid_auth",
    "not_authed",
    "team_added_to_org",
    "token_expired",
    "token_revoked",
    "two_factor_setup_required",
)
def test_tokens_that_are_good_no_more(contract: Contract) -> None:
    api, workspace = contract.api, contract.sandbox.workspace
    for error in ("token_revoked", "token_expired", "account_inactive", "two_factor_setup_required", "team_added_to_org"):
        workspace.token_error = error
        assert contract.refusal(api.auth_test) == error
        assert contract.refusal(api.chat_postMessage, channel="C0GENERAL", text="x") == error
    workspace.token_error = ""
    api.token = "xoxb-another"
    assert contract.refusal(api.auth_test) == "invalid_auth"
    api.token = ""
    assert contract.refusal(api.auth_test) == "not_authed"


@pytest.mark.parametrize(
    ("content_type", "body", "error"),
    [
        (None, "a=1", "missing_post_type"),
        ("application/xml", "<a/>", "invalid_post_type"),
        ("application/json; charset=utf-16", "{}", "invalid_charset"),
        ("application/json", "{", "invalid_json"),
        ("application/json", "[]", "invalid_json"),
        ("text/plain", "", None),
        ("Application/JSON; charset=UTF-8", "{}", None),
    ],
)
def test_bodies_that_are_not_what_they_say(contract: Contract, content_type: str | None, body: str, error: str | None) -> None:
    headers = {"authorization": "Bearer xoxb-sandbox"} | ({"content-type": content_type} if content_type else {})
    answer = httpx.post(f"{contract.sandbox.api_url}auth.test", content=body, headers=headers).json()
    assert answer.get("error") == error and answer["ok"] is (error is None)
