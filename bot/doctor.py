"""Looks over an installation: tokens, scopes, channels, database, Redis, config, on-call gaps; each finding with its fix."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import yaml
from redis.exceptions import RedisError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, func, select

from bot.acts.canvas import WHAT as CANVASES
from bot.findings import Finding, Grade
from bot.reach import why_not
from bot.redis import connect
from bot.settings import Settings
from bot.slack import CallFailed, SlackRefused, WebApi
from bot.wiring import variables
from bot.workspace import lacked
from incidents import drill_files, drills
from incidents.policy import Policy, PrivatePolicy, Target
from incidents.policy_file import PolicyError, Problem, load_policy
from incidents.registry import collect
from incidents.rules.on_call import everybody, who
from incidents.runbook_deadlines import target
from incidents.runbook_files import load as load_runbooks
from integrations import alerts, deploys
from models import Delivery, Fact
from models.database import DatabaseUnusable, make_engine
from models.migrate import head, refuse_strange, revision
from models.spine import DEAD
from models.workspace import HEARTBEAT

HEARTBEAT_FRESH = timedelta(seconds=15)  # the clock sweeps four times a second; a heartbeat is written once a second
LOOK_AHEAD = timedelta(days=14)  # a gap further away is still being planned
SHORT_SECRET = 16  # characters
SMALL_ROTATION = 6  # fewer people are on call too often (PRODUCT §8)


def _ok(about: str, seen: str) -> Finding:
    return Finding(Grade.OK, about, seen)


def _wrong(about: str, seen: str, fix: str) -> Finding:
    return Finding(Grade.WRONG, about, seen, fix)


def _mind(about: str, seen: str, fix: str) -> Finding:
    return Finding(Grade.MIND, about, seen, fix)


def examine(settings: Settings, manifest: Path = Path("manifest.yml"), api: WebApi | None = None) -> Iterator[Finding]:
    """Everything, one finding after the other as it is found. Changes nothing, anywhere; names no secret. `api`: a way to
    Slack that is there already."""
    try:
        policy = load_policy(settings.muster_config)
        yield _ok("config", f"{settings.muster_config} is right" if settings.muster_config.exists() else "none, so the defaults")
    except PolicyError as error:
        yield _wrong("config", str(error), "Correct that line; a running Muster goes on with the last good version.")
        policy = Policy()
    yield from _database(settings, policy)
    yield _redis(settings)
    yield from _slack(settings, policy, manifest, api)
    yield from _on_call(policy, datetime.now(UTC))
    yield from _runbooks(settings.muster_config.parent, policy, datetime.now(UTC).date())
    yield from _alerts(policy, variables())
    yield from _deploys(variables())
    yield from _drills(settings.muster_config.parent / policy.drills.folder, policy)


def _drills(folder: Path, policy: Policy) -> Iterator[Finding]:
    """The scenarios, and what they name that there is not. None at all is fine, unless the config names a folder."""
    scenarios = drill_files.read(folder)
    for problem in scenarios.problems:
        yield _mind("drills", str(problem), "Until it is right that scenario is not offered; docs/drills.md has examples.")
    for each in scenarios.found:
        unknown = list(drills.strangers(each.script, policy))
        if unknown:
            fix = f"Correct {each.name}.yml, or add them to the config."
            yield _mind("drills", f"{each.name} names {', '.join(unknown)}, unknown here", fix)
    if scenarios.found:
        yield _ok("drills", f"{len(scenarios.found)} in {folder}")
    elif not folder.is_dir() and policy.drills.folder != Policy().drills.folder:
        yield _mind("drills", f"there is no folder {folder}", "Make it, or correct `drills: folder` in the config.")


def _database(settings: Settings, policy: Policy) -> Iterator[Finding]:
    try:
        engine = make_engine(settings.database_url)
    except DatabaseUnusable as error:
        yield _wrong("database", "cannot be used", str(error))
        return
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        yield _ok("database", f"{engine.url.database} is made at the first start")
        return
    try:
        at = revision(engine)
        refuse_strange(at)
        if at != head():
            yield _wrong("database", f"its schema is at {at or 'nothing'}, not at {head()}", "Run `python -m bot migrate`.")
            return
        yield _ok("database", f"answers; its schema is at {at}")
        with Session(engine) as session:
            yield from _at_work(session)
            yield from _plan(session, policy)
    except DatabaseUnusable as error:
        yield _wrong("database", "is a newer version's", str(error))
    except SQLAlchemyError as error:
        seen = str(getattr(error, "orig", None) or error).splitlines()[0]
        yield _wrong("database", f"does not answer ({seen})", "Start it, or correct DATABASE_URL.")
    finally:
        engine.dispose()


def _at_work(session: Session) -> Iterator[Finding]:
    """What only a running installation has: the clock's heartbeat, and deliveries that were given up."""
    beat = session.get(Fact, HEARTBEAT)
    age = datetime.now(UTC) - datetime.fromisoformat(beat.value).astimezone(UTC) if beat is not None else None
    if age is None or age > HEARTBEAT_FRESH:
        seen = "it has never run" if age is None else f"its last clean sweep was {int(age.total_seconds())} s ago"
        yield _wrong("clock", seen, "Start the `clock` process (`make start` starts all). Timers and escalations need it.")
    else:
        yield _ok("clock", "sweeps")
    lately = datetime.now(UTC) - timedelta(days=7)
    given_up = select(func.count()).where(Delivery.state == DEAD, col(Delivery.settled_at) > lately)
    count = session.exec(given_up).one()
    if count:
        newest = select(Delivery.trouble).where(Delivery.state == DEAD).order_by(col(Delivery.settled_at).desc()).limit(1)
        seen = f"{count} in the last 7 days could not be made; the newest: {session.exec(newest).one()}"
        yield _mind("messages", seen, "The log of the `worker` process names each one.")


