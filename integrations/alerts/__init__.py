"""Alerts in: one file for each kind of monitoring, with a `SOURCE` that says how its requests are read and known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from incidents.alerts import Signal
from integrations.incoming import bearer, understood

SECRETS = "ALERTS_SECRET_"  # and the source's name, in the environment
MOST = 500  # alerts of one request


@dataclass(frozen=True)
class Source:
    """`name` stands in the address. `read` gives the alerts of a body, or raises NotUnderstood. `is_its_own` tells whether a
    request carries the secret that its operator gave it, in a time that does not depend on how much of it is right."""

    name: str
    read: Callable[[bytes], list[Signal]]
    is_its_own: Callable[[Mapping[str, str], bytes, str], bool] = bearer

    @property
    def variable(self) -> str:
        """Where its secret is; nothing is taken from it without one."""
        return SECRETS + self.name.upper()


Body = TypeVar("Body", bound=BaseModel)


def parsed(kind: type[Body], body: bytes) -> Body:
    """The body as what the source sends; NotUnderstood names the first member that is wrong."""
    return understood(kind, body, "docs/alerts.md")
