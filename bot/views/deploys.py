"""What was deployed before an incident and while it is open, for its room."""

from bot.scene import Scene
from bot.views.blocks import Message, section
from bot.views.texts import clip, linked, say, stamp
from incidents.events import Deployed, DeploysListed
from incidents.phrase import Link


def listed(scene: Scene) -> Message:
    """One line for each, the newest first, and how many more there are; one alone is a sentence."""
    happened = scene.happened
    assert isinstance(happened, DeploysListed), "it is drawn for nothing else"
    sentence = say(happened.sentence(None))
    text = f":rocket: {sentence}"
    if len(happened.deploys) > 1:
        head = "Deployed meanwhile" if happened.since else "Recent deploys"
        more = [f"and {happened.more} more"] if happened.more else []
        text = "\n".join([f":rocket: *{head}*", *(f"• {line(each)}" for each in happened.deploys), *more])
    return Message(f"{scene.incident.key}: {sentence}", [section(text)])


def line(each: Deployed) -> str:
    """What, where, when and by whom; at most a fifth of what a paragraph holds, but for a long address."""
    what = linked(Link(f"{each.service} {each.version}", each.url if len(each.url) <= 240 else ""))
    where = f" ({clip(each.environment, 40)})" if each.environment else ""
    return f"{what}{where} {stamp(each.at)}" + (f" by {clip(each.by, 60)}" if each.by else "")
