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
    letters = "".join(letter for letter in name.upper() if letter.isascii() and letter.isalnum())
    return Person(f"U0{letters}", name, real_name or name.capitalize(), f"{name}@example.com")


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