def _plan(session: Session, policy: Policy) -> Iterator[Finding]:
    """What the workspace's plan does not have; Muster does without."""
    since = lacked(session, CANVASES) if policy.workspace.canvas else None
    if since is not None and since > datetime.now(UTC) - timedelta(days=7):
        seen = f"rooms have none: Slack refused one on {since:%d %b}, as it does on free plans and where an admin forbids them"
        yield _mind("canvases", seen, "All else works without. Muster tries again daily; `workspace: {canvas: false}` ends that.")


def _redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return _ok("redis", f"the embedded one, which runs while Muster does, in {settings.muster_var / 'redis'}")
    try:
        with connect(settings.redis_url) as redis:
            redis.ping()
        return _ok("redis", "answers")
    except (RedisError, OSError) as error:
        fix = "Start it, or correct REDIS_URL. Meanwhile the clock delivers, more slowly."
        return _wrong("redis", f"does not answer ({type(error).__name__})", fix)


_LATER = "Try again in a minute."
_PASSING = frozenset({"ratelimited", "internal_error", "fatal_error", "request_timeout", "service_unavailable"})
_UNKNOWN = frozenset({"user_not_found", "users_not_found"})


def _slack(settings: Settings, policy: Policy, manifest: Path, api: WebApi | None) -> Iterator[Finding]:
    token = settings.slack_bot_token.get_secret_value()
    if not token:
        yield _wrong("bot token", "SLACK_BOT_TOKEN is not set", "Copy it from your app's *OAuth & Permissions* into .env.")
        return
    api = api or WebApi.at(token, settings.slack_api_url)
    try:
        said = api.client.auth_test()
    except SlackApiError as error:
        why = str(error.response.get("error"))
        if why in _PASSING:  # whoever changes a token that is right has one trouble more
            yield _wrong("slack", f"does not answer as it should ({why})", _LATER)
            return
        fix = "Copy the token again from your app's *OAuth & Permissions*, and install the app if it is not."
        yield _wrong("bot token", f"Slack refuses it ({why})", fix)
        return
    except (httpx.HTTPError, OSError) as error:
        yield _wrong("slack", f"cannot be reached ({error})", f"Let this machine reach {settings.slack_api_url}.")
        return
    yield _ok("bot token", f"is {said.get('user')} in {said.get('team')}")
    granted = str(said.headers.get("x-oauth-scopes", ""))
    yield from _scopes(granted, manifest)
    yield _way_in(settings)
    try:
        there = {channel["name"]: channel for channel in _listed(api)}
        yield from _channels(there, policy)
        yield from _private(api, there, policy, granted)
    except CallFailed as failed:
        if isinstance(failed, SlackRefused):
            yield _wrong("channels", f"could not be listed ({failed.error})", "See the scopes above.")
        else:
            yield _mind("channels", f"could not be listed ({failed.error})", _LATER)
    yield from _people(api, policy)


