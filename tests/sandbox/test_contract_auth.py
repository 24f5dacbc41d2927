"""Contract: who and where the app is."""

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
