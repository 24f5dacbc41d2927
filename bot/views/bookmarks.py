"""Which links a war room has as bookmarks: bridge call, status page, the services' runbooks and dashboards, added ones."""

from collections.abc import Sequence

from bot.scene import Scene
from incidents.events import FieldsSet, LinkAdded, SeverityChanged

MOST = 30  # Slack shows a handful; the others are behind a menu


def about(scene: Scene, added: Sequence[LinkAdded]) -> dict[str, str]:
    """Link → title, for the event at hand: one link that was added, a worse severity's bridge, or all when the room opens."""
    happened = scene.happened
    if isinstance(happened, LinkAdded):
        return {happened.url: _title(happened)}
    if isinstance(happened, SeverityChanged):
        return _bridge(scene)
    if isinstance(happened, FieldsSet):
        before = next((each.old.split(", ") for each in happened.changes if each.field == "services"), scene.incident.services)
        return _services(scene, [name for name in scene.incident.services if name not in before])
    links = {
        **_bridge(scene),
        **_status_page(scene),
        **_services(scene, scene.incident.services),
        **{link.url: _title(link) for link in added},
    }
    return dict(list(links.items())[:MOST])


def _title(link: LinkAdded) -> str:
    return link.title or link.url.partition("://")[2].partition("/")[0][:80]


def bridge(scene: Scene) -> str | None:
    """The call that the severity brings."""
    return scene.severity.bridge.replace("{key}", scene.incident.key) if scene.severity.bridge else None


def bridge_on_request(scene: Scene) -> str | None:
    """The same, else the call of the worst severity that has one."""
    policy = scene.policy
    others = (level.bridge for level in sorted(policy.severities.values(), key=lambda level: level.rank) if level.bridge)
    found = scene.severity.bridge or next(others, None)
    return found.replace("{key}", scene.incident.key) if found else None


def _bridge(scene: Scene) -> dict[str, str]:
    url = bridge(scene)
    return {url: "Bridge call"} if url else {}


def _status_page(scene: Scene) -> dict[str, str]:
    page = scene.policy.workspace.status_page
    return {page: "Status page"} if page else {}


def _services(scene: Scene, names: Sequence[str]) -> dict[str, str]:
    """Runbooks and dashboards that are links; a runbook that is a file of the repository is none."""
    found: dict[str, str] = {}
    for name in names:
        service = scene.policy.services.get(name)
        if service is None:
            continue
        for what, links in (("Runbook", service.runbooks), ("Dashboard", service.dashboards)):
            web = [link for link in links if link.startswith(("https://", "http://"))]
            for number, link in enumerate(web, start=1):
                found[link] = f"{what} {name}{f' {number}' if len(web) > 1 else ''}"[:80]
    return found