def _scopes(granted: str, manifest: Path) -> Iterator[Finding]:
    if not manifest.is_file():
        yield _mind("scopes", f"there is no {manifest} to compare them with", "Start Muster in its own folder.")
        return
    wanted = set(yaml.safe_load(manifest.read_text())["oauth_config"]["scopes"]["bot"])
    missing = sorted(wanted - {scope.strip() for scope in granted.split(",")})
    if granted and missing:
        fix = f"Paste {manifest} into your app's *App Manifest* and install the app again."
        yield _wrong("scopes", f"missing {', '.join(missing)}", fix)
    elif granted:
        yield _ok("scopes", f"all {len(wanted)} are granted")


def _way_in(settings: Settings) -> Finding:
    """How Slack reaches us: Socket Mode, or HTTP."""
    if settings.socket_mode:
        app_token = settings.slack_app_token.get_secret_value()
        try:
            WebClient(token=app_token, base_url=settings.slack_api_url, timeout=5).apps_connections_open(app_token=app_token)
            return _ok("app token", "opens Socket Mode")
        except SlackApiError as error:
            if error.response.get("error") in _PASSING:
                return _wrong("slack", f"does not answer as it should ({error.response.get('error')})", _LATER)
            fix = "Make an app-level token with `connections:write` under *Basic Information*, and switch Socket Mode on."
            return _wrong("app token", f"Slack refuses it ({error.response.get('error')})", fix)
        except OSError as error:
            return _wrong("slack", f"cannot be reached ({error})", f"Let this machine reach {settings.slack_api_url}.")
    if settings.slack_signing_secret.get_secret_value():
        where = f"{settings.public_url.rstrip('/') or 'https://…'}/slack/events"
        return _ok("signing secret", f"is set; Slack must be told to send to {where} (`make manifest URL=…`)")
    fix = "Set SLACK_APP_TOKEN (Socket Mode; nothing else is needed), or SLACK_SIGNING_SECRET (HTTP)."
    return _wrong("signing secret", "neither it nor an app token is set, so nothing can come in", fix)


def _channels(there: Mapping[str, dict[str, str]], policy: Policy) -> Iterator[Finding]:
    announce, leadership = policy.workspace.announce_channel, policy.workspace.leadership_channel
    found = there.get(announce)
    if found is None:
        yield _ok("announce channel", f"#{announce} is made with the first incident")
    elif found.get("is_private") and not found.get("is_member"):
        yield _wrong("announce channel", f"#{announce} is private", "Invite Muster to it: `/invite @muster`.")
    else:
        yield _ok("announce channel", f"#{announce} is there")
    if leadership and leadership not in there:
        yield _wrong("leadership channel", f"there is no #{leadership}", "Make it, or correct workspace.leadership_channel.")
    elif leadership:
        yield _ok("leadership channel", f"#{leadership} is there")
    for service, its in policy.services.items():
        for owner in its.owners:
            if owner.kind == "channel" and not owner.name.isupper() and not _seen(there.get(owner.name)):
                fix = f"Make #{owner.name}, invite Muster to it if it is private, or correct services.{service}.owner."
                yield _mind("services", f"{service} is owned by #{owner.name}, which Muster does not see", fix)


_ROOMS = {
    "groups:write": "no private room can be opened, and without one nothing of it is said to anybody",
    "groups:read": "who is in its room is not known",
    "groups:history": "what is in doubt in its room cannot be looked for, and waits",
}
"""What private incidents cannot do without."""


