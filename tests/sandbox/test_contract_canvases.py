"""Contract: canvases, with one change in each call, and what the free plan leaves of them."""

from typing import Any

import httpx
import pytest

from tests.sandbox.contracts import Contract, covers, provokes

BOTH = ("canvases:read", "canvases:write", "channels:manage", "channels:read", "files:read")
DRAFT = {"type": "markdown", "markdown": "# Postmortem\n\nWhat happened\n\n## Timeline\n\n- 10:00 declared\n- 10:05 acked"}


def words(text: str) -> dict[str, str]:
    return {"type": "markdown", "markdown": text}


@pytest.fixture(params=["web_client", "bolt"])
def paid(declaring: Any, request: pytest.FixtureRequest) -> Contract:
    contract: Contract = declaring(*BOTH, kind=request.param)
    return contract


def shown(contract: Contract, canvas: str) -> str:
    return contract.sandbox.workspace.state.canvases[canvas].markdown


@covers("canvases.create", "canvases.edit", "canvases.sections.lookup", "canvases.delete", "files.info")
@provokes("canvas_not_found", "canvas_editing_failed", "invalid_arguments")
def test_a_document_is_written_and_changed(paid: Contract) -> None:
    api, no = paid.api, paid.refusal
    canvas = api.canvases_create(title="INC-1", document_content=DRAFT)["canvas_id"]

    def sections(**criteria: Any) -> list[str]:
        return [item["id"] for item in api.canvases_sections_lookup(canvas_id=canvas, criteria=criteria)["sections"]]

    def change(**changes: Any) -> Any:
        return api.canvases_edit(canvas_id=canvas, changes=[changes])

    assert len(sections(section_types=["any_header"])) == 2 and len(sections(contains_text="acked")) == 1
    [timeline] = sections(section_types=["h2"], contains_text="timeline")
    change(operation="insert_after", section_id=timeline, document_content=words("- 09:58 alert"))
    change(operation="insert_before", section_id=timeline, document_content=words("## Summary\n\nCheckout was down"))
    change(operation="insert_at_end", document_content=words("the end"))
    change(operation="insert_at_start", document_content=words("*draft*"))
    change(operation="replace", section_id=timeline, document_content=words("## The timeline"))
    change(operation="delete", section_id=sections(contains_text="What happened")[0])
    change(operation="rename", title_content=words("INC-1, checkout"))
    assert shown(paid, canvas) == (
        "*draft*\n\n# Postmortem\n\n## Summary\n\nCheckout was down\n\n## The timeline\n\n- 09:58 alert\n\n"
        "- 10:00 declared\n- 10:05 acked\n\nthe end"
    )
    file = api.files_info(file=canvas)["file"]
    assert (file["title"], file["filetype"], file["user"]) == ("INC-1, checkout", "quip", "U0MUSTER")
    page = httpx.get(file["url_private_download"], headers={"authorization": "Bearer xoxb-sandbox"})
    assert "<h2" in page.text and "The timeline" in page.text
    change(operation="replace", document_content=words("all new"))
    assert shown(paid, canvas) == "all new"
    two = [{"operation": "insert_at_end", "document_content": words("x")}] * 2
    assert no(api.canvases_edit, canvas_id=canvas, changes=two) == "invalid_arguments"
    assert no(api.canvases_edit, canvas_id=canvas, changes=[]) == "invalid_arguments"
    assert no(change, operation="insert_after", document_content=words("x")) == "invalid_arguments"
    assert no(change, operation="explode", document_content=words("x")) == "invalid_arguments"
    assert no(change, operation="replace", document_content={"type": "html", "html": "x"}) == "invalid_arguments"
    assert no(change, operation="delete", section_id="temp:C:gone") == "canvas_editing_failed"
    assert no(change, operation="insert_at_end", document_content=words("> - no")) == "canvas_editing_failed"
    assert shown(paid, canvas) == "all new"
    api.canvases_delete(canvas_id=canvas)
    assert no(api.canvases_delete, canvas_id=canvas) == "canvas_not_found"


@provokes("canvas_creation_failed", "canvas_too_large", "channel_not_found")
def test_what_a_canvas_does_not_take(paid: Contract) -> None:
    api, no = paid.api, paid.refusal
    with pytest.raises(Exception, match=r"line 2: Unsupported block type \(List\) within block quote"):
        api.canvases_create(title="x", document_content=words("fine\n> - not fine"))
    assert no(api.canvases_create, document_content=words("| x " * 301 + "|")) == "canvas_creation_failed"
    canvas = api.canvases_create(document_content=words("x" * 1_000_000))["canvas_id"]
    more = [{"operation": "insert_at_end", "document_content": words("x" * 100_000)}]
    assert no(api.canvases_edit, canvas_id=canvas, changes=more) == "canvas_too_large"
    assert no(api.canvases_create, channel_id="C0RANDOM") == "channel_not_found"
    fenced = api.canvases_create(document_content=words("```\n# not a heading\n\n```\n# A heading"))["canvas_id"]
    assert len(api.canvases_sections_lookup(canvas_id=fenced, criteria={"section_types": ["h1"]})["sections"]) == 1


