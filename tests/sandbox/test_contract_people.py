"""Contract: people, and the groups that can be mentioned at once."""

from typing import Any

from tests.sandbox.contracts import Contract, covers, provokes

BOTH = ("usergroups:read", "usergroups:write")
EVENTS = ("subteam_created", "subteam_updated", "subteam_members_changed")


@covers("users.info", "users.list", "users.lookupByEmail", "users.profile.get", "users.getPresence")
@provokes("user_not_found", "users_not_found")
def test_people(contract: Contract) -> None:
    api, no = contract.api, contract.refusal
    members = [person["id"] for page in api.users_list(limit=4) for person in page["members"]]
    assert {"U0ALICE", "U0ERIN", "U0MUSTER"} <= set(members)
    alice = api.users_info(user="U0ALICE", include_locale=True)["user"]
    assert (alice["name"], alice["tz"], alice["profile"]["email"]) == ("alice", "Europe/Berlin", "alice@example.com")
    assert api.users_lookupByEmail(email="ALICE@example.com")["user"]["id"] == "U0ALICE"
    assert api.users_profile_get(user="U0BOB")["profile"]["real_name"] == "Bob Brown"
    assert api.users_getPresence(user="U0BOB")["presence"] == "active"
    assert no(api.users_info, user="U0NOBODY") == "user_not_found"
    assert no(api.users_lookupByEmail, email="nobody@example.com") == "users_not_found"


def test_without_the_scope_there_is_no_address(declaring: Any) -> None:
    contract = declaring("users:read")
    assert "email" not in contract.api.users_info(user="U0ALICE")["user"]["profile"]
    assert contract.refusal(contract.api.users_lookupByEmail, email="alice@example.com") == "missing_scope"


@covers(
    "usergroups.create",
    "usergroups.disable",
    "usergroups.enable",
    "usergroups.list",
    "usergroups.update",
    "usergroups.users.list",
    "usergroups.users.update",
)
@provokes("invalid_users", "no_such_subteam", "no_users_provided")
def test_a_groups_life(declaring: Any) -> None:
    for kind in ("web_client", "bolt"):
        contract = declaring(*BOTH, events=EVENTS, kind=kind)
        api, no = contract.api, contract.refusal
        made = api.usergroups_create(name="Payments on call", handle="payments-oncall", channels=["C0GENERAL"])["usergroup"]
        assert (made["handle"], made["prefs"]["channels"], made["date_delete"]) == ("payments-oncall", ["C0GENERAL"], 0)
        group = made["id"]
        filled = api.usergroups_users_update(usergroup=group, users=["U0ALICE", "U0BOB"], include_count=True)["usergroup"]
        assert (filled["users"], filled["user_count"]) == (["U0ALICE", "U0BOB"], 2)
        assert api.usergroups_users_list(usergroup=group)["users"] == ["U0ALICE", "U0BOB"]
        api.usergroups_users_update(usergroup=group, users="U0BOB")
        changed = contract.events("subteam_members_changed")[-1]
        assert (changed["added_users"], changed["removed_users"]) == ([], ["U0ALICE"])
        api.usergroups_update(usergroup=group, name="Payments", description="Who is paged")
        [listed] = api.usergroups_list(include_users=True, include_count=True)["usergroups"]
        assert (listed["name"], listed["handle"], listed["users"]) == ("Payments", "payments-oncall", ["U0BOB"])
        api.usergroups_disable(usergroup=group)
        assert api.usergroups_list()["usergroups"] == []
        assert api.usergroups_list(include_disabled=True)["usergroups"][0]["deleted_by"] == "U0MUSTER"
        assert no(api.usergroups_users_list, usergroup=group) == "no_such_subteam"
        api.usergroups_enable(usergroup=group)
        assert [event["subteam"]["date_delete"] > 0 for event in contract.events("subteam_updated")][-2:] == [True, False]
        assert no(api.usergroups_users_update, usergroup=group, users="") == "no_users_provided"
        assert no(api.usergroups_users_update, usergroup=group, users="U0NOBODY") == "invalid_users"
        assert no(api.usergroups_users_update, usergroup="S1", users="U0BOB") == "no_such_subteam"


@provokes(
    "bad_handle",
    "description_too_long",
    "forbidden_handle",
    "handle_already_exists",
    "invalid_channel_provided",
    "missing_subteam_name",
    "name_already_exists",
    "name_too_long",
)
def test_what_a_group_cannot_be(declaring: Any) -> None:
    contract = declaring(*BOTH)
    api, no = contract.api, contract.refusal
    assert api.usergroups_create(name="On Call!")["usergroup"]["handle"] == "on-call"
    for arguments, error in (
        ({"name": ""}, "missing_subteam_name"),
        ({"name": "On Call!"}, "name_already_exists"),
        ({"name": "x" * 81}, "name_too_long"),
        ({"name": "A", "handle": "on-call"}, "handle_already_exists"),
        ({"name": "A", "handle": "alice"}, "handle_already_exists"),
        ({"name": "A", "handle": "general"}, "handle_already_exists"),
        ({"name": "A", "handle": "No Way"}, "bad_handle"),
        ({"name": "A", "handle": "here"}, "forbidden_handle"),
        ({"name": "A", "description": "x" * 141}, "description_too_long"),
        ({"name": "A", "channels": "C1"}, "invalid_channel_provided"),
    ):
        assert no(api.usergroups_create, **arguments) == error


@provokes("missing_scope", "paid_teams_only", "plan_upgrade_required")
def test_the_free_plan_has_no_groups(declaring: Any) -> None:
    contract = declaring(*BOTH, plan="free")
    api, no = contract.api, contract.refusal
    assert no(api.usergroups_list) == "plan_upgrade_required"
    assert no(api.usergroups_create, name="On call") == "plan_upgrade_required"
    assert no(api.usergroups_users_update, usergroup="S1", users="U0BOB") == "plan_upgrade_required"
    assert no(api.usergroups_update, usergroup="S1", name="x") == "paid_teams_only"
    assert no(declaring("usergroups:read").api.usergroups_create, name="On call") == "missing_scope"


def test_groups_are_mentioned_by_their_handle(contract: Contract) -> None:
    group = contract.api.usergroups_create(name="On call", handle="oncall")["usergroup"]["id"]
    said = contract.people.person("alice").says("@oncall please look", in_="#general")
    assert said.text == f"<!subteam^{group}> please look" and "@oncall please look" in said