def _private(api: WebApi, there: Mapping[str, dict[str, str]], policy: Policy, granted: str) -> Iterator[Finding]:
    """Whether a private incident would have its room, whom it would page, and who gets in when nobody in it answers."""
    about, private = "private incidents", policy.private
    found = []
    for scope, lost in _ROOMS.items():
        if granted and scope not in granted.split(","):
            fix = "Install the app again from its manifest; see the scopes above."
            found.append(_wrong(about, f"without {scope} {lost}", fix))
    escalation = policy.escalations.get(private.escalation or "")
    if escalation is None:
        fix = "Describe an escalation (security, legal) and name it as private.escalation."
        found.append(_mind(about, "nobody is paged for one", fix))
    else:
        paged = [*(target for level in escalation.levels for target in level.page), *escalation.last_resort]
        found += [_unseen(about, each.name) for each in paged if each.kind == "channel" and not _seen(there.get(each.name))]
    found += [_nobody(about, f"private.{name}", who) for name, who in _let_in(private) if not _members(api, who)]
    if not private.break_glass:
        fix = "Name people or a user group under private.break_glass."
        found.append(_mind(about, "nobody may break the glass: when all who are in one are away, nobody gets in", fix))
    yield from found or [_ok(about, f"page {private.escalation}, and somebody may break the glass")]


def _seen(channel: Mapping[str, str] | None) -> bool:
    return channel is not None and bool(channel.get("is_member") or not channel.get("is_private"))


def _unseen(about: str, name: str) -> Finding:
    fix = f"Make #{name}, or invite Muster to it (`/invite @muster`) if it is private."
    return _wrong(about, f"#{name} is paged for one, and Muster does not see it", fix)


def _let_in(private: PrivatePolicy) -> Iterator[tuple[str, Target]]:
    yield from (("declare", target) for target in private.declare)
    yield from (("break_glass", target) for target in private.break_glass)


def _nobody(about: str, where: str, who: Target) -> Finding:
    fix = f"Correct {where}, fill the group in Slack, or name people: a group needs a paid plan and `usergroups:read`."
    return _wrong(about, f"{where} names {who.kind}:{who.name}, in which Slack shows nobody", fix)


def _members(api: WebApi, target: Target) -> bool:
    """Whether there is anybody behind it; people are looked up with all the others."""
    if target.kind != "group":
        return True
    try:
        return bool(api.call("usergroups.users.list", {"usergroup": target.name}).get("users"))
    except CallFailed:
        return False


def _listed(api: WebApi) -> Iterator[dict[str, str]]:
    cursor = ""
    for _ in range(50):  # 50 000 channels
        args = {"limit": 1000, "exclude_archived": True, "types": "public_channel,private_channel", "cursor": cursor or None}
        page = api.call("conversations.list", args)
        yield from page.get("channels", [])
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            return


def _people(api: WebApi, policy: Policy) -> Iterator[Finding]:
    """Whoever may be paged must be known to Slack, still be there, and be no app."""
    for person in everybody(policy):
        method, args = ("users.lookupByEmail", {"email": person}) if "@" in person else ("users.info", {"user": person})
        fix = "Correct the address in the config, or write the person's Slack id (*Profile*, *Copy member ID*)."
        try:
            against = why_not(api.call(method, args).get("user") or {})
        except CallFailed as failed:
            if failed.error in _UNKNOWN:
                yield _wrong("people", f"Slack knows nobody as {person} ({failed.error})", fix)
                continue
            what = "See the scopes above." if isinstance(failed, SlackRefused) else _LATER
            yield _mind("people", f"from {person} on they could not be looked up ({failed.error})", what)
            return
        if against is not None:
            yield _wrong("people", f"{person} {against}", "Take them out of the config: whoever pages them waits for nobody.")


def _deploys(secrets: Mapping[str, str]) -> Iterator[Finding]:
    """Who may say what was deployed."""
    taken = [source for source in collect(deploys, "SOURCE", deploys.Source).values() if secrets.get(source.variable, "").strip()]
    for source in taken:
        if len(secrets[source.variable].strip()) < SHORT_SECRET:
            fix = "Put a longer one into `.env` and wherever you deploy from: `openssl rand -hex 24`."
            yield _mind("deploys", f"{source.variable} is short, and whoever guesses it can post into rooms", fix)
    if taken:
        yield _ok("deploys", f"taken from {', '.join(source.name for source in taken)}")


