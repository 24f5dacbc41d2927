"""Alerts in: one file for each kind of monitoring, with a `SOURCE` that says how its requests are read and known."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel

from incidents.alerts import Signal
from integrations.incoming import Sender, understood

MOST = 500  # alerts of one request


class Source(Sender[Callable[[bytes], list[Signal]]]):
    """`name` stands in the address; `read` gives the alerts of a body."""

    secrets = "ALERTS_SECRET_"
    page = "docs/alerts.md"


Body = TypeVar("Body", bound=BaseModel)


def parsed(kind: type[Body], body: bytes) -> Body:
    """The body as what the source sends; NotUnderstood names the first member that is wrong."""
    return understood(kind, body, Source.page)
