"""The composition root: the one place where the parts are put together."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dotenv import dotenv_values

import incidents.timers
from bot.acts import Desk
from bot.bell import Bell
from bot.groups import Groups
from bot.reach import Reach
from bot.reactions import Reaction, reactions
from bot.routes import router
from bot.rush import Rush
from bot.settings import Settings
from bot.slack import Transport, WebApi
from bot.views import canvas
from incidents import drill_files, work
from incidents.clock import Clock, SystemClock
from incidents.core import Core
from incidents.dossier import gather
from incidents.exports.markdown import EXPORT
from incidents.policy_file import PolicyFile
from incidents.registry import collect
from incidents.runbook_files import RunbookFiles
from incidents.timers import Timer
from integrations import alerts, deploys
from integrations.webhooks import SECRETS, HttpWebhooks
from models.database import make_engine


@dataclass(frozen=True)
class Muster:
    """Everything that a process needs; which of it is used decides what the process is."""

    settings: Settings
    core: Core
    policy_file: PolicyFile
    slack: Transport
    table: Mapping[str, Reaction]
    secrets: Mapping[str, str]


def render_draft(desk: Desk) -> str:
    """The postmortem draft as Markdown, with people by name and every line linked."""
    record = gather(desk.core, desk.scene.incident.number)
    names = desk.workspace.names(record.people())
    return EXPORT.render(record.postmortem(names=names, link=desk.workspace.permalink))


def write_canvas(desk: Desk) -> str:
    """The room's living document as Markdown, with people by name and every line linked."""
    number = desk.scene.incident.number
    record = gather(desk.core, number)
    names = desk.workspace.names(record.people())
    as_told = record.postmortem(names=names, link=desk.workspace.permalink)
    return EXPORT.render(canvas.document(desk.scene, canvas.Kept(as_told, work.tasks(desk.core, number), record.links(), names)))


def variables() -> dict[str, str]:
    """The environment over `.env`: what is meant for webhooks, and what sources of alerts and deploys are known by."""
    kept = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    ours = (SECRETS, alerts.Source.secrets, deploys.Source.secrets)
    return {name: value for name, value in (kept | dict(os.environ)).items() if name.startswith(ours)}


def build(
    settings: Settings,
    *,
    bell: Callable[[int], None],
    clock: Clock | None = None,
    slack: Transport | None = None,
) -> Muster:
    """Put the parts together. Nothing connects to anything before it is used."""
    policy_file = PolicyFile(settings.muster_config)
    secrets = variables()
    table = reactions(render_draft, write_canvas, HttpWebhooks(secrets))
    core = Core(
        make_engine(settings.database_url),
        clock=clock or SystemClock(),
        policy=policy_file.current,
        router=router(table, policy_file.current),
        timers=collect(incidents.timers, "TIMER", Timer),
        bell=bell,
    )
    api = slack or WebApi.at(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    core.members = Groups(core, api).members
    core.unreachable = Reach(core, api).unreachable
    core.runbooks = RunbookFiles(settings.muster_config, policy_file.current).current
    core.scenarios = lambda: drill_files.read(settings.muster_config.parent / core.policy.drills.folder)
    return Muster(settings, core, policy_file, api, table, secrets)


def make_bell(settings: Settings, redis_url: str, rush: Rush | None = None) -> Bell:
    """The bell for the workers that this installation runs; it waits while there is a rush of requests."""
    return Bell(redis_url, workers=settings.muster_workers, rush=rush)
