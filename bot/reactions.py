"""How each thing that goes out is done: its act, its lane, how pressing it is, why it may leave of a private incident.

One table; its names are stored with deliveries and never renamed. Which events cause them is said in `routes`. Doubt (a
call that may have taken effect) is settled by the act: posts look for themselves by their metadata, files by their id,
rooms by their name; edits, invitations, pins and topics are simply done again.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from bot import homes
from bot.acts import Act, ForPrivate
from bot.acts.again import Bookmark, Invite, Pin, Tick, any_link
from bot.acts.archive import Archive, Unarchive
from bot.acts.asked import QuestionsOver, anything_asked
from bot.acts.automation import CallOut, TellChannel
from bot.acts.canvas import Canvas
from bot.acts.controls import Controls
from bot.acts.digest import PostDigest, digest_channel
from bot.acts.draft import DraftFile, Render
from bot.acts.homes import Homes
from bot.acts.maintenance import TellPlanner
from bot.acts.members import Members
from bot.acts.mirror import Announcement, Mirror, Topic
from bot.acts.on_call import HomesFollow, NoLongerSo, TellOnCall
from bot.acts.owners import TellMembers
from bot.acts.pages import PageGroup, PagesOver
from bot.acts.post import (
    Alarm,
    Echo,
    PagePost,
    Post,
    PrivateAlarm,
    announce,
    home,
    leadership,
    named_channel,
    outsider,
    person,
    room,
    thread,
)
from bot.acts.quiet import AskQuiet
from bot.acts.room import OpenRoom
from bot.acts.runbook import CallWebhook, ShowRunbook
from bot.acts.subscriber import TellSubscriber
from bot.acts.withdraw import Withdraw
from bot.views import card, drills, followers, handoffs, posts, runbooks
from incidents import access
from incidents.core import Needed
from integrations.webhooks import Webhooks
from models import Incident

PAGES, ROOMS, POSTS, DECORATION = 0, 1, 2, 3
_CANVAS_AFTER = timedelta(seconds=2)  # it is replaced as a whole: under whoever reads it, and for every change of a burst


@dataclass(frozen=True)
class Reaction:
    """`lane` keeps order among one incident's things; a mirror is one row that is shown again when things change.
    `needed`: whether there is anybody, or anything, that it concerns. `after`: how long a mirror waits for further changes.

    Of a private incident nothing leaves that does not say in `private` why it may.
    """

    act: Act
    lane: str
    priority: int
    mirror: bool = False
    private: ForPrivate | None = None
    needed: Needed | None = None
    after: timedelta = timedelta(0)

    def may_leave(self, session: Session, incident: Incident, target: str) -> bool:
        """Asked when it is routed and once more when it is delivered: the incident may have become private in between."""
        if not incident.private or self.private in (ForPrivate.ROOM, ForPrivate.WORDLESS, ForPrivate.CONFIRMED):
            return True
        return self.private is ForPrivate.PERSON and bool(target) and access.may_see(session, incident, target)


_ROOM, _INSIDER, _WORDLESS = ForPrivate.ROOM, ForPrivate.PERSON, ForPrivate.WORDLESS


def _remember_card(incident: Incident, channel: str, ts: str) -> None:
    incident.card_ts = ts


def _remember_announcement(incident: Incident, channel: str, ts: str) -> None:
    incident.announce_channel, incident.announce_ts = channel, ts


def reactions(render_draft: Render, write_canvas: Render, webhooks: Webhooks) -> dict[str, Reaction]:
    """The table. `{target}` in a lane is the person or channel that is told."""
    return {
        "page": Reaction(PagePost(person, posts.page_dm), "page:{target}", PAGES, private=_INSIDER),
        "page.channel": Reaction(
            PagePost(named_channel, posts.page_elsewhere, plain=posts.plain_elsewhere), "page:{target}", PAGES, private=_WORDLESS
        ),
        "page.group": Reaction(PageGroup(home, posts.page_channel, told=posts.page_group), "page:{target}", PAGES, private=_ROOM),
        "oncall": Reaction(TellOnCall(person, posts.plain_sentence), "oncall:{target}", POSTS, private=_WORDLESS),
        "oncall.homes": Reaction(HomesFollow(), "oncall:homes", DECORATION, private=_WORDLESS),
        "oncall.over": Reaction(NoLongerSo(), "oncall:{target}", POSTS, private=_WORDLESS),
        "maintenance": Reaction(TellPlanner(person, posts.plain_sentence), "maintenance:{target}", POSTS, private=_WORDLESS),
        "owner": Reaction(Post(person, posts.owner, marks=False), "dm:{target}", POSTS),
        "owner.channel": Reaction(Post(named_channel, posts.owner, marks=False), "owner:{target}", POSTS),
        "owner.group": Reaction(TellMembers(), "owner:{target}", POSTS),
        "page.over": Reaction(PagesOver(posts.page_over), "pages", POSTS, mirror=True, private=_WORDLESS),
        "asked.over": Reaction(
            QuestionsOver(
                {
                    "post": posts.post,
                    "quiet": posts.quiet,
                    "nudge": posts.nudge,
                    "nudge.home": posts.nudge,
                    "room.shut": posts.room_shut,
                    "handoff": handoffs.offered_dm,
                    "handoff.suggest": handoffs.suggested_dm,
                    "owner": posts.owner,
                    "owner.channel": posts.owner,
                }
            ),
            "asked",
            DECORATION,
            mirror=True,
            private=_ROOM,
            needed=anything_asked,
        ),
        "room": Reaction(OpenRoom(), "room", ROOMS, private=_ROOM),  # not in the lane of the posts, which wait for it
        "announcement": Reaction(
            Announcement(
                announce,
                card.announcement,
                where=lambda i: (i.announce_channel, i.announce_ts),
                remember=_remember_announcement,
            ),
            "announcement",
            POSTS,
            mirror=True,
        ),
        "card": Reaction(
            Mirror(room, card.card, where=lambda i: (i.room_channel, i.card_ts), remember=_remember_card),
            "card",
            ROOMS,
            mirror=True,
            private=_ROOM,
        ),
        "members": Reaction(Members(), "members", POSTS, mirror=True, private=_ROOM),
        "pin": Reaction(Pin(), "card", ROOMS, private=_ROOM),
        "invite": Reaction(Invite(), "invite", ROOMS, private=_ROOM),
        "post": Reaction(Post(home, posts.post), "home", POSTS, private=_ROOM),
        "update.thread": Reaction(Echo(thread, posts.update), "thread", POSTS),
        "moved": Reaction(Post(thread, posts.moved, marks=False), "thread", POSTS),
        "alarm": Reaction(Alarm(announce, posts.alarm), "alarm", POSTS),
        "private.alarm": Reaction(
            PrivateAlarm(person, posts.private_alarm, plain=posts.private_alarm), "dm:{target}", POSTS, private=_INSIDER
        ),
        "leadership": Reaction(Post(leadership, posts.leadership, marks=False), "leadership", POSTS),
        "nudge": Reaction(Post(person, posts.nudge, marks=False), "dm:{target}", POSTS, private=_INSIDER),
        "nudge.home": Reaction(Post(home, posts.nudge), "home", POSTS, private=_ROOM),
        "silent": Reaction(Post(person, posts.silent_dm, marks=False), "dm:{target}", POSTS, private=_INSIDER),
        "role": Reaction(Post(person, posts.role_dm, marks=False), "dm:{target}", POSTS, private=_INSIDER),
        "role.lost": Reaction(Post(person, posts.role_lost_dm, marks=False), "dm:{target}", POSTS, private=_INSIDER),
        "quiet": Reaction(AskQuiet(home, posts.quiet), "home", POSTS, private=_ROOM),
        "follower.update": Reaction(TellSubscriber(person, followers.update), "follower:{target}", POSTS, private=_INSIDER),
        "follower.change": Reaction(TellSubscriber(person, followers.changed), "follower:{target}", POSTS, private=_INSIDER),
        "follower.welcome": Reaction(TellSubscriber(person, followers.welcome), "follower:{target}", POSTS),
        "follower.lost": Reaction(Post(person, followers.lost, marks=False), "dm:{target}", POSTS, private=_INSIDER),
        "leadership.update": Reaction(Post(leadership, followers.summary, marks=False), "leadership", POSTS),
        "digest": Reaction(PostDigest(digest_channel, posts.plain_sentence), "digest", POSTS),
        "handoff": Reaction(Post(person, handoffs.offered_dm, marks=False), "dm:{target}", POSTS, private=_INSIDER),
        "handoff.over": Reaction(Post(person, handoffs.over_dm, marks=False), "dm:{target}", POSTS, private=_INSIDER),
        "handoff.suggest": Reaction(Post(person, handoffs.suggested_dm, marks=False), "dm:{target}", POSTS, private=_INSIDER),
        "runbook": Reaction(
            ShowRunbook(home, posts.plain_sentence, shown=runbooks.running, left=runbooks.moved),
            "runbook:{target}",
            POSTS,
            mirror=True,
            private=_ROOM,
        ),
        "webhook": Reaction(CallWebhook(webhooks), "webhook:{target}", POSTS, private=ForPrivate.CONFIRMED),
        "automation.post": Reaction(
            TellChannel(named_channel, posts.plain_sentence, told=posts.automated), "rule:{target}", POSTS
        ),
        "automation.webhook": Reaction(CallOut(webhooks), "rule:{target}", POSTS),
        "draft": Reaction(DraftFile(render_draft), "draft", POSTS, private=_ROOM),
        "topic": Reaction(Topic(card.topic), "topic", DECORATION, mirror=True, private=_ROOM),
        "rules": Reaction(Post(room, posts.rules, marks=False), "decoration", DECORATION, private=_ROOM),
        "bookmark": Reaction(Bookmark(), "decoration", DECORATION, private=_ROOM, needed=any_link),
        "tick": Reaction(Tick(), "tick", DECORATION, private=_ROOM),
        "archive": Reaction(Archive(), "home", DECORATION, private=_ROOM),  # behind what is still to be said there
        "unarchive": Reaction(Unarchive(), "room", ROOMS, private=_ROOM),
        "canvas": Reaction(Canvas(write_canvas), "canvas", DECORATION, mirror=True, private=_ROOM, after=_CANVAS_AFTER),
        "homes": Reaction(Homes(), "homes", DECORATION, mirror=True, private=_WORDLESS, needed=homes.any_is_kept),
        "room.failed": Reaction(Post(person, posts.plain_sentence, marks=False), "dm:{target}", POSTS, private=_INSIDER),
        "unannounced": Reaction(Post(person, posts.alarm, marks=False), "dm:{target}", POSTS),
        "room.shut": Reaction(Post(person, posts.room_shut, marks=False), "dm:{target}", POSTS, private=_INSIDER),
        "withdraw": Reaction(Withdraw(), "withdraw", PAGES, private=_WORDLESS),
        "glass": Reaction(
            Post(outsider, posts.glass_broken, marks=False, plain=posts.glass_broken), "glass:{target}", PAGES, private=_WORDLESS
        ),
        "drill.briefing": Reaction(Post(home, drills.briefing, marks=False), "home", POSTS, private=_ROOM),
        "drill.controls": Reaction(Controls(person, drills.controls), "drill:{target}", POSTS, mirror=True, private=_INSIDER),
    }
