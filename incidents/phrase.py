"""A sentence whose parts know what they are, so that each reader can be shown them safely.

Text that people typed is never trusted: whoever renders a phrase says how text is escaped and how a person is named.
People's text may name somebody by the token `<@U123>` and a channel by `<#C123>`; nothing else in it has a meaning.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

TOKEN = re.compile(r"<(@[UW][A-Z0-9]{1,30}|#C[A-Z0-9]{1,30})>")


@dataclass(frozen=True)
class Who:
    """A person, by Slack's id; None is Muster itself."""

    id: str | None


@dataclass(frozen=True)
class Where:
    """A channel, by Slack's id."""

    id: str


@dataclass(frozen=True)
class When:
    """A moment, shown in the reader's own time zone where that is possible; `day` where it may be another day's."""

    at: datetime
    day: bool = False


@dataclass(frozen=True)
class Link:
    """A file or a page by its name; `url` is somebody else's, and only a web address becomes a link."""

    name: str
    url: str


Part = str | int | Who | Where | When | Link


@dataclass(frozen=True)
class Phrase:
    """`template` is ours and may carry *bold*; `parts` fill its `{names}` and are rendered by kind."""

    template: str
    parts: dict[str, Part]

    def render(
        self,
        *,
        text: Callable[[str], str],
        who: Callable[[str | None], str],
        where: Callable[[str], str],
        when: Callable[[datetime], str],
        when_on: Callable[[datetime], str] | None = None,
        link: Callable[[Link], str] | None = None,
    ) -> str:
        """The sentence for one kind of reader; `when_on` tells a moment with its day, without `link` files are named only."""

        def shown(part: Part) -> str:
            if isinstance(part, Who):
                return who(part.id)
            if isinstance(part, Where):
                return where(part.id)
            if isinstance(part, When):
                return (when_on or when)(part.at) if part.day else when(part.at)
            if isinstance(part, Link):
                return link(part) if link is not None else text(part.name)
            return text(str(part))

        return self.template.format_map({name: shown(part) for name, part in self.parts.items()})


def phrase(template: str, **parts: Part) -> Phrase:
    """`phrase("{by} noted: {text}", by=Who("U1"), text="…")`."""
    return Phrase(template, parts)
