"""Nobody is given what they could not read: who has left the workspace, or is an app."""

from tests.world import World

GIVEN = ("ic @who", "task restart it @who", "action write a test @who", "page @who")


def test_nothing_is_given_to_whoever_left(world: World) -> None:
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    alice.runs("/incident declare sev4 A typo")
    alice.runs("/incident comms INC-1")
    world.workspace.state.people[bob.id].deleted = True
    before = len(world.events())
    for command in GIVEN:
        said = alice.runs(f"/incident {command.replace('@who', bob.mention)}")
        assert "@bob is deactivated in Slack and would not read it. Name somebody else." in said, command
        app = f"<@{world.workspace.bot_user}>"
        assert "is an app, not a person" in alice.runs(f"/incident {command.replace('@who', app)}"), command
    alice.runs(f"/incident handoff comms {bob.mention}")
    assert "is deactivated in Slack" in str(alice.submits())
    alice.runs("/incident")
    alice.fills("What is wrong?", "Checkout is down")
    alice.picks_person("Incident commander", "bob")
    assert "is deactivated in Slack" in str(alice.submits())
    assert len(world.events()) == before
    assert "Task added" in alice.runs(f"/incident task INC-1 restart it {carol.mention}")


def test_nobody_waits_for_slack_to_say_who_it_is(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev4 A typo")
    world.workspace.faults.fail_next("users.info", times=3, error="internal_error", status=500)
    assert "is Communications lead of INC-1 now" in alice.runs(f"/incident comms {bob.mention}")
