"""Words that the stories share: who is paged, what a person was told, what the room was told."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace

from sandbox.people import Somebody
from sandbox.seen import Post, Room

ON_CALL = """
rotations:
  primary: {people: [U0BOB]}
escalations:
  critical:
    levels:
      - {page: [rotation:primary], wait: 5m}
      - {page: [person:U0CAROL], wait: 5m}
    repeat: 1
    last_resort: [person:U0DAVE, channel:engineering]
"""


def pages(person: Somebody) -> list[Post]:
    """The pages that this person has, answered ones too."""
    return [post for post in person.inbox if "You are paged" in post.text or post.text.startswith(("Paged: ", "Paged again "))]


def is_paged(person: Somebody) -> bool:
    return bool(pages(person))


def nudges(person: Somebody) -> list[Post]:
    """How often this person was asked for an update, answered ones too."""
    return [post for post in person.inbox if "a status update is due" in post.text or "a status update was due" in post.text]


def saying(posts: Iterable[Post], text: str) -> list[Post]:
    """Those that read so, the oldest first."""
    return [post for post in posts if text in post]


def updates(room: Room) -> list[Post]:
    """The status updates that stand in a room itself, or in a thread that is given as its posts."""
    return [post for post in room.messages if post.text.startswith("Status update")]


def as_seen(post: Post) -> Post:
    """As a phone still shows it that has not heard of the edit."""
    return replace(post, message=deepcopy(post.message))
