"""Roles: taken, or given to somebody."""

from bot import look, people
from bot.commands import Answer, Command, Request
from bot.views import answers
from incidents import roles
from incidents.errors import Refused, quote
from incidents.policy import Policy

_LONGEST = 10  # words of a role's name
INSTEAD_OF = " instead of "  # in the button's value: whom the question was about


def run(request: Request) -> Answer:
    """`role ic` takes it, `role ic @who` gives it. A held one changes after a button has asked about its holder."""
    said, _, holder = request.text.partition(INSTEAD_OF) if request.confirmed else (request.text, "", "")
    role, rest = split(said, request.policy)
    person = people.only(rest, request.by)
    number = request.incident_number
    try:
        roles.assign(request.core, number, role, person, by=request.by, replaces=holder or None, key=request.key)
    except roles.RoleHeld as question:
        return answers.ask(question, "Replace them", "role", number, f"{role} <@{person}>{INSTEAD_OF}{question.holder}")
    return answers.role_given(look.scene(request.core, number), role, person, request.by)


def split(text: str, policy: Policy) -> tuple[str, str]:
    """The role that the text begins with, by its key, alias or whole name, and the rest. Refused where there is none."""
    words = text.split()
    for count in range(min(len(words), _LONGEST), 0, -1):
        role = policy.role_called(" ".join(words[:count]))
        if role is not None:
            return role, " ".join(words[count:])
    known = ", ".join(f"`{role}` ({rules.name})" for role, rules in policy.roles.items())
    what = f"“{quote(words[0])}” is not a role." if words else "Which role?"
    raise Refused(f"{what} The roles are {known}. Take one: `/incident role ic`; give it: `/incident role ic @who`.")


COMMAND = Command(
    name="role",
    aliases=("take", "assign"),
    usage="role <name> [@who]",
    help="Take a role, or give it to somebody: `/incident ic`, `/incident comms @who`.",
    run=run,
    group="People",
)
