"""Contract: forms and App Homes."""

from typing import Any

from tests.sandbox.contracts import Contract, covers, provokes

HOME = {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Welcome"}}]}


@covers("views.open", "views.push", "views.update")
@provokes(
    "duplicate_external_id",
    "exchanged_trigger_id",
    "hash_conflict",
    "invalid_trigger_id",
    "not_found",
    "push_limit_reached",
)
def test_a_stack_of_three(contract: Contract, form: Any) -> None:
    api, no = contract.api, contract.refusal
    used = contract.trigger()
    root = api.views_open(trigger_id=used, view=form | {"external_id": "root"})["view"]
    assert no(api.views_open, trigger_id=used, view=form) == "exchanged_trigger_id"
    assert no(api.views_open, trigger_id="1.2.x", view=form) == "invalid_trigger_id"
    second = api.views_push(trigger_id=contract.trigger(), view=form)["view"]
    third = api.views_push(trigger_id=contract.trigger(), view=form)["view"]
    assert (third["previous_view_id"], third["root_view_id"]) == (second["id"], root["id"])
    assert no(api.views_push, trigger_id=contract.trigger(), view=form) == "push_limit_reached"
    again = api.views_update(external_id="root", hash=root["hash"], view=form | {"external_id": "root"})["view"]
    assert again["id"] == root["id"] and again["hash"] != root["hash"]
    assert no(api.views_update, view_id=root["id"], hash=root["hash"], view=form) == "hash_conflict"
    assert no(api.views_update, view_id="V1", view=form) == "not_found"
    assert no(api.views_push, trigger_id=contract.trigger("U0BOB"), view=form) == "not_found"
    other = contract.trigger("U0BOB")
    assert no(api.views_open, trigger_id=other, view=form | {"external_id": "root"}) == "duplicate_external_id"


@provokes("expired_trigger_id", "view_too_large", "invalid_arguments")
def test_what_no_form_is_opened_for(contract: Contract, form: Any) -> None:
    api, no = contract.api, contract.refusal
    late = contract.trigger()
    contract.sandbox.workspace.state.triggers[late].issued_at -= 3.1
    assert no(api.views_open, trigger_id=late, view=form) == "expired_trigger_id"
    heavy = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}} for _ in range(90)]
    assert no(api.views_open, trigger_id=contract.trigger(), view=form | {"blocks": heavy}) == "view_too_large"
    assert no(api.views_open, trigger_id=contract.trigger(), view=HOME) == "invalid_arguments"
    long = form | {"external_id": "x" * 256}
    assert no(api.views_open, trigger_id=contract.trigger(), view=long) == "invalid_arguments"


@covers("views.publish")
@provokes("hash_conflict")
def test_home(contract: Contract) -> None:
    api = contract.api
    first = api.views_publish(user_id="U0ALICE", view=HOME)["view"]
    assert "Welcome" in contract.people.person("alice").opens_home()
    opened = contract.events("app_home_opened")[-1]
    assert (opened["user"], opened["tab"], opened["view"]["id"]) == ("U0ALICE", "home", first["id"])
    api.views_publish(user_id="U0ALICE", view=HOME, hash=first["hash"])
    assert contract.refusal(api.views_publish, user_id="U0ALICE", view=HOME, hash=first["hash"]) == "hash_conflict"


@provokes("not_enabled")
def test_an_app_without_a_home_tab(declaring: Any) -> None:
    contract = declaring("chat:write", events=("app_home_opened",))
    assert contract.refusal(contract.api.views_publish, user_id="U0ALICE", view=HOME) == "not_enabled"
    assert contract.people.person("alice").client.home() is None
    assert contract.events("app_home_opened") == []
