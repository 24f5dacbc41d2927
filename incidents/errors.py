"""Refusals: what a person is told when something is not done, and what they can do instead.

A refusal is an expected answer, not a bug: whoever catches `Refused` shows `sentence` and stops. Any other exception is
a bug and goes to the one error handler (DESIGN §5).
"""


class Refused(Exception):
    """A request that is not carried out; nothing has been changed when it is raised.

    `sentence` is what the user reads, including what to do instead. It may quote what they typed (see `quote`), so it
    is untrusted text: whoever shows it in Slack escapes it. `field` names the form field at fault, where there is one.
    """

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class UnknownSeverity(Refused):
    """The text names no severity level; the sentence lists the levels and the nearest."""


class UnknownState(Refused):
    """The text names no state of the lifecycle; the sentence lists them and the nearest."""


class MoveRefused(Refused):
    """The lifecycle has no such move from here; the sentence names the moves that are open."""


class NeedsReason(Refused):
    """The move is open, with a reason; the same call with `why` succeeds."""


class NeedsConfirmation(Refused):
    """The move is open, once confirmed; the same call with `confirmed=True` succeeds."""


class BadDuration(Refused):
    """The text is no length of time; the sentence shows how to write one."""


class BadMoment(Refused):
    """The text is no moment or day, or lies on the wrong side of now; the sentence shows how to write one."""


def quote(text: str, limit: int = 60) -> str:
    """What somebody typed, in one line of at most `limit` characters, so that a refusal stays a sentence."""
    line = " ".join(text[: limit * 8].replace("`", "'").split())
    return line if len(line) <= limit and len(text) <= limit * 8 else line[: limit - 1].rstrip() + "…"
