"""The people behind a user group that owns a service: Slack is asked who they are, and each is told by themselves."""

from dataclasses import dataclass
from typing import Any

from bot.acts import Act, Desk, NotYet
from bot.slack import SlackRefused
from incidents import owners
from incidents.core import Unit
from incidents.policy import Target
from models import Delivery

_TRIES = 12  # about a minute


@dataclass(frozen=True)
class TellMembers(Act):
    """Asking may be done again; who is told follows in the transaction that stores the answer."""

    def perform(self, desk: Desk) -> dict[str, Any]:
        group = desk.delivery.target.removeprefix("group:")
        members = desk.core.members(Target(kind="group", name=group))
        if members is None and desk.delivery.attempt < _TRIES:
            raise NotYet(5)
        if members is None:
            raise SlackRefused("usergroups.users.list", "unknown", f"Slack does not say who is in the user group {group}")
        if not members:
            raise SlackRefused("usergroups.users.list", "no_users_provided", f"nobody is in the user group {group}")
        return {"members": sorted(members)}

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        owners.tell_members(unit, delivery.target, result["members"])
