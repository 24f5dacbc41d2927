"""What a postmortem is written down as; one file per format, each with an `EXPORT`."""

from collections.abc import Callable
from dataclasses import dataclass

from incidents.rules.postmortem.document import Document


@dataclass(frozen=True)
class Export:
    """`render` is pure: the same document gives the same text, in which nothing people typed is markup."""

    name: str
    suffix: str
    render: Callable[[Document], str]