@covers("conversations.canvases.create")
@provokes("channel_canvas_already_exists", "channel_canvas_creation_failed", "channel_not_found")
def test_a_channel_has_one_canvas_of_its_own(paid: Contract) -> None:
    api, no = paid.api, paid.refusal
    room = api.conversations_create(name="inc-1")["channel"]["id"]
    assert no(api.conversations_canvases_create, channel_id=room, document_content=words("> 1. x")) == (
        "channel_canvas_creation_failed"
    )
    canvas = api.conversations_canvases_create(channel_id=room, document_content=DRAFT)["canvas_id"]
    assert no(api.conversations_canvases_create, channel_id=room, document_content=DRAFT) == "channel_canvas_already_exists"
    properties = api.conversations_info(channel=room)["channel"]["properties"]
    assert properties["canvas"]["file_id"] == canvas and properties["tabs"][0]["id"] == canvas
    api.canvases_delete(canvas_id=canvas)
    assert api.conversations_canvases_create(channel_id=room, document_content=DRAFT)["canvas_id"] != canvas
    assert no(api.conversations_canvases_create, channel_id="C0RANDOM", document_content=DRAFT) == "channel_not_found"


@covers("canvases.access.set", "canvases.access.delete")
@provokes("invalid_parameters", "restricted_action", "user_not_found", "channel_not_found")
def test_who_may_look_and_write(paid: Contract) -> None:
    api, no = paid.api, paid.refusal
    canvas = api.canvases_create(document_content=DRAFT)["canvas_id"]
    look = {"as": "U0BOB", "id": canvas}
    page = httpx.Client(base_url=paid.sandbox.base_url)
    assert page.get("/control/canvas", params=look).status_code == 404
    api.canvases_access_set(canvas_id=canvas, access_level="read", user_ids=["U0BOB"])
    assert page.get("/control/canvas", params=look).json()["canvas"]["markdown"] == shown(paid, canvas)
    api.canvases_access_delete(canvas_id=canvas, user_ids=["U0BOB"])
    api.canvases_access_set(canvas_id=canvas, access_level="write", channel_ids=["C0GENERAL"])
    assert page.get("/control/canvas", params=look).status_code == 200
    assert no(api.canvases_access_set, canvas_id=canvas, access_level="read") == "invalid_parameters"
    assert no(api.canvases_access_set, canvas_id=canvas, access_level="read", user_ids=["U1"]) == "user_not_found"
    assert no(api.canvases_access_set, canvas_id=canvas, access_level="read", channel_ids=["C1"]) == "channel_not_found"
    api.canvases_access_set(canvas_id=canvas, access_level="owner", user_ids=["U0ALICE"])
    assert no(api.canvases_delete, canvas_id=canvas) == "restricted_action"


@provokes(
    "free_team_canvas_tab_already_exists",
    "free_teams_cannot_create_non_tabbed_canvases",
    "free_teams_cannot_edit_standalone_canvases",
    "missing_scope",
    "team_tier_cannot_create_channel_canvases",
)
def test_the_free_plan_has_hardly_any(declaring: Any) -> None:
    contract = declaring(*BOTH)
    api, no = contract.api, contract.refusal
    mine = api.canvases_create(document_content=DRAFT)["canvas_id"]
    room = api.conversations_create(name="inc-1")["channel"]["id"]
    httpx.post(f"{contract.sandbox.base_url}/control/settings", json={"plan": "free"})
    change = [{"operation": "insert_at_end", "document_content": words("x")}]
    assert no(api.canvases_create, document_content=DRAFT) == "free_teams_cannot_create_non_tabbed_canvases"
    assert (
        no(api.conversations_canvases_create, channel_id=room, document_content=DRAFT)
        == "team_tier_cannot_create_channel_canvases"
    )
    assert no(api.canvases_edit, canvas_id=mine, changes=change) == "free_teams_cannot_edit_standalone_canvases"
    tab = api.canvases_create(channel_id=room, document_content=DRAFT)["canvas_id"]
    assert api.canvases_edit(canvas_id=tab, changes=change)["ok"]
    assert no(api.canvases_create, channel_id=room) == "free_team_canvas_tab_already_exists"
    assert no(declaring("chat:write").api.canvases_create) == "missing_scope"
