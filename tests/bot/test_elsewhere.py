"""What an answer says to type can be typed where it is read."""

import pytest

from bot import elsewhere
from bot.commands import Answer
from bot.views.blocks import button, buttons, context, section

WORDS = {"resolve", "note", "sev", "tech"}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Then `/incident resolve`.", "Then `/incident resolve INC-4`."),
        ("`/incident note 14:05 rolled back`", "`/incident note INC-4 14:05 rolled back`"),
        ("`/incident sev 3 cache only`", "`/incident sev INC-4 3 cache only`"),
        ("`/incident tech @who`", "`/incident tech INC-4 @who`"),
        ("`/incident note 4 late`, `/incident note INC-7 late`", "`/incident note 4 late`, `/incident note INC-7 late`"),
        ("`/incident list` and `/incident`", "`/incident list` and `/incident`"),
        ("`/incident notes`", "`/incident notes`"),
    ],
)
def test_the_incident_is_named(said: str, named: str) -> None:
    assert elsewhere.sentence(said, 4, WORDS) == named
    assert elsewhere.sentence(named, 4, WORDS) == named


def test_everywhere_in_an_answer_but_in_its_buttons() -> None:
    row = buttons(button("`/incident resolve`", "run:note", "INC-4 `/incident resolve`"))
    answer = Answer(
        "`/incident resolve`", [section("Say `/incident resolve`", row["elements"][0]), context("`/incident note`"), row]
    )
    told = elsewhere.named(answer, 4, WORDS)
    assert told.text == "`/incident resolve INC-4`" and told.blocks[2] == row
    assert told.blocks[0]["text"]["text"] == "Say `/incident resolve INC-4`" and told.blocks[0]["accessory"] == row["elements"][0]
    assert told.blocks[1]["elements"][0]["text"] == "`/incident note INC-4`"


def test_a_text_that_would_not_fit_stays() -> None:
    full = "`/incident note`" + "x" * 2880
    assert elsewhere.sentence(full, 4, WORDS) == full
