"""What other systems send to us: how they are known, and their bodies read."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel, ValidationError


class NotUnderstood(ValueError):
    """The body is none that its source sends; the sentence says what would be right, and nothing of what was sent."""


class Check(Protocol):
    """Whether a request carries a secret, by its headers and its body. Takes as long however much of the secret is right."""

    def __call__(self, headers: Mapping[str, str], body: bytes, secret: str, /) -> bool: ...


Read = TypeVar("Read")


@dataclass(frozen=True)
class Sender(Generic[Read]):
    """Another system. `read` gives what a request says, or raises NotUnderstood. `is_signed` tells whether a body is signed with
    the secret that its operator gave it; without one the request carries the secret itself (`bearer`).

    Of a whole kind of them: `secrets` is how the variables begin that hold those, `page` is where all this is described.
    """

    name: str
    read: Read
    is_signed: Check | None = None
    secrets: ClassVar[str]
    page: ClassVar[str]

    @property
    def variable(self) -> str:
        """Where its secret is, in the environment; nothing is taken from it without one."""
        return self.secrets + self.name.upper()


def bearer(headers: Mapping[str, str], secret: str) -> bool:
    """`Authorization: Bearer <secret>`; a header's bytes are read as Latin-1, whatever they are meant as."""
    scheme, _, said = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(said.strip().encode("latin-1"), secret.encode())


def without_nulls(said: object) -> object:
    """What templates of other systems leave empty is left out."""
    return {name: value for name, value in said.items() if value is not None} if isinstance(said, dict) else said


Body = TypeVar("Body", bound=BaseModel)


def understood(kind: type[Body], body: bytes, page: str) -> Body:
    """The body as what the source sends; NotUnderstood names the first member that is wrong, and the page that helps."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part)[:40] for part in first["loc"][:6])
        wrong = f"`{where}`: {first['msg']}" if where else "it is no JSON"
        raise NotUnderstood(f"The body is not understood; {wrong[:200]}. See {page}.") from None
