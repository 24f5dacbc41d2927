"""Where it happens: rooms, who joined, links."""

from incidents.events.happened import Happened
from incidents.phrase import Phrase, Where, Who, phrase


class RoomWanted(Happened):
    kind = "room.wanted"
    headline = False
    why: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("A war room is being opened: {why}", why=self.why)


class RoomOpened(Happened):
    kind = "room.opened"
    channel: str
    name: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("The war room {room} is open", room=Where(self.channel))


class Joined(Happened):
    """Somebody asked to come in. Slack says so in the room."""

    kind = "person.joined"
    headline = False

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} joined", by=Who(by))


class RoomArchived(Happened):
    """The incident has been over for long enough; the room stays readable."""

    kind = "room.archived"
    channel: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("The war room {room} was archived; reopening the incident brings it back", room=Where(self.channel))


class RoomShut(Happened):
    """Somebody archived it while the incident is not over; `trouble`: deleted it, or took Muster out of it. `tells`: whom
    alone, where that is private."""

    kind = "room.shut"
    channel: str
    tells: list[str] = []
    trouble: str = ""

    def sentence(self, by: str | None) -> Phrase:
        said = "{by} archived the war room {room}" if by else "The war room {room} was archived"
        if self.trouble:
            said = "Muster can no longer write in the war room {room}: it was deleted, or Muster was removed ({trouble})"
        goes_on = "Nothing is said until it is back" if self.tells else "It goes on in this thread until the room is back"
        return phrase(f"{said}. {goes_on}: `/incident room`", by=Who(by), room=Where(self.channel), trouble=self.trouble)


class RoomKept(Happened):
    """Slack would not archive it; nobody is bothered with that."""

    kind = "room.kept"
    headline = False
    trouble: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("The war room could not be archived ({trouble}) and stays open", trouble=self.trouble)


class RoomCalledBack(Happened):
    kind = "room.called_back"
    headline = False
    channel: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("The war room {room} is being brought back", room=Where(self.channel))


class RoomBack(Happened):
    """`was_shut`: somebody had archived it, and meanwhile the thread was the incident's home."""

    kind = "room.back"
    channel: str
    was_shut: bool = False

    def sentence(self, by: str | None) -> Phrase:
        return phrase("The war room {room} is back", room=Where(self.channel))


class RoomLost(Happened):
    """Slack would not bring it back; another one is opened."""

    kind = "room.lost"
    channel: str
    trouble: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase(
            "The war room {room} could not be brought back ({trouble}); another one is opened",
            room=Where(self.channel),
            trouble=self.trouble,
        )


class RoomStrayed(Happened):
    """A room that everybody can read was made for an incident that became private meanwhile. It is not used."""

    kind = "room.strayed"
    headline = False
    channel: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("The open room {room} came too late and is taken back", room=Where(self.channel))


class LinkAdded(Happened):
    kind = "link.added"
    url: str
    title: str = ""

    def sentence(self, by: str | None) -> Phrase:
        title = "{title} " if self.title else ""
        return phrase(f"{{by}} added a link: {title}{{url}}", by=Who(by), title=self.title, url=self.url)


class RoomFailed(Happened):
    """`tells`: whom alone, where the incident is private."""

    kind = "room.failed"
    trouble: str
    tells: list[str] = []

    def sentence(self, by: str | None) -> Phrase:
        if self.tells:
            return phrase(
                "The private room could not be opened ({trouble}), so nothing is said anywhere. Whoever runs Muster mends it "
                "(`make doctor`); then: `/incident room`",
                trouble=self.trouble,
            )
        return phrase(
            "The war room could not be opened ({trouble}); the incident goes on in this thread. Try again: `/incident room`",
            trouble=self.trouble,
        )