def _alerts(policy: Policy, secrets: Mapping[str, str]) -> Iterator[Finding]:
    """Which monitoring is listened to, and routes that none of it ever comes to."""
    sources = collect(alerts, "SOURCE", alerts.Source)
    taken = [source for source in sources.values() if secrets.get(source.variable, "").strip()]
    for source in taken:
        if len(secrets[source.variable].strip()) < SHORT_SECRET:
            fix = "Put a longer one into `.env` and into your monitoring: `openssl rand -hex 24`."
            yield _mind("alerts", f"{source.variable} is short, and whoever guesses it can page people", fix)
    named = dict.fromkeys(name for route in policy.alerts.routes for name in route.source or ())
    for name in named:
        if name not in sources:
            yield _mind("alerts", f"a route names the source {name}", f"There are: {', '.join(sources)}.")
    if policy.alerts.routes and not taken:
        yield _mind("alerts", "there are routes, and no source has a secret", "Set ALERTS_SECRET_<SOURCE>: see docs/alerts.md.")
    if taken:
        yield _ok("alerts", f"taken from {', '.join(source.name for source in taken)}")


def _on_call(policy: Policy, now: datetime) -> Iterator[Finding]:
    for name, severity in policy.severities.items():
        if severity.escalation and severity.escalation not in policy.escalations:
            fix = f"Describe `{severity.escalation}` under `escalations` in the config."
            yield _mind("on call", f"nobody is paged at {name}: it wants the escalation {severity.escalation}", fix)
    for name, rotation in policy.rotations.items():
        gap = next((at for at in _hours(now) if not who(Target(kind="rotation", name=name), policy, at, ())), None)
        if gap is not None:
            yield _wrong("on call", f"nobody in {name} from {gap:%a %d %b %H:%M} UTC", f"Add people to rotations.{name}.")
        elif len(rotation.people) < SMALL_ROTATION:
            many = len(rotation.people)
            seen = f"{name} has {many} {'person' if many == 1 else 'people'}; fewer than {SMALL_ROTATION} are on call too often"
            yield _mind("on call", seen, f"Add people to rotations.{name}.")
        else:
            yield _ok("on call", f"somebody in {name} for the next {LOOK_AHEAD.days} days")
    for name, escalation in policy.escalations.items():
        if not escalation.last_resort:
            yield _mind("on call", f"{name} has no last resort", f"Add escalations.{name}.last_resort: a person, a channel.")


def _runbooks(base: Path, policy: Policy, today: date) -> Iterator[Finding]:
    """What is wrong in a file, whom nobody can page, what was not tested for long, and what has none."""
    catalogue = load_runbooks(base, policy)
    for problem in catalogue.problems:
        yield _mind(
            "runbooks", f"{_place(problem, base)}: {problem.what}", f"{problem.expected[:1].upper()}{problem.expected[1:]}."
        )
    for book in catalogue.runbooks:
        for deadline in book.deadlines:
            if target(policy, deadline.who) is None:
                fix = "Name a role, a rotation, a service, an escalation or person:<e-mail>; see docs/runbooks.md."
                yield _mind("runbooks", f"{book.title} pages “{deadline.who}”, which means nobody here", fix)
    for book in catalogue.stale(policy, today):
        tested = f"was last tested on {book.last_tested}" if book.last_tested else "was never tested"
        yield _mind("runbooks", f"{book.title} {tested}", f"Go through it, and set last_tested in {book.name}.md.")
    for service in catalogue.missing(policy):
        fix = f"Write one into {policy.runbooks.folder}, with `services: [{service}]`."
        yield _mind("runbooks", f"the service {service} has none", fix)
    if catalogue.runbooks:
        yield _ok("runbooks", f"{len(catalogue.runbooks)} can be followed")


def _place(problem: Problem, base: Path) -> str:
    path = problem.path.relative_to(base) if problem.path.is_relative_to(base) else problem.path
    return f"{path} line {problem.line}" if problem.line else str(path)


def _hours(now: datetime) -> Iterable[datetime]:
    return (now + timedelta(hours=hour) for hour in range(int(LOOK_AHEAD / timedelta(hours=1))))
