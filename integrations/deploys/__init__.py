"""Deploys in: one file for each kind of sender, with a `SOURCE` that says how its requests are read and known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from incidents.deploys import Said
from integrations.incoming import Check, understood

SECRETS = "DEPLOYS_SECRET_"  # and the source's name, in the environment


@dataclass(frozen=True)
class Source:
    """`read` gives the deploy of a request, None where it tells of none, or raises NotUnderstood. `is_signed` tells whether
    a body is signed with the secret that its operator gave it; without one the request carries the secret itself (`bearer`)."""

    name: str
    read: Callable[[Mapping[str, str], bytes], Said | None]
    is_signed: Check | None = None

    @property
    def variable(self) -> str:
        """Where its secret is; nothing is taken from it without one."""
        return SECRETS + self.name.upper()


Body = TypeVar("Body", bound=BaseModel)


def parsed(kind: type[Body], body: bytes) -> Body:
    """The body as what the source sends."""
    return understood(kind, body, "docs/deploys.md")
