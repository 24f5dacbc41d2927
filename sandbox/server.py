"""The workspace behind HTTP and a websocket, on this machine only: Web API, files, response URLs, control, page."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox import canvases, responses, uploads, web_api
from sandbox.control import Control
from sandbox.delivery import Transport
from sandbox.faults import Plan
from sandbox.guide import Guide
from sandbox.people import Slack
from sandbox.socket_mode import SocketMode
from sandbox.state import Json
from sandbox.workspace import Workspace

PAGE = Path(__file__).parent / "page"
LOCAL = {"127.0.0.1", "localhost", "[::1]"}
BODY_MOST = 20_000_000
POST_TYPES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
NEVER_SHOWN = {"content-disposition": "attachment", "x-content-type-options": "nosniff"}


class Cuttable(H11Protocol):
    """HTTP whose handlers can reach the connection under them, to cut it as an outage does."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Endpoints:
    """What an app calls: the Web API, upload and download addresses, response URLs, the socket."""

    def __init__(self, workspace: Workspace, socket_mode: SocketMode) -> None:
        self._workspace, self._socket_mode = workspace, socket_mode

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/{method:path}", self.api, methods=["GET", "POST"]),
            Route("/upload/v1/{secret}", self.upload, methods=["POST"]),
            Route("/files-pri/{path:path}", self.download),
            Route("/response/{id}", self.response_url, methods=["POST"]),
            WebSocketRoute("/link/", self._socket_mode.serve),
        ]

    async def api(self, request: Request) -> Response:
        method = request.path_params["method"]
        if wrong := await _wrong_type(request):
            return JSONResponse({"ok": False, "error": wrong})
        args, token = await _arguments(request)
        if args is None:
            return JSONResponse({"ok": False, "error": "invalid_json" if _is_json(request) else "invalid_form_data"})
        plan = self._workspace.faults.plan(method)
        if plan.delay:
            await asyncio.sleep(plan.delay)
        reply = web_api.answer_planned(self._workspace, plan, method, args, token)
        if reply.lost:
            if reply.lost == "hang":
                await asyncio.sleep(self._workspace.faults.hang_for)
            await _cut(request)
            return Response()
        return JSONResponse(reply.body, reply.status, reply.headers)

    async def upload(self, request: Request) -> Response:
        plan, refused = await self._weather(request, "upload")
        if refused:
            return refused
        content = await request.body()
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            form = await request.form()
            parts = [value for value in form.values() if isinstance(value, UploadFile)]
            content = await parts[0].read() if parts else b""
        status, said = uploads.receive(self._workspace, request.path_params["secret"], content)
        return await self._after(request, plan) or PlainTextResponse(said, status)

    async def download(self, request: Request) -> Response:
        """A file for the app, with its token."""
        if _bearer(request) != self._workspace.bot_token:
            return PlainTextResponse("not allowed", 403)
        id = request.path_params["path"].split("/")[0].rpartition("-")[2]
        canvas = self._workspace.state.canvases.get(id)
        if canvas and canvases.level(self._workspace, canvas, self._workspace.bot_user):
            return Response(canvases.as_html(canvas), media_type="text/html", headers=NEVER_SHOWN)
        item = self._workspace.state.files.get(id)
        if item is None or item.content is None:
            return PlainTextResponse("not found", 404)
        return Response(item.content, media_type="application/octet-stream")

    async def response_url(self, request: Request) -> Response:
        plan, refused = await self._weather(request, "response_url")
        if refused:
            return refused
        try:
            body = json.loads(await request.body() or b"{}")
            assert isinstance(body, dict)
        except (ValueError, AssertionError):
            return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
        status, said = responses.respond(self._workspace, request.path_params["id"], body)
        if lost := await self._after(request, plan):
            return lost
        return PlainTextResponse(said, status) if isinstance(said, str) else JSONResponse(said, status)

    async def _weather(self, request: Request, name: str) -> tuple[Plan, Response | None]:
        """What befalls a request that is no method; the second is the answer where it is to take no effect."""
        plan = self._workspace.faults.plan(name)
        if plan.delay:
            await asyncio.sleep(plan.delay)
        return plan, None if plan.takes_effect else await self._after(request, plan)

    async def _after(self, request: Request, plan: Plan) -> Response | None:
        """The answer that a fault puts in place of the true one, if it is one."""
        if not plan.is_fault:
            return None
        if plan.kind.startswith("hang"):
            await asyncio.sleep(self._workspace.faults.hang_for)
        if plan.kind == "drop" or plan.kind.startswith("hang"):
            await _cut(request)
            return Response()
        headers = {"Retry-After": str(plan.retry_after)} if plan.status == 429 else {}
        return PlainTextResponse(plan.error, plan.status if plan.status != 200 else 500, headers)


