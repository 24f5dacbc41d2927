"""Deploys in: one file for each kind of sender, with a `SOURCE` that says how its requests are read and known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from incidents.deploys import Said
from integrations.incoming import bearer, understood

SECRETS = "DEPLOYS_SECRET_"  # and the source's name, in the environment


@dataclass(frozen=True)
class Source:
    """`read` gives the deploy of a request, None where it tells of none, or raises NotUnderstood. `is_its_own` tells whether a
    request carries the secret that its operator gave it, in a time that does not depend on how much of it is right."""

    name: str
    read: Callable[[Mapping[str, str], bytes], Said | None]
    is_its_own: Callable[[Mapping[str, str], bytes, str], bool] = bearer

    @property
    def variable(self) -> str:
        """Where its secret is; nothing is taken from it without one."""
        return SECRETS + self.name.upper()


Body = TypeVar("Body", bound=BaseModel)


def parsed(kind: type[Body], body: bytes) -> Body:
    """The body as what the source sends."""
    return understood(kind, body, "docs/deploys.md")
