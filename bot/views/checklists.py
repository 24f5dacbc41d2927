"""A checklist for whoever ticks it off, and its open items in one line for everybody."""

from bot.commands import RUN, value
from bot.scene import Scene
from bot.views.blocks import Block, Message, button, buttons, context, section
from bot.views.texts import person
from incidents.rules.checklists import CHECKLISTS, open_items
from incidents.rules.lifecycle import OPEN, Status


def checklist(scene: Scene, name: str) -> Message:
    """Each item with who ticked it, or with the button that does."""
    incident, items = scene.incident, CHECKLISTS[name]
    done = incident.ticked.get(name, {})
    blocks: list[Block] = []
    for at, item in enumerate(items, 1):
        if item in done:
            undo = button("Undo", f"{RUN}checklist:{at}", value(incident.number, f"{name} undo {at}"))
            blocks.append(section(f":white_check_mark: ~{item}~ {person(done[item])}", undo))
        else:
            tick = button("Done", f"{RUN}checklist:{at}", value(incident.number, f"{name} {at}"))
            blocks.append(section(f":white_large_square: {item}", tick))
    if name == "resolution" and incident.status in OPEN:
        blocks.append(buttons(button("Resolve…", f"{RUN}checklist:form", value(incident.number, "form"), style="primary")))
    left = [item for item in items if item not in done]
    head = f"{name.capitalize()} checklist of {incident.key}: {len(done)} of {len(items)} done"
    said = f"{head}. Open: {', '.join(left)}" if left else head
    small = context("Each tick goes on the timeline with your name and the time.")
    return Message(said, [section(f"*{head}*"), *blocks, small])


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
    """For the card: what was tried while it is being mitigated, what is left to do from then on; else nothing."""
    incident = scene.incident
    if incident.status == Status.MITIGATING:
        tried = incident.ticked.get("mitigation", {})
        return f"Mitigation: {', '.join(f'{item} {person(by)}' for item, by in tried.items())}" if tried else ""
    if incident.status not in (Status.MONITORING, Status.RESOLVED):
        return ""
    left = open_items(incident.ticked, "resolution")
    return f"Checklist: {', '.join(left)} still open" if left else "Checklist: all done"
