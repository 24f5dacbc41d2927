"""slack_sdk's WebClient straight into a workspace, without HTTP: the same encoding, errors and retry handlers."""

import json
from email.message import Message as Headers
from http.client import HTTPMessage
from io import BytesIO
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qsl, urlsplit
from urllib.request import Request

from slack_sdk import WebClient
from slack_sdk.web.file_upload_v2_result import FileUploadV2Result

from sandbox import uploads
from sandbox.faults import Dropped, Unanswered
from sandbox.workspace import Workspace


class InProcessClient(WebClient):
    """A WebClient for fast tests. What a fault would do to a socket is raised as urllib raises it."""

    def __init__(self, workspace: Workspace, **options: Any) -> None:
        super().__init__(**{"token": workspace.bot_token, "base_url": "http://in-process.invalid/api/"} | options)
        self._workspace = workspace

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        method = urlsplit(url).path.rpartition("/")[2]
        body = req.data if isinstance(req.data, bytes) else b""
        is_json = (req.get_header("Content-type") or "").startswith("application/json")
        args = json.loads(body or b"{}") if is_json else dict(parse_qsl(body.decode(), keep_blank_values=True))
        token = (req.get_header("Authorization") or "").removeprefix("Bearer ") or str(args.pop("token", ""))
        try:
            reply = self._workspace.request(method, args, token)
        except Unanswered as error:
            raise TimeoutError(str(error)) from None
        except Dropped as error:
            raise URLError(ConnectionResetError(str(error))) from None
        headers: Headers = HTTPMessage()
        for name, value in reply.headers.items():
            headers[name] = value
        text = json.dumps(reply.body)
        if reply.status != 200:
            raise HTTPError(url, reply.status, "", headers, BytesIO(text.encode()))
        return {"status": reply.status, "headers": headers, "body": text}

    def _upload_file(self, *, url: str, data: bytes, **_: Any) -> FileUploadV2Result:
        status, body = uploads.receive(self._workspace, url.rpartition("/")[2], data)
        return FileUploadV2Result(status=status, body=body)
