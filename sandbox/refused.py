"""How Slack says no: the exception that an API method raises, and the shapes of Block Kit complaints."""

from collections.abc import Sequence

from sandbox.grammar import Problem
from sandbox.state import Json


class Refused(Exception):
    """A refusal with Slack's error name; `messages` go into response_metadata, the rest beside the error."""

    def __init__(self, error: str, messages: Sequence[str] = (), **beside: object) -> None:
        super().__init__(error)
        self.error = error
        self.messages = list(messages)
        self.beside = beside

    def body(self) -> Json:
        body: Json = {"ok": False, "error": self.error, **self.beside}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body


def broken_blocks(problems: Sequence[Problem]) -> Refused:
    """Message blocks that Slack would not take. Two tables in one message have an error of their own."""
    said = [str(problem) for problem in problems]
    error = "invalid_attachments" if any("only_one_table_allowed" in text for text in said) else "invalid_blocks"
    return Refused(error, [f"[ERROR] {text}" for text in said], errors=said)


def broken_view(problems: Sequence[Problem]) -> Refused:
    """A view that Slack would not take: pointers start at /view."""
    said = []
    for problem in problems:
        pointer = problem.pointer if problem.pointer.startswith("/view") else f"/view{problem.pointer}"
        said.append(f"[ERROR] {problem.message} [json-pointer:{pointer}]")
    return Refused("invalid_arguments", said)
