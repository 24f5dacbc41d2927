"""`/livez`, `/healthz` and `/metrics`: is it serving, is it well, and how much is waiting."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot import look
from bot.doctor import HEARTBEAT_FRESH
from bot.redis import connect
from bot.wiring import Muster
from incidents.standing import is_open
from models import Delivery, Incident, Page, Wake
from models.page import PAGE_OPEN
from models.spine import DEAD, OPEN
from workers.clock import last_sweep


class Health:
    """Answers from the database and Redis, each asked within its own short time."""

    def __init__(self, muster: Muster, redis_url: str) -> None:
        self._core, self._redis_url = muster.core, redis_url

    def livez(self, request: Request) -> Response:
        """200 while the process serves."""
        return PlainTextResponse("ok")

    def healthz(self, request: Request) -> Response:
        """200 only when the database and Redis answer and the clock swept a moment ago."""
        checks = {"database": self._database(), "redis": self._redis(), "clock": self._clock()}
        well = all(trouble == "ok" for trouble in checks.values())
        return JSONResponse({"ok": well, **checks}, 200 if well else 503)

    def _database(self) -> str:
        try:
            with self._core.view() as session:
                session.exec(select(1)).one()
            return "ok"
        except SQLAlchemyError as error:
            return f"does not answer ({type(error).__name__})"

    def _redis(self) -> str:
        try:
            with connect(self._redis_url) as redis:
                redis.ping()
            return "ok"
        except (RedisError, OSError) as error:
            return f"does not answer ({type(error).__name__}); the clock delivers meanwhile"

    def _clock(self) -> str:
        try:
            swept = last_sweep(self._core)
        except SQLAlchemyError:
            return "not known"
        if swept is None:
            return "never swept; is the `clock` process running?"
        age = self._core.clock.now() - swept
        return "ok" if age <= HEARTBEAT_FRESH else f"last clean sweep {int(age.total_seconds())} s ago"

    def metrics(self, request: Request) -> Response:
        """Prometheus text; 503 while the database does not answer."""
        try:
            return self._metrics()
        except SQLAlchemyError as error:
            return PlainTextResponse(f"The database does not answer ({type(error).__name__}).", 503)

    def _metrics(self) -> Response:
        registry = CollectorRegistry()
        with self._core.view() as session:
            now = self._core.clock.now(session)
            waiting = select(func.count(), func.min(col(Delivery.next_at))).where(
                Delivery.state == OPEN, col(Delivery.next_at) <= now
            )
            count, oldest = session.exec(waiting).one()
            late = session.exec(select(func.min(col(Wake.due_at))).where(col(Wake.due_at) <= now)).one()
            rows = {
                "muster_open_incidents": session.exec(
                    select(func.count()).select_from(Incident).where(is_open(), look.is_real())
                ).one(),
                "muster_running_escalations": session.exec(select(func.count()).where(Page.state == PAGE_OPEN)).one(),
                "muster_deliveries_due": count,
                "muster_deliveries_oldest_seconds": (now - oldest).total_seconds() if oldest else 0,
                "muster_deliveries_dead": session.exec(select(func.count()).where(Delivery.state == DEAD)).one(),
                "muster_wake_lag_seconds": (now - late).total_seconds() if late else 0,
            }
        swept = last_sweep(self._core)
        rows["muster_clock_sweep_age_seconds"] = (now - swept).total_seconds() if swept else -1
        for name, number in rows.items():
            Gauge(name, _HELP[name], registry=registry).set(number)
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")


_HELP = {
    "muster_open_incidents": "Incidents that are not resolved yet, without drills.",
    "muster_running_escalations": "Escalations that nobody has acknowledged.",
    "muster_deliveries_due": "Deliveries to Slack that could be made now.",
    "muster_deliveries_oldest_seconds": "How long the oldest of them has been waiting.",
    "muster_deliveries_dead": "Deliveries that Slack refused for good.",
    "muster_wake_lag_seconds": "How late the oldest unfired timer is.",
    "muster_clock_sweep_age_seconds": "How long ago the clock swept cleanly; -1 if never.",
}
