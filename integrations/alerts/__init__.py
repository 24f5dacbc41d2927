"""Alerts in: one file for each kind of monitoring, with a `SOURCE` that says how its requests are read and known."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from incidents.alerts import Signal

SECRETS = "ALERTS_SECRET_"  # and the source's name, in the environment
MOST = 500  # alerts of one request


class NotAlerts(ValueError):
    """The body is none that this source sends; the sentence says what would be right, and nothing of what was sent."""


def bearer(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """`Authorization: Bearer <secret>`."""
    scheme, _, said = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(said.strip().encode(), secret.encode())


@dataclass(frozen=True)
class Source:
    """`name` stands in the address. `read` gives the alerts of a body, or raises NotAlerts. `is_its_own` tells whether a request
    carries the secret that its operator gave it, in a time that does not depend on how much of it is right."""

    name: str
    read: Callable[[bytes], list[Signal]]
    is_its_own: Callable[[Mapping[str, str], bytes, str], bool] = bearer

    @property
    def variable(self) -> str:
        """Where its secret is; nothing is taken from it without one."""
        return SECRETS + self.name.upper()


Body = TypeVar("Body", bound=BaseModel)


def parsed(kind: type[Body], body: bytes) -> Body:
    """The body as what the source sends; NotAlerts names the first member that is wrong."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part)[:40] for part in first["loc"][:6])
        wrong = f"`{where}`: {first['msg']}" if where else "it is no JSON"
        raise NotAlerts(f"The body is not understood; {wrong[:200]}. See docs/alerts.md.") from None
