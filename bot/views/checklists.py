"""A checklist for whoever ticks it off, and its open items in one line for everybody."""

from bot.commands import RUN, value
from bot.scene import Scene
from bot.views.blocks import Block, Message, button, buttons, context, section
from bot.views.texts import clip, person
from incidents.rules.checklists import CHECKLISTS, open_items, title
from incidents.rules.checklists import fitting as fitting_of
from incidents.rules.lifecycle import OPEN, Status


def known(scene: Scene) -> list[str]:
    """The items that nobody has to tick, since the record says that they are so."""
    incident, held = scene.incident, scene.standing.holders
    said = {
        "it is real": incident.status != Status.TRIAGE,
        "scope known": bool(incident.impact),
        "declared": incident.status != Status.TRIAGE,
        "room open": incident.room_channel is not None,
        "somebody paged": bool(scene.standing.pages) or incident.acknowledged_at is not None,
        "IC named": "ic" in held,
        "roles given": bool(held.keys() & {"tech", "comms", "scribe"}),
        "first status posted": scene.updates > 0,
        "known facts written down": bool(incident.summary or incident.impact),
        "theories written down": bool(incident.theory),
    }
    return [item for item, so in said.items() if so]


def fitting(scene: Scene) -> str:
    """The one that is needed now."""
    return fitting_of(scene.incident.status, scene.incident.ticked, known(scene))


def label(scene: Scene) -> str:
    """For the button that shows the fitting one."""
    name = fitting(scene)
    return "Checklist" if name == "resolution" else title(name)


def checklist(scene: Scene, name: str) -> Message:
    """Each item with who ticked it, or with the button that does; what the record knows is ticked by itself."""
    incident, items, so = scene.incident, CHECKLISTS[name], known(scene)
    names = {"recent deploys": ", ".join(clip(f"{each.service} {each.version}", 120) for each in scene.deployed)}
    done = incident.ticked.get(name, {})
    blocks: list[Block] = []
    for at, item in enumerate(items, 1):
        if item in done:
            undo = button("Undo", f"{RUN}checklist:{at}", value(incident.number, f"{name} undo {at}"))
            blocks.append(section(f":white_check_mark: ~{item}~ {person(done[item])}", undo))
        elif item in so:
            blocks.append(section(f":white_check_mark: ~{item}~"))
        else:
            tick = button("Done", f"{RUN}checklist:{at}", value(incident.number, f"{name} {at}"))
            more = f": {names[item]}" if names.get(item) else ""
            blocks.append(section(f":white_large_square: {item}{more}", tick))
    left = open_items(incident.ticked, name, so)
    if name == "resolution" and incident.status in OPEN:
        blocks.append(buttons(button("Resolve…", f"{RUN}checklist:form", value(incident.number, "form"), style="primary")))
    blocks += _help(scene, left)
    head = f"{title(name)} of {incident.key}: {len(items) - len(left)} of {len(items)} done"
    said = f"{head}. Open: {', '.join(left)}" if left else head
    small = context("Each tick goes on the timeline with your name and the time.")
    return Message(said, [section(f"*{head}*"), *blocks, small])


def _help(scene: Scene, left: list[str]) -> list[Block]:
    """What does an open item, where there is one tap for it."""
    number = scene.incident.number
    ways = {
        "IC named": button("Take IC", f"{RUN}role:ic", value(number, "ic")),
        "roles given": button("Roles", f"{RUN}roles", value(number)),
        "first status posted": button("Update", f"{RUN}update", value(number)),
        "somebody paged": button("Page somebody", f"{RUN}page", value(number)),
    }
    row = [ways[item] for item in left if item in ways] if scene.incident.status in OPEN else []
    return [buttons(*row)] if row else []


def options(scene: Scene) -> Block:
    """What may mitigate it, one tap each; what was ticked before is left out."""
    left, items = open_items(scene.incident.ticked, "mitigation"), CHECKLISTS["mitigation"]
    number = scene.incident.number
    return buttons(
        *(
            button(item.capitalize(), f"{RUN}checklist:{at}", value(number, f"mitigation {at}"))
            for at, item in enumerate(items, 1)
            if item in left
        ),
        button("Checklist", f"{RUN}checklist", value(number, "mitigation")),
    )


def standing(scene: Scene) -> str:
    """For the card: what the first minutes still need, what was tried to mitigate, what is left to do from then on."""
    incident = scene.incident
    if incident.status == Status.INVESTIGATING:
        left = open_items(incident.ticked, "first", known(scene))
        return f"First five minutes, still to do: {', '.join(left)}" if left else ""
    if incident.status == Status.MITIGATING:
        tried = incident.ticked.get("mitigation", {})
        return f"Mitigation: {', '.join(f'{item} {person(by)}' for item, by in tried.items())}" if tried else ""
    if incident.status not in (Status.MONITORING, Status.RESOLVED):
        return ""
    left = open_items(incident.ticked, "resolution")
    return f"Checklist, still to do: {', '.join(left)}" if left else "Checklist: all done"
