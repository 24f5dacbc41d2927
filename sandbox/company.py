"""Acme, the company everyone meets first: five people and three channels, none of which the bot has joined."""

from sandbox.state import Channel, Note, Person, State

PEOPLE = (
    Person("U0ALICE", "alice", "Alice Adams", "alice@example.com", "Europe/Berlin", "d1495b", title="Payments"),
    Person("U0BOB", "bob", "Bob Brown", "bob@example.com", "Europe/London", "3066be", title="Platform"),
    Person("U0CAROL", "carol", "Carol Chen", "carol@example.com", "America/New_York", "2e933c", title="Checkout"),
    Person("U0DAVE", "dave", "Dave Diaz", "dave@example.com", "America/Los_Angeles", "8a4fff", title="VP Engineering"),
    Person("U0ERIN", "erin", "Erin Evans", "erin@example.com", "Asia/Tokyo", "c8811e", title="Support"),
)
CHANNELS = (
    ("C0GENERAL", "general", "Company-wide announcements and work-based matters"),
    ("C0RANDOM", "random", "Non-work banter"),
    ("C0ENGINEERING", "engineering", "Everything that runs"),
)


def newcomer(name: str, real_name: str = "") -> Person:
    """Somebody new, with an id that can be read: frank is U0FRANK."""
    return Person(f"U0{_letters(name)}", name, real_name or name.capitalize(), f"{name}@example.com")


def move_in(state: State, now: int) -> None:
    """Put the people and channels of Acme into an empty workspace."""
    for person in PEOPLE:
        state.people[person.id] = Person(**vars(person))
    everyone = list(state.people)
    for id, name, purpose in CHANNELS:
        state.channels[id] = Channel(
            id,
            name,
            "public",
            creator="U0ALICE",
            created=now,
            members=[member for member in everyone if not state.people[member].is_bot],
            purpose=Note(purpose, "U0ALICE", now),
            is_general=name == "general",
        )


def open_channel(state: State, name: str, purpose: str, now: int) -> Channel:
    """One more public channel that everybody has been in for as long as they can remember. The name must be free."""
    everyone = [person.id for person in state.people.values() if not person.is_bot]
    id = f"C0{_letters(name)}"
    while id in state.channels:  # names that differ in nothing but a hyphen
        id += "0"
    made = Channel(id, name, "public", "U0ALICE", now, members=everyone, purpose=Note(purpose, "U0ALICE", now))
    state.channels[id] = made
    return made


def bot(name: str, real_name: str) -> Person:
    """Another app's bot: it can speak, and is in no channel."""
    return Person(f"U0{_letters(name)}", name, real_name, color="5c6370", is_bot=True)


def bot_id(person: Person) -> str:
    return f"B0{person.id.removeprefix('U0')}"


def _letters(name: str) -> str:
    return "".join(letter for letter in name.upper() if letter.isascii() and letter.isalnum())
