"""The protocol as the control API tells of it: which call came of which request, settings, faults on every address."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from sandbox import responses
from sandbox.causes import Causes
from sandbox.delivery import Request
from sandbox.people import Slack
from sandbox.server import Sandbox
from sandbox.transports import Direct
from sandbox.workspace import Workspace
from tests.sandbox.bolt_ends import by_socket


@pytest.fixture
def page(served: tuple[Sandbox, Any]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{served[0].base_url}/control", timeout=5) as client:
        yield client


def entries(page: httpx.Client) -> list[Any]:
    found: list[Any] = page.get("/log").json()["entries"]
    return found


class TestLog:
    def test_calls_are_shown_with_the_request_they_came_of(self, page: httpx.Client, served: tuple[Sandbox, Any]) -> None:
        alice = served[0].people.person("alice")
        alice.runs("/incident form")
        alice.fills("What is wrong?", "inc-1")
        alice.chooses("Severity", "SEV1")
        alice.submits()
        command, submission = (e for e in entries(page) if e["kind"] in ("/incident", "view_submission"))
        came_of = {e["kind"]: (e["request"], e["because"]) for e in entries(page) if e["direction"] == "from_app"}
        assert came_of["views.open"] == (command["request"], "trigger")
        assert came_of["conversations.create"] == (submission["request"], "during")
        assert came_of["chat.postMessage"] == (submission["request"], "during")

    def test_one_entry_has_everything(self, page: httpx.Client, served: tuple[Sandbox, Any]) -> None:
        served[0].people.person("alice").runs("/incident form")
        [command] = [e for e in entries(page) if e["kind"] == "/incident"]
        [opened] = [e for e in entries(page) if e["kind"] == "views.open"]
        whole = page.get("/entry", params={"number": command["number"]}).json()["entry"]
        assert json.loads(whole["payload"])["text"] == "form" and opened["number"] in whole["calls"]
        assert whole["ms"] == command["ms"] < 3000
        view = json.loads(page.get("/entry", params={"number": opened["number"]}).json()["entry"]["answer"])
        assert view["view"]["callback_id"] == "declare" and len(opened["answer"]) <= 601
        assert page.get("/entry", params={"number": "x"}).status_code == 404
        assert page.get("/entry", params={"number": 9999}).status_code == 404

    def test_a_response_url_tells_where_it_came_from(self, workspace: Workspace, slack: Slack, sandbox: Sandbox) -> None:
        urls: list[str] = []

        def receive(body: str, headers: dict[str, str]) -> tuple[int, str, dict[str, object]]:
            urls.append(dict(httpx.QueryParams(body))["response_url"])
            return 200, "", {}

        sandbox.connect(Direct(receive, "secret"))
        for text in ("one", "two"):
            sandbox.people.person("alice").runs(f"/incident {text}")
        assert WebhookClient(urls[0]).send(text="late").status_code == 200
        log = sandbox.workspace.log.recent()
        first = next(e for e in log if "text=one" in e["payload"] or '"one"' in e["payload"])
        assert (log[-1]["kind"], log[-1]["request"], log[-1]["because"]) == (
            "response_url",
            first["request"],
            "response_url",
        )


class TestCauses:
    """By time alone, where a call names nothing."""

    @pytest.fixture
    def now(self) -> list[float]:
        return [100.0]

    @pytest.fixture
    def causes(self, now: list[float]) -> Causes:
        return Causes(clock=lambda: now[0])

    def request(self, kind: str = "command", **payload: Any) -> Request:
        return Request(kind, payload)

    def test_the_only_one_that_waits(self, causes: Causes) -> None:
        assert causes.of({}) == (0, "")
        number = causes.begin(self.request(user_id="U0ALICE"))
        assert causes.of({"channel": "C1"}) == (number, "during")

    def test_of_several_the_one_that_speaks_of_the_same(self, causes: Causes) -> None:
        first = causes.begin(self.request(channel_id="C1"))
        second = causes.begin(self.request(channel_id="C2"))
        heard = causes.begin(self.request("events", event={"type": "message", "channel": "C1"}))
        assert causes.of({"channel": "C1"}) == (first, "likely")
        assert causes.of({"channel": "C9"}) == (second, "likely") and heard == 3

    def test_soon_after_and_no_later(self, causes: Causes, now: list[float]) -> None:
        number = causes.begin(self.request())
        causes.end(number)
        now[0] += 0.9
        assert causes.of({}) == (number, "after")
        now[0] += 0.2
        assert causes.of({}) == (0, "")

    def test_what_a_call_names_is_certain(self, causes: Causes, now: list[float]) -> None:
        number = causes.begin(self.request(trigger_id="1.2.a"))
        causes.end(number)
        causes.note_view("V1", number)
        now[0] += 60
        other = causes.begin(self.request("interactive", type="block_actions", view={"id": "V2"}))
        assert causes.of({"trigger_id": "1.2.a"}) == (number, "trigger")
        assert causes.of({"view_id": "V1"}) == (number, "view")
        assert causes.of({"view_id": "V2"}) == (other, "view")

    def test_it_forgets(self, causes: Causes) -> None:
        for n in range(6000):
            causes.end(causes.begin(self.request(trigger_id=f"1.{n}.a")))
        assert causes.of({"trigger_id": "1.0.a"})[1] != "trigger"
        assert causes.of({"trigger_id": "1.5999.a"}) == (6000, "trigger")

    def test_from_many_threads(self, causes: Causes) -> None:
        numbers: list[int] = []
        threads = [threading.Thread(target=lambda: numbers.append(causes.begin(self.request()))) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(numbers) == list(range(1, 51))


class TestSettings:
    def test_plan_limits_and_tokens(self, page: httpx.Client, served: tuple[Sandbox, Any]) -> None:
        calm = {"ok": True, "plan": "pro", "rate_limits": False, "token_error": ""}
        assert page.get("/settings").json() == calm
        set_ = page.post("/settings", json={"plan": "free", "rate_limits": True, "token_error": "token_revoked"}).json()
        assert set_ == {"ok": True, "plan": "free", "rate_limits": True, "token_error": "token_revoked"}
        assert served[0].workspace.call("auth.test")["error"] == "token_revoked"
        assert page.get("/state", params={"as": "U0ALICE"}).json()["plan"] == "free"
        assert page.post("/settings", json=calm | {"ok": True}).status_code == 400
        assert page.post("/settings", json={"plan": "gold"}).status_code == 400
        assert page.post("/settings", content="[1]").status_code == 400
        assert page.get("/settings").json() == set_

    def test_disconnecting(self, page: httpx.Client) -> None:
        assert page.post("/disconnect", json={"reason": "warning", "close_after": 1}).json() == {"ok": True, "connections": 0}
        assert page.post("/disconnect", json={"reason": "because"}).status_code == 400
        assert page.post("/disconnect", json={"close_after": "soon"}).status_code == 400

    @pytest.mark.parametrize(
        "wrong",
        [
            {"error_after": 2},
            {"latency": -1},
            {"latency": True},
            {"only": "chat.postMessage"},
            {"fail_next": "chat.postMessage"},
            {"fail_next": {"method": "chat.postMessage", "rain": 1}},
            {"fail_next": {"method": "chat.postMessage", "times": "many"}},
            {"fail_next": {"method": "chat.postMessage", "error": "<script>"}},
        ],
    )
    def test_faults_that_mean_nothing(self, page: httpx.Client, wrong: Any) -> None:
        before = page.get("/faults").json()
        assert page.post("/faults", json=wrong).status_code == 400
        assert page.get("/faults").json() == before

    def test_one_scripted_failure(self, page: httpx.Client, served: tuple[Sandbox, Any]) -> None:
        page.post("/faults", json={"fail_next": {"method": "chat.postMessage", "error": "ratelimited", "retry_after": 7}})
        reply = served[0].workspace.request("chat.postMessage", {"channel": "C0GENERAL", "text": "x"})
        assert (reply.status, reply.headers["Retry-After"]) == (429, "7")


class TestFaultsOnDemand:
    """Each fault as the control API brings it about and as the official client sees it."""

    @pytest.fixture
    def api(self, served: tuple[Sandbox, Any]) -> WebClient:
        return WebClient("xoxb-sandbox", base_url=served[0].api_url, timeout=1, retry_handlers=[])

    def status(self, call: Any) -> int:
        with pytest.raises(SlackApiError) as caught:
            call()
        return int(caught.value.response.status_code)

    def make(self, api: WebClient, name: str = "inc-1") -> Any:
        return lambda: api.conversations_create(name=name)

    def test_latency(self, page: httpx.Client, api: WebClient) -> None:
        page.post("/faults", json={"latency": 0.2})
        began = time.monotonic()
        assert api.auth_test()["ok"] and time.monotonic() - began >= 0.2

    @pytest.mark.parametrize(
        ("fault", "status", "made"),
        [({"ratelimited": 1, "retry_after": 4}, 429, False), ({"error_before": 1}, 500, False), ({"error_after": 1}, 500, True)],
    )
    def test_answers(self, page: httpx.Client, api: WebClient, served: Any, fault: Any, status: int, made: bool) -> None:
        page.post("/faults", json=fault | {"only": ["conversations.create"]})
        assert self.status(self.make(api)) == status
        assert bool(served[0].people.channels_starting("inc-")) is made
        assert api.auth_test()["ok"]
        page.post("/faults", json={"clear": True})
        assert api.conversations_create(name="inc-2")["ok"]

    @pytest.mark.parametrize(("fault", "made"), [("hang_before", False), ("hang_after", True)])
    def test_no_answer(self, page: httpx.Client, api: WebClient, served: Any, fault: str, made: bool) -> None:
        page.post("/faults", json={fault: 1, "hang_for": 1.5})
        with pytest.raises(TimeoutError):
            self.make(api)()
        assert bool(served[0].people.channels_starting("inc-")) is made

    def test_outages(self, page: httpx.Client, api: WebClient) -> None:
        page.post("/faults", json={"outage": "503"})
        assert self.status(self.make(api)) == 503
        page.post("/faults", json={"outage": "drop"})
        with pytest.raises((URLError, ConnectionError)):
            self.make(api)()
        page.post("/faults", json={"outage": ""})
        assert self.make(api)()["ok"]

    def test_a_dropped_socket(self, page: httpx.Client, served: tuple[Sandbox, Any]) -> None:
        sandbox, tiny = served
        with by_socket(sandbox, tiny.app):
            assert page.post("/disconnect", json={"drop": True}).json() == {"ok": True, "connections": 1}
            assert sandbox.socket_mode.wait_until_connected()
            assert sandbox.people.person("alice").runs("/incident again").text == "you said again"


class TestOtherAddresses:
    """The faults that hit methods hit response URLs and uploads as well."""

    @pytest.fixture
    def url(self, sandbox: Sandbox) -> str:
        return responses.issue(sandbox.workspace, "U0ALICE", sandbox.workspace.channel("#general"))

    def seen(self, sandbox: Sandbox) -> list[str]:
        return [post.text for post in sandbox.people.person("alice").ephemerals]

    @pytest.mark.parametrize(("after", "shown"), [(False, []), (True, ["x"])])
    def test_an_error_before_or_after(self, sandbox: Sandbox, url: str, after: bool, shown: list[str]) -> None:
        sandbox.workspace.faults.fail_next("response_url", status=503, after_effect=after)
        assert httpx.post(url, json={"text": "x"}).status_code == 503
        assert self.seen(sandbox) == shown
        assert httpx.post(url, json={"text": "y"}).status_code == 200

    def test_too_many(self, sandbox: Sandbox, url: str) -> None:
        sandbox.workspace.faults.fail_next("response_url", error="ratelimited", retry_after=3)
        answer = httpx.post(url, json={"text": "x"})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")

    def test_no_answer_and_no_connection(self, sandbox: Sandbox, url: str) -> None:
        sandbox.workspace.faults.change({"hang_after": 1, "hang_for": 0.05})
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.post(url, json={"text": "x"})
        assert self.seen(sandbox) == ["x"]
        sandbox.workspace.faults.change({"clear": True, "outage": "drop"})
        with pytest.raises(httpx.TransportError):
            httpx.post(url, json={"text": "y"})
        sandbox.workspace.faults.change({"outage": "503"})
        assert httpx.post(url, json={"text": "y"}).status_code == 503
        assert self.seen(sandbox) == ["x"]

    def test_an_upload_that_breaks_off(self, sandbox: Sandbox) -> None:
        begun = WebClient("xoxb-sandbox", base_url=sandbox.api_url).files_getUploadURLExternal(filename="a", length=1)
        sandbox.workspace.faults.fail_next("upload", status=500)
        assert httpx.post(begun["upload_url"], content=b"x").status_code == 500
        assert httpx.post(begun["upload_url"], content=b"x").status_code == 200
