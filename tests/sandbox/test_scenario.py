"""Scenario files and their player: mistakes are named with their line, and a step that cannot be done stops nothing."""

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.clock import Clock
from sandbox.people import Slack
from sandbox.scenario import Scenario, ScenarioError, load
from sandbox.scenario_player import Player
from sandbox.scenario_stage import Stage
from sandbox.workspace import Workspace

NOW = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)

TALK = """
title: Talk
bots: {prometheus: Prometheus}
channels: {alerts: What the monitoring has to say}
steps:
- {at: 0s, who: prometheus, in: "#alerts", says: ":red_circle: *Slow* <https://example.com|graph>"}
- {at: 1s, who: alice, in: "#alerts", reacts: eyes, to: Slow}
- {at: 2s, who: bob, in: "#alerts", says: "Mine, @alice <b>", to: Slow}
- {at: 3s, who: bob, in: "#alerts", pins: Slow}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "drill.yml"
    path.write_text(text)
    return path


def scenario(folder: Path, text: str) -> Scenario:
    return load(written(folder, text), NOW)


STEP = '- {at: 0s, who: alice, in: "#general", says: hello}'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("steps: []", 1, "has no steps"),
        ("title: nothing", 1, "has no steps"),
        ("just words", 1, "is not a scenario"),
        ("&a {? *a : 1}", 1, "`?` is no key of a scenario"),
        ("steps: &a\n- *a", 1, "is not a step"),
        ("steps:\n- {at: 0s, who: alice", 2, "is no YAML"),
        (f"steps:\n{STEP}\n- {{at: 5, who: alice, in: '#general', says: x}}", 3, "“5” is no length of time; write it like 5s"),
        (f"steps:\n{STEP}\n\n- {{at: 14:05, who: alice, in: '#general', says: x}}", 4, "no length of time"),
        (
            "steps:\n- {at: 5s, who: alice, in: '#general', says: x}\n- {at: 4s, who: bob, in: '#general', says: y}",
            3,
            "before the",
        ),
        ("steps:\n- {at: 0s, who: alise, in: '#general', says: x}", 2, "nobody here is called “alise”; did you mean alice?"),
        ("steps:\n- {at: 0s, who: [alice, zed], in: '#general', says: x}", 2, "“zed”; there are: alice, bob"),
        ("steps:\n- {at: 0s, who: alice, in: '#genral', says: x}", 2, "there is no channel #genral; there are: engineering"),
        ("steps:\n- {at: 0s, who: alice, in: general, says: x}", 2, "“general” is no channel"),
        ("steps:\n- {at: 0s, who: alice, say: x, in: '#general'}", 2, "`say` is no key of a step; did you mean `says`?"),
        ("steps:\n- {at: 0s, who: alice, in: '#general'}", 2, "does nothing; each step does one of says, runs"),
        ("steps:\n- {at: 0s, who: alice, in: '#general', says: x, pins: y}", 2, "does several things (says, pins)"),
        ("steps:\n- {at: 0s, who: alice, says: x}", 2, "does not say where it says"),
        ("steps:\n- {at: 0s, who: alice, in: '#general', reacts: eyes}", 2, "does not say which message it reacts"),
        ("steps:\n- {at: 0s, who: alice, in: '#general', runs: incident}", 2, "“incident” is no command"),
        ("steps:\n- {at: 0s, who: alice, in: '#general', says: x, fills: {A: b}}", 2, "which opens no form"),
        ("steps:\n- {at: 0s, who: alice, in: '#general', pins: x, to: y}", 2, "does not go with `pins`"),
        ("steps:\n- {at: 0s, who: alice, joins: '#nowhere'}", 2, "there is no channel #nowhere"),
        ("steps:\n- {who: alice, in: '#general', says: x}", 2, "does not say `at`"),
        ("steps:\n- {at: 0s, at: 1s, who: alice, in: '#general', says: x}", 2, "`at` stands here twice"),
        ("steps:\n- {at: 0s, who: alice, in: '#general', says: {a: b}}", 2, "`says` is no text"),
        (f"config: nowhere.yml\nsteps:\n{STEP}", 1, "there is no file nowhere.yml"),
        (f"you: prometheus\nsteps:\n{STEP}", 1, "“prometheus” does not work here"),
        (f"channels: {{Big Room: x}}\nsteps:\n{STEP}", 1, "cannot be a channel's name"),
        (f"starts: noon\nsteps:\n{STEP}", 1, "“noon” is no beginning; write it like yesterday 09:30"),
        ("starts: yesterday 09:00\nsteps:\n- {at: 90h, who: alice, in: '#general', says: x}", 3, "is still to come"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_would_be_right(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        scenario(tmp_path, text)
    first = refused.value.problems[0]
    assert first.line == line and said in str(first) and first.expected, str(first)
    assert str(first).startswith(f"{tmp_path}/drill.yml line {line}: ")


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as refused:
        scenario(tmp_path, "steps:\n- {at: x, who: nobody, in: '#general', says: hi}\n- {at: 1s, who: alice, runs: /x}\n")
    assert [problem.line for problem in refused.value.problems] == [2, 2, 3]


def test_a_file_that_is_not_there_or_is_no_text_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        load(tmp_path / "none.yml", NOW)
    (tmp_path / "odd.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="is no text"):
        load(tmp_path / "odd.yml", NOW)


def test_people_and_bots_act_by_what_can_be_read(tmp_path: Path, slack: Slack) -> None:
    told: list[str] = []
    player = Player(slack, scenario(tmp_path, TALK), say=told.append)
    player.set_up()
    assert [player.perform(step) for step in player.scenario.steps] == [""] * 4

    alert, reply = slack.channel("#alerts").all[:2]
    assert alert.by == "Prometheus" and alert.text.endswith("<https://example.com|graph>")
    assert alert.reactions == {"eyes": ["alice"]} and alert.is_pinned
    assert alert.thread == [reply] and reply.text == "Mine, <@U0ALICE> &lt;b&gt;"
    assert slack.channel("#alerts").members == ["alice", "bob", "carol", "dave", "erin"]


def test_what_is_not_there_is_said_within_the_patience_and_passed_over(tmp_path: Path, slack: Slack) -> None:
    told: list[str] = []
    text = """
        patience: 0.5s
        steps:
        - {at: 0s, who: alice, in: "#general", clicks: Acknowledge}
        - {at: 0s, who: alice, in: "#inc-*", says: hello}
        - {at: 0s, who: alice, in: "#general", reacts: eyes, to: nobody said that}
        - {at: 0s, who: alice, fills: {Impact: none}}
        - {at: 0s, who: bob, in: "#general", says: I am through}
    """
    player = Player(slack, scenario(tmp_path, text), say=told.append)
    began = time.monotonic()
    assert player.play(threading.Event()) == 4
    assert time.monotonic() - began < 6
    lines = [line for line in told if "is left out" in line]
    assert [line.split(", ")[0].rpartition(" ")[2] for line in lines] == ["4", "5", "6", "7"]
    assert "finds no button 'Acknowledge'" in lines[0] and "there is no room #inc-* yet" in lines[1]
    assert slack.channel("#general").messages[-1].text == "I am through"


def test_a_pattern_means_the_newest_room_since_the_beginning(tmp_path: Path, slack: Slack) -> None:
    alice = slack.person("alice")
    alice.creates("inc-of-yesterday")
    player = Player(slack, scenario(tmp_path, 'steps:\n- {at: 0s, who: alice, in: "#inc-*", says: here}'))
    player.set_up()
    step = player.scenario.steps[0]
    assert "there is no room #inc-* yet" in player.perform(step)
    first, second = alice.creates("inc-1"), alice.creates("inc-2")
    assert player.perform(step) == ""
    assert not first.messages and second.messages[-1].text == "here"


def test_it_waits_for_what_is_about_to_come(tmp_path: Path, slack: Slack) -> None:
    player = Player(slack, scenario(tmp_path, 'steps:\n- {at: 0s, who: alice, in: "#inc-*", says: here}'))
    player.set_up()
    later = threading.Timer(0.4, lambda: slack.person("alice").creates("inc-1"))
    later.start()
    assert player.perform(player.scenario.steps[0], patience=5) == ""


def test_the_clock_stands_moves_forward_only_and_runs_again() -> None:
    clock = Clock(1000.0)
    assert clock() == clock() == 1000.0 and clock.stands
    clock.stand(2000.0)
    with pytest.raises(ValueError, match="does not go back"):
        clock.stand(1999.0)
    clock.run()
    assert abs(clock() - time.time()) < 1 and not clock.stands
    clock.stand(time.time() + 3600)
    with pytest.raises(ValueError, match="still to come"):
        clock.run()


def test_a_scenario_waits_for_the_past_a_visitor_and_the_app(tmp_path: Path) -> None:
    clock, ready = Clock(1000.0), {"visitor": False, "app": False}
    slack = Slack(Workspace(now=clock))
    live = scenario(tmp_path, 'steps:\n- {at: 0s, who: alice, in: "#general", says: it begins}')
    stage = Stage(slack, clock, scenario=live, say=lambda said: None)
    stage.begin(lambda: ready["visitor"], lambda: ready["app"])
    general = slack.channel("#general")
    try:
        for make_ready in (lambda: None, clock.run, lambda: ready.update(visitor=True)):
            make_ready()
            time.sleep(0.5)
            assert not general.messages
        ready["app"] = True
        slack.until(lambda: general.messages, within=5)
        assert general.messages[-1].text == "it begins"
    finally:
        stage.end()
