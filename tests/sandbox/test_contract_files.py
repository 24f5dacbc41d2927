"""Contract: files are uploaded in three steps, found, read and deleted."""

import httpx

from tests.sandbox.contracts import Contract, covers, provokes


@covers("files.completeUploadExternal", "files.getUploadURLExternal", "files.info", "files.delete")
@provokes("file_deleted", "file_not_found", "not_in_channel", "channel_not_found", "cant_delete_file")
def test_from_upload_to_deletion(contract: Contract) -> None:
    api, no = contract.api, contract.refusal
    room = api.conversations_create(name="inc-1")["channel"]["id"]
    uploaded = api.files_upload_v2(channel=room, filename="draft.md", title="Draft", content="# Hello", initial_comment="Here")
    file = api.files_info(file=uploaded["file"]["id"])["file"]
    assert (file["title"], file["size"], file["mode"]) == ("Draft", 7, "hosted")
    assert contract.events("file_shared")[0]["file_id"] == file["id"]
    assert contract.people.channel("#inc-1").messages[-1].text == "Here"
    where = file["url_private_download"]
    assert httpx.get(where, headers={"authorization": "Bearer xoxb-sandbox"}).text == "# Hello"
    assert httpx.get(where).status_code == 403
    api.files_delete(file=file["id"])
    assert contract.events("file_deleted")[0]["file_id"] == file["id"]
    assert no(api.files_info, file=file["id"]) == "file_deleted"
    assert no(api.files_delete, file=file["id"]) == "file_deleted"
    assert no(api.files_info, file="F1") == "file_not_found"
    begun = api.files_getUploadURLExternal(filename="a.txt", length=1)["file_id"]
    assert no(api.files_completeUploadExternal, files=[{"id": begun}], channel_id=room) == "file_not_found"
    for channel, error in (("C0RANDOM", "not_in_channel"), ("C1", "channel_not_found")):
        begun = api.files_getUploadURLExternal(filename="a.txt", length=1)
        assert httpx.post(begun["upload_url"], content=b"x").status_code == 200
        entry = [{"id": begun["file_id"], "title": "A"}]
        assert no(api.files_completeUploadExternal, files=entry, channel_id=channel) == error
    contract.sandbox.workspace.state.files[begun["file_id"]].user = "U0ALICE"
    contract.sandbox.workspace.state.files[begun["file_id"]].complete = True
    assert no(api.files_delete, file=begun["file_id"]) == "cant_delete_file"


@provokes("channels_limit_exceeded", "posting_to_channel_denied")
def test_where_files_cannot_go(contract: Contract) -> None:
    api, no = contract.api, contract.refusal
    room = api.conversations_create(name="inc-1")["channel"]["id"]
    begun = api.files_getUploadURLExternal(filename="a.txt", length=1)
    assert httpx.post(begun["upload_url"], content=b"xx").status_code == 400
    assert httpx.post(begun["upload_url"], files={"file": b"x"}).status_code == 200
    entry, many = [{"id": begun["file_id"]}], [f"C{n}" for n in range(101)]
    assert no(api.files_completeUploadExternal, files=entry, channels=many) == "channels_limit_exceeded"
    api.conversations_archive(channel=room)
    assert no(api.files_completeUploadExternal, files=entry, channel_id=room) == "posting_to_channel_denied"