class Guard:
    """Lets only pages of this machine at /control: another site's script, or a name that points here, is refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/control") and not _is_local(Request(scope)):
            await JSONResponse({"ok": False, "error": "Only this machine may do that."}, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_local(request: Request) -> bool:
    host = request.headers.get("host", "").rsplit(":", 1)[0]
    origin = request.headers.get("origin")
    if host not in LOCAL or request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def application(
    workspace: Workspace, socket_mode: SocketMode, guide: Guide | None = None, more: Sequence[BaseRoute] = ()
) -> Starlette:
    """The whole of it as one ASGI app; `more` routes are guarded like the others."""
    routes: list[BaseRoute] = [*Endpoints(workspace, socket_mode).routes(), *Control(workspace, guide).routes(), *more]
    routes.append(Route("/archives/{rest:path}", _index))
    if PAGE.is_dir():
        routes.append(Mount("/", StaticFiles(directory=PAGE, html=True)))
    else:
        routes.append(Route("/", _index))
    return Starlette(routes=routes, middleware=[Middleware(Guard)])


async def _index(request: Request) -> Response:
    page = PAGE / "index.html"
    if page.is_file():
        return FileResponse(page)
    return PlainTextResponse("A local Slack workspace. Its Web API is at /api/, its control API at /control/.")


class Sandbox:
    """A workspace served from a background thread.

    `workspace` is at hand for tests, `people` speaks their vocabulary, `api_url` is what SLACK_API_URL takes.
    Until `connect` says otherwise, the app is expected by Socket Mode. A workspace that is there already may be given.
    """

    def __init__(
        self,
        manifest: dict[str, Any] | None = None,
        now: Callable[[], float] = time.time,
        *,
        workspace: Workspace | None = None,
        guide: Guide | None = None,
        **options: Any,
    ) -> None:
        self.workspace = workspace or Workspace(manifest, now, **options)
        self._guide = guide
        self.more_routes: list[BaseRoute] = []
        self.people = Slack(self.workspace)
        self.base_url = ""
        self.socket_mode = SocketMode(self.workspace, lambda: self.base_url.replace("http", "ws", 1) + "/link/")
        self.workspace.socket_mode = self.socket_mode
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/api/"

    def connect(self, transport: Transport, *, background: bool | None = None) -> None:
        """Reach the app by this transport instead of by Socket Mode."""
        self.workspace.connect(transport, background=background)

    def start(self, port: int = 0) -> str:
        """Serve on 127.0.0.1 and give the base URL; port 0 takes a free one."""
        listening = self._listen(port)
        if not self.workspace.delivery.is_connected:
            self.workspace.connect(self.socket_mode)
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(listening, started), name="sandbox", daemon=True)
        self._thread.start()
        started.wait(10)
        return self.base_url

    def run(self, port: int = 0, ready: Callable[[str], None] = lambda base_url: None) -> None:
        """Serve in this thread until interrupted; `ready` hears the base URL once the port is taken."""
        listening = self._listen(port)
        if not self.workspace.delivery.is_connected:
            self.workspace.connect(self.socket_mode)
        ready(self.base_url)
        self._serve(listening, threading.Event())

    def stop(self, *, wait: bool = True) -> None:
        """End the server and the delivery of events; connections are cut. Without `wait` it ends soon after."""
        self.workspace.delivery.close()
        if self._server:
            self._server.should_exit = True
            self._server.force_exit = True
        if self._thread and wait:
            self._thread.join(5)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _listen(self, port: int) -> socket.socket:
        # Named as TCP, or asyncio leaves small answers waiting for the next acknowledgement (40 ms each).
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        self.base_url = self.workspace.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        return listening

    def _serve(self, listening: socket.socket, started: threading.Event) -> None:
        config = uvicorn.Config(
            application(self.workspace, self.socket_mode, self._guide, self.more_routes),
            http=Cuttable,
            ws="websockets-sansio",
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config, started)
        with contextlib.suppress(KeyboardInterrupt):
            self._server.run(sockets=[listening])


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, started: threading.Event) -> None:
        super().__init__(config)
        self._said = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._said.set()


async def _arguments(request: Request) -> tuple[Json | None, str]:
    """The arguments from query and body, and the token; None when the body cannot be read."""
    args: Json = dict(request.query_params)
    body = await request.body()
    content_type = request.headers.get("content-type", "")
    if len(body) > BODY_MOST:
        return None, ""
    if body and _is_json(request):
        try:
            given = json.loads(body)
        except ValueError:
            return None, ""
        if not isinstance(given, dict):
            return None, ""
        return args | given, _bearer(request)
    if body and content_type.startswith("multipart/form-data"):
        args |= {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    elif body:
        args |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    token = str(args.pop("token", ""))
    return args, _bearer(request) or token


async def _wrong_type(request: Request) -> str:
    """Slack's error for a body that does not say what it is, or is nothing that Slack reads; "" when it is fine."""
    if request.method != "POST" or not await request.body():
        return ""
    given, _, parameters = request.headers.get("content-type", "").partition(";")
    if not given:
        return "missing_post_type"
    if given.strip().lower() not in POST_TYPES:
        return "invalid_post_type"
    charset = next((part.split("=")[1] for part in parameters.lower().split(";") if "charset=" in part), "utf-8")
    return "" if charset.strip(' "') in ("utf-8", "iso-8859-1") else "invalid_charset"


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith("application/json")


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


async def _cut(request: Request) -> None:
    """End the connection without an answer."""
    transport = request.scope.get("state", {}).get("transport")
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0.02)  # so that uvicorn has noticed, and does not try to answer
