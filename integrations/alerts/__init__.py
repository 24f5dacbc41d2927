"""Alerts in: one file for each kind of monitoring, with a `SOURCE` that says how its requests are read and known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from incidents.alerts import Signal
from integrations.incoming import Check, understood

SECRETS = "ALERTS_SECRET_"  # and the source's name, in the environment
MOST = 500  # alerts of one request


@dataclass(frozen=True)
class Source:
    """`name` stands in the address. `read` gives the alerts of a body, or raises NotUnderstood. `is_signed` tells whether
    a body is signed with the secret that its operator gave it; without one the request carries the secret itself (`bearer`)."""

    name: str
    read: Callable[[bytes], list[Signal]]
    is_signed: Check | None = None

    @property
    def variable(self) -> str:
        """Where its secret is; nothing is taken from it without one."""
        return SECRETS + self.name.upper()


Body = TypeVar("Body", bound=BaseModel)


def parsed(kind: type[Body], body: bytes) -> Body:
    """The body as what the source sends; NotUnderstood names the first member that is wrong."""
    return understood(kind, body, "docs/alerts.md")
