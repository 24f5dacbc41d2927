"""The control API: what the page and process-level tests use to look at the workspace and to act as its people."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from sandbox import canvases, channels, modals, shapes
from sandbox.choices import CannotDo
from sandbox.client import Client, Outcome
from sandbox.guide import Guide
from sandbox.state import Channel, Json, Message, UserGroup, View
from sandbox.wire import Wire, body_of, no

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

KEEPALIVE_SECONDS = 15.0
CHOICE = ("value", "files", "rich_text_value")

# A person's act takes as long as the app takes to acknowledge it, so many need many threads.
THREADS = 200


class Control:
    """The routes under /control."""

    def __init__(self, workspace: "Workspace", guide: Guide | None = None) -> None:
        self._workspace = workspace
        self._guide = guide
        self._limiter: CapacityLimiter | None = None

    def routes(self) -> list[BaseRoute]:
        reading = {"state": self.state, "messages": self.messages}
        acting: dict[str, Callable[[Client, Json], Json]] = {
            "command": self._command,
            "message": self._message,
            "action": self._action,
            "suggest": self._suggest,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "react": self._react,
            "pin": self._pin,
            "edit": self._edit,
            "delete": self._delete,
            "join": self._join,
            "leave": self._leave,
            "invite": self._invite,
            "create": self._create,
            "archive": self._archive,
            "read": self._read,
            "home": self._home,
        }
        return [
            *(Route(f"/control/{name}", handler) for name, handler in reading.items()),
            *(Route(f"/control/{name}", self._acting(act), methods=["POST"]) for name, act in acting.items()),
            Route("/control/stream", self.stream),
            Route("/control/file", self.file),
            Route("/control/canvas", self.canvas),
            *Wire(self._workspace).routes(),
            Route("/control/guide", self.guide, methods=["GET", "POST"]),
        ]

    # --- looking

    async def state(self, request: Request) -> Response:
        """The workspace as one person sees it."""
        client = self._client(request.query_params.get("as", ""))
        if client is None:
            return no("Say who you are: ?as=<user id>.")
        with self._workspace.lock:
            return JSONResponse(_state(client))

    async def messages(self, request: Request) -> Response:
        """A channel's messages as one person sees them, the oldest first."""
        query = request.query_params
        client = self._client(query.get("as", ""))
        if client is None:
            return no("Say who you are: ?as=<user id>.")
        try:
            limit = int(query.get("limit", "200"))
            with self._workspace.lock:
                room = client.room(query.get("channel", ""))
                shown = client.timeline(room, query.get("thread"))[-limit:] if limit > 0 else []
                return JSONResponse(
                    {
                        "messages": [_message(self._workspace, item) for item in shown],
                        "pins": [pin.ts for pin in room.pins],
                        "bookmarks": [_bookmark(item) for item in room.bookmarks],
                        "canvases": _canvases(client, room),
                    }
                )
        except (CannotDo, ValueError) as error:
            return no(str(error))

    async def file(self, request: Request) -> Response:
        """A file's bytes for the page; always as a download, so that nothing in it runs here."""
        item = self._workspace.state.files.get(request.query_params.get("id", ""))
        if item is None or item.content is None:
            return no("There is no such file.", 404)
        if self._guide:
            self._guide.opened(item.id)
        name = "".join(letter for letter in item.name if letter.isascii() and letter not in '"\\\r\n') or "file"
        headers = {"content-disposition": f'attachment; filename="{name}"', "x-content-type-options": "nosniff"}
        return Response(item.content, media_type="application/octet-stream", headers=headers)

    async def canvas(self, request: Request) -> Response:
        """A canvas that this person may read: its title, Markdown and sections."""
        query = request.query_params
        item = self._workspace.state.canvases.get(query.get("id", ""))
        if item is None or item.deleted or not canvases.level(self._workspace, item, query.get("as", "")):
            return no("There is no such canvas.", 404)
        return JSONResponse({"ok": True, "canvas": canvases.shown(item)})

    async def stream(self, request: Request) -> Response:
        """Server-Sent Events: a line for each change, and a comment now and then to keep the connection."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[set[str]] = asyncio.Queue()

        def hear(told: set[str]) -> None:
            with contextlib.suppress(RuntimeError):  # the server has stopped and the workspace lives on
                loop.call_soon_threadsafe(waiting.put_nowait, told)

        stop = self._workspace.listen(hear)

        async def lines() -> AsyncIterator[str]:
            try:
                yield ": here\n\n"
                while True:
                    try:
                        told = await asyncio.wait_for(waiting.get(), KEEPALIVE_SECONDS)
                    except TimeoutError:
                        yield ": still here\n\n"
                        continue
                    while not waiting.empty():
                        told = told | waiting.get_nowait()
                    yield f"data: {json.dumps({'changed': sorted(told)})}\n\n"
            finally:
                stop()

        return StreamingResponse(lines(), media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def guide(self, request: Request) -> Response:
        """The guided first minute and how far it has come; `{"over": true}` starts it over, `{"done": n}` ends a step."""
        if self._guide is None:
            return JSONResponse({"ok": True, "steps": [], "scenes": {}, "at": 0})
        if request.method == "POST":
            try:
                body = await body_of(request)
                if body.get("over"):
                    self._guide.start_over(self._workspace)
                elif "done" in body:
                    self._guide.go_on(int(body["done"]))
            except (ValueError, TypeError) as error:
                return no(str(error))
        return JSONResponse({"ok": True, **self._guide.shape(self._workspace)})

    # --- acting as a person

    def _acting(self, act: Callable[[Client, Json], Json]) -> Callable[[Request], Any]:
        async def handler(request: Request) -> Response:
            try:
                body = await body_of(request)
                client = self._client(str(body.get("as", "")))
                if client is None:
                    return no('Say who you are: {"as": <user id>}.')
                self._limiter = self._limiter or CapacityLimiter(THREADS)  # only a running loop can make one
                result = await to_thread.run_sync(self._carry_out, act, client, body, limiter=self._limiter)
            except CannotDo as error:
                return no(str(error))
            except (KeyError, TypeError, ValueError) as error:
                return no(f"That request is not complete: {error!r}.")
            return JSONResponse(result, status_code=200 if result["ok"] else 422)

        return handler

    def _carry_out(self, act: Callable[[Client, Json], Json], client: Client, body: Json) -> Json:
        result = act(client, body)
        self._workspace.delivery.drain()
        return result

    def _command(self, client: Client, body: Json) -> Json:
        return _outcome(client.command(body["channel"], body["text"]))

    def _message(self, client: Client, body: Json) -> Json:
        return {"ok": True, "ts": client.say(body["channel"], body["text"], body.get("thread_ts")).ts}

    def _action(self, client: Client, body: Json) -> Json:
        where = self._where(client, body)
        if isinstance(where, View) and body.get("values"):
            client.fill(where, body["values"])
        given = {name: value for name, value in body.items() if name in CHOICE or name.startswith("selected_")}
        return _outcome(client.act(where, body["block_id"], body["action_id"], given))

    def _suggest(self, client: Client, body: Json) -> Json:
        where = self._where(client, body)
        return {"ok": True, "options": client.suggest(where, body["block_id"], body["action_id"], body["query"])}

    def _submit(self, client: Client, body: Json) -> Json:
        view = self._view(client, body)
        client.fill(view, body.get("values") or {})
        return _outcome(client.submit(view))

    def _close(self, client: Client, body: Json) -> Json:
        client.close(self._view(client, body), all=bool(body.get("all")))
        return {"ok": True}

    def _shortcut(self, client: Client, body: Json) -> Json:
        message = self._seen(client, body) if body.get("message_ts") else None
        return _outcome(client.shortcut(body["callback_id"], message))

    def _react(self, client: Client, body: Json) -> Json:
        client.react(body["channel"], body["ts"], body["name"], bool(body.get("add", True)))
        return {"ok": True}

    def _pin(self, client: Client, body: Json) -> Json:
        client.pin(body["channel"], body["ts"], bool(body.get("add", True)))
        return {"ok": True}

    def _edit(self, client: Client, body: Json) -> Json:
        client.edit(body["channel"], body["ts"], body["text"])
        return {"ok": True}

    def _delete(self, client: Client, body: Json) -> Json:
        client.delete(body["channel"], body["ts"])
        return {"ok": True}

    def _join(self, client: Client, body: Json) -> Json:
        client.join(body["channel"])
        return {"ok": True}

    def _leave(self, client: Client, body: Json) -> Json:
        client.leave(body["channel"])
        return {"ok": True}

    def _invite(self, client: Client, body: Json) -> Json:
        if body["user"] not in self._workspace.state.people:
            raise CannotDo("There is no such person.")
        client.invite(body["channel"], body["user"])
        return {"ok": True}

    def _create(self, client: Client, body: Json) -> Json:
        return {"ok": True, "channel": client.create(body["name"], bool(body.get("private"))).id}

    def _archive(self, client: Client, body: Json) -> Json:
        client.archive(body["channel"])
        return {"ok": True}

    def _read(self, client: Client, body: Json) -> Json:
        client.read(body["channel"])
        return {"ok": True}

    def _home(self, client: Client, body: Json) -> Json:
        channels.direct(self._workspace, [self._workspace.bot_user, client.user])  # also where the app has no Home tab
        view = client.home()
        return {"ok": True, "home": shapes.view(self._workspace, view) if view else None}

    # --- finding

    def _client(self, user: str) -> Client | None:
        person = self._workspace.state.people.get(user)
        return Client(self._workspace, user) if person and not person.is_bot else None

    def _view(self, client: Client, body: Json) -> View:
        view = modals.find(self._workspace, body["view_id"])
        if view is None or view.user != client.user:
            raise CannotDo("That form is not open any more.")
        return view

    def _seen(self, client: Client, body: Json) -> Message:
        message = self._workspace.message(client.room(body["channel"]).id, body["message_ts"])
        if message is None or message.ephemeral_to not in (None, client.user):
            raise CannotDo("That message is gone.")
        return message

    def _where(self, client: Client, body: Json) -> View | Message:
        return self._view(client, body) if body.get("view_id") else self._seen(client, body)


def _state(client: Client) -> Json:
    workspace = client.workspace
    state = workspace.state
    rooms = [room for room in state.channels.values() if room.kind == "public" or client.user in room.members]
    top, home = modals.top(workspace, client.user), state.homes.get(client.user)
    return {
        "team": {"id": state.team.id, "name": state.team.name, "domain": state.team.domain},
        "me": client.user,
        "bot": workspace.bot_user,
        "home_tab": workspace.manifest.home_tab,
        "people": [
            {"id": p.id, "name": p.name, "real_name": p.real_name, "is_bot": p.is_bot, "color": p.color}
            for p in state.people.values()
        ],
        "channels": [_channel(client, room) for room in rooms],
        "groups": [_group(item) for item in state.groups.values()],
        "plan": state.team.plan,
        "commands": [
            {"command": item.command, "description": item.description, "usage_hint": item.usage_hint}
            for item in workspace.manifest.commands
        ],
        "shortcuts": [vars(item) for item in workspace.manifest.shortcuts],
        "view": _view(workspace, top) if top else None,
        "home": _view(workspace, home) if home else None,
        "waiting": _waiting(workspace),
    }


def _waiting(workspace: "Workspace") -> dict[str, int]:
    """How many direct messages each person has not read yet, for the faces to switch to."""
    direct = [room for room in workspace.state.channels.values() if room.is_direct]
    people = [person.id for person in workspace.state.people.values() if not person.is_bot]
    counts = {id: sum(Client(workspace, id).unread(room) for room in direct if id in room.members) for id in people}
    return {id: count for id, count in counts.items() if count}


def _channel(client: Client, room: Channel) -> Json:
    shape: Json = {
        "id": room.id,
        "name": room.name,
        "kind": "private" if room.kind == "mpim" else room.kind,
        "is_archived": room.is_archived,
        "is_member": client.user in room.members,
        "topic": room.topic.value,
        "members": list(room.members),
        "unread": client.unread(room),
        "last_ts": next(reversed(room.messages), None),
    }
    return shape | ({"user": room.partner(client.user)} if room.kind == "im" else {})


def _view(workspace: "Workspace", view: View) -> Json:
    shape = shapes.view(workspace, view)
    return shape | {"errors": view.errors, "trouble": view.trouble, "values": view.values}


def _message(workspace: "Workspace", item: Message) -> Json:
    shape = shapes.message(workspace, item, metadata=True)
    person = workspace.state.people.get(item.user)
    room = workspace.state.channels[item.channel]
    return {
        "ts": item.ts,
        "user": item.user,
        "username": item.username or (person.name if person else "slackbot"),
        "text": item.text,
        "blocks": item.blocks,
        "attachments": item.attachments,
        "files": [file | {"url": f"/control/file?id={file['id']}"} for file in shape.get("files", ())],
        "reactions": [{"name": name, "users": users} for name, users in item.reactions.items()],
        "pinned": any(pin.ts == item.ts for pin in room.pins),
        "edited": item.edited is not None,
        "deleted": item.subtype == "tombstone",
        "thread_ts": item.thread_ts,
        "reply_count": len(room.threads.get(item.ts, ())),
        "ephemeral": item.ephemeral_to is not None,
        "subtype": item.subtype,
        "metadata": item.metadata,
    }


def _canvases(client: Client, room: Channel) -> list[Json]:
    """The tabs of a channel, its own canvas first."""
    tabs = [item for item in client.workspace.state.canvases.values() if item.channel == room.id and not item.deleted]
    seen = [item for item in tabs if canvases.level(client.workspace, item, client.user)]
    seen.sort(key=lambda item: not item.is_channels)
    return [{"id": item.id, "title": item.title, "is_channels": item.is_channels, "changes": item.changes} for item in seen]


def _group(item: UserGroup) -> Json:
    return {"id": item.id, "handle": item.handle, "name": item.name, "users": list(item.users), "enabled": not item.disabled_at}


def _bookmark(item: Any) -> Json:
    return {"id": item.id, "title": item.title, "link": item.link, "emoji": item.emoji}


def _outcome(outcome: Outcome) -> Json:
    shape: Json = {"ok": outcome.ok, "ms": round(outcome.ms, 1)}
    if outcome.error:
        shape["error"] = outcome.error
    if outcome.errors:
        shape["errors"] = outcome.errors
    return shape
