"""Deploys in: one file for each kind of sender, with a `SOURCE` that says how its requests are read and known."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from pydantic import BaseModel

from incidents.deploys import Said
from integrations.incoming import Sender, understood


class Source(Sender[Callable[[Mapping[str, str], bytes], Said | None]]):
    """`read` gives the deploy of a request, None where it tells of none."""

    secrets = "DEPLOYS_SECRET_"
    page = "docs/deploys.md"


Body = TypeVar("Body", bound=BaseModel)


def parsed(kind: type[Body], body: bytes) -> Body:
    """The body as what the source sends; NotUnderstood names the first member that is wrong."""
    return understood(kind, body, Source.page)
