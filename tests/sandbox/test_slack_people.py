"""The people's vocabulary against a real Bolt app, by signed requests."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from slack_bolt import App, BoltRequest

from sandbox.choices import CannotDo
from sandbox.in_process import InProcessClient
from sandbox.people import Slack
from sandbox.server import Sandbox
from sandbox.transports import Direct
from sandbox.workspace import Workspace

Served = tuple[Sandbox, Any]


@pytest.fixture
def slack(served: Served) -> Slack:
    return served[0].people


@pytest.fixture
def app(served: Served) -> Any:
    return served[1]


def declare(slack: Slack, name: str = "inc-checkout") -> None:
    alice = slack.person("alice")
    alice.runs("/incident form")
    alice.fills("What is wrong?", name)
    alice.chooses("Severity", "SEV1")
    assert alice.submits() == {}


def test_the_whole_way(slack: Slack, app: Any) -> None:
    alice, bob = slack.people("alice", "bob")
    opened = alice.runs("/incident form")
    assert opened.form is not None and opened.form.labels == ["What is wrong?", "Severity", "Commander"]
    assert alice.submits() == dict.fromkeys(("What is wrong?", "Severity"), "Please complete this required field.")
    alice.fills("What is wrong?", "bad")
    alice.chooses("Severity", "SEV1")
    alice.picks_person("Commander", bob)
    assert alice.submits() == {"What is wrong?": "Say more."}
    assert alice.form.errors == {"What is wrong?": "Say more."}
    alice.fills("What is wrong?", "inc-checkout")
    assert alice.submits() == {} and not alice.has_form
    [room] = slack.channels_starting("inc-")
    assert room.members == ["alice", "bob"] and room.bot_is_in
    [card] = room.pins
    assert card.buttons == ["Acknowledge", "Rename"] and "Checkout is down" in card
    assert bob.clicks("Acknowledge", in_=room).text == "It is yours."
    click = next(body for body in app.told if body.get("type") == "block_actions")
    assert click["actions"][0]["value"] == "1" and click["message"]["ts"] == card.ts
    where = {"type": "message", "message_ts": card.ts, "channel_id": room.id, "is_ephemeral": False}
    assert click["container"] == where
    sent = next(body for body in reversed(app.told) if body.get("type") == "view_submission")
    assert sent["view"]["state"]["values"]["lead"]["person"]["selected_user"] == "U0BOB"
    slack.assert_nothing_refused()


def test_events_reach_the_app_before_the_act_is_over(slack: Slack, app: Any) -> None:
    declare(slack)
    room = slack.channel("#inc-checkout")
    carol = slack.person("carol")
    carol.joins(room)
    assert app.events("member_joined_channel")[-1]["user"] == "U0CAROL"
    post = carol.says("I think it is the <!channel> database", in_=room)
    assert post.text == "I think it is the &lt;!channel&gt; database" and post.notifies is None
    assert "<!channel>" in post
    carol.reacts("pushpin", post)
    assert app.events("reaction_added")[-1]["item"]["ts"] == post.ts
    carol.pins(post)
    pinned = app.events("pin_added")[-1]
    assert pinned["item"]["message"]["text"] == post.text and pinned["channel_id"] == room.id
    carol.uses_shortcut("Add to timeline", post)
    assert app.told[-1]["type"] == "message_action" and app.told[-1]["message"]["text"] == post.text
    reply = carol.says("in a thread", thread=post)
    assert [item.text for item in post.thread] == ["in a thread"] and reply.message.thread_ts == post.ts


def test_menus_and_overflow(slack: Slack, app: Any) -> None:
    declare(slack)
    slack.person("bob").clicks("Rename")
    assert app.told[-1]["actions"][0]["selected_option"]["value"] == "rename"


def test_what_is_not_there_is_listed(slack: Slack) -> None:
    alice = slack.person("alice")
    with pytest.raises(AssertionError, match="alice has no form open"):
        alice.fills("What is wrong?", "x")
    alice.runs("/incident form")
    with pytest.raises(AssertionError, match=r"no field 'Nope'. There are: \['What is wrong\?', 'Severity'"):
        alice.fills("Nope", "x")
    with pytest.raises(AssertionError, match=r"no option 'SEV9'. There are: \['SEV1 how bad'"):
        alice.chooses("Severity", "SEV9")
    with pytest.raises(AssertionError, match="no button 'Explode'"):
        alice.clicks("Explode")
    with pytest.raises(AssertionError, match="There is no channel #nowhere"):
        slack.channel("#nowhere")
    with pytest.raises(AssertionError, match="There is no shortcut 'Dance'"):
        alice.uses_shortcut("Dance")


def test_undeclared_things_do_not_exist(slack: Slack) -> None:
    with pytest.raises(CannotDo, match="/other is not a valid command"):
        slack.person("alice").runs("/other")


def test_client_side_limits(slack: Slack, app: Any) -> None:
    alice = slack.person("alice")
    alice.runs("/incident form")
    alice.fills("What is wrong?", "x" * 101)
    alice.chooses("Severity", "SEV2")
    before = len(app.told)
    assert alice.submits() == {"What is wrong?": "Please enter no more than 100 characters."}
    assert len(app.told) == before


def test_pushing_closing_and_notices_of_it(slack: Slack, app: Any) -> None:
    alice = slack.person("alice")
    alice.runs("/incident form")
    alice.fills("What is wrong?", "push")
    alice.chooses("Severity", "SEV2")
    assert alice.submits() == {} and alice.form.title == "Second"
    alice.closes()
    assert (app.told[-1]["type"], app.told[-1]["is_cleared"]) == ("view_closed", False)
    assert alice.form.title == "Declare"
    alice.closes(all=True)
    assert app.told[-1]["is_cleared"] and not alice.has_form


def test_trouble_belongs_to_no_field(slack: Slack) -> None:
    alice = slack.person("alice")
    alice.runs("/incident form")
    alice.fills("What is wrong?", "unknown block")
    alice.chooses("Severity", "SEV2")
    assert alice.submits() == {"": "We had some trouble connecting. Try again?"}
    with pytest.raises(AssertionError, match="no input block is called nowhere"):
        slack.assert_nothing_refused()


def test_a_crash_in_the_app_is_seen(slack: Slack) -> None:
    assert slack.person("alice").runs("/incident boom").error == "dispatch_failed"


def test_direct_messages_and_home(slack: Slack, app: Any) -> None:
    app.client.chat_postMessage(channel="U0DAVE", text="You are paged")
    app.client.conversations_invite(channel=app.client.conversations_create(name="two")["channel"]["id"], users="U0DAVE")
    assert [post.text for post in slack.person("dave").inbox] == ["You are paged"]
    assert slack.person("bob").inbox == []
    slack.person("dave").runs("/incident in private", in_=slack.person("dave").dm)
    assert next(body for body in app.told if "command" in body)["channel_name"] == "directmessage"
    home = {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Hello <@U0BOB>"}}]}
    app.client.views_publish(user_id="U0BOB", view=home)
    assert "Hello @bob" in slack.person("bob").opens_home()
    assert app.events("app_home_opened")[-1]["tab"] == "home"


def test_private_rooms_stay_private(slack: Slack) -> None:
    slack.person("alice").creates("quiet", private=True)
    with pytest.raises(CannotDo, match="no such channel"):
        slack.person("bob").joins("#quiet")


def test_redelivered_interactions_carry_the_same_ids(slack: Slack, app: Any, served: Served) -> None:
    declare(slack)
    served[0].workspace.faults.change({"redeliver": "at_once"})
    slack.person("bob").clicks("Acknowledge")
    first, second = [body for body in app.told if body.get("type") == "block_actions"]
    assert first == second


def test_many_forms_at_once(slack: Slack, app: Any) -> None:
    crowd = [slack.hires(f"p{n}") for n in range(20)]
    for n, person in enumerate(crowd):
        person.runs("/incident form")
        person.fills("What is wrong?", f"inc-{n}")
        person.chooses("Severity", "SEV3")
    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(lambda person: person.submits(), crowd)) == [{}] * 20
    assert len(slack.channels_starting("inc-")) == 20
    assert all(len(room.pins) == 1 for room in slack.channels_starting("inc-"))


def test_without_a_server(workspace: Workspace) -> None:
    """Bolt makes a client of its own per request; a middleware puts the in-process one in its place."""
    client = InProcessClient(workspace)
    app = App(client=client, signing_secret="secret", process_before_response=True)

    @app.middleware
    def stay_in_process(context: Any, next: Any) -> None:
        context["client"] = client
        next()

    @app.command("/who")
    def who(ack: Any, client: Any) -> None:
        ack(client.auth_test()["user_id"])

    def receive(body: str, headers: dict[str, str]) -> tuple[int, str | None, Any]:
        answer = app.dispatch(BoltRequest(body=body, headers={name: [text] for name, text in headers.items()}))
        return answer.status, answer.body, answer.headers

    workspace.connect(Direct(receive, "secret"))
    assert Slack(workspace).person("alice").runs("/who").text == "U0MUSTER"
