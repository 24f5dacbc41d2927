"""Logs: one line each, to standard error, without secrets."""

import logging
import os
import re
import sys

_SECRET = re.compile(
    r"(xox[a-z]-|xapp-)[A-Za-z0-9-]+"
    r"|(://[^:/@\s]+:)[^@\s]+(?=@)"
    r"|((?:hooks|files)\.slack\.com/|[?&]ticket=)[^\s'\"&]+"  # whoever has such an address may use it
)


class Discreet(logging.Formatter):
    """Takes tokens and passwords out of whatever is logged, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return _SECRET.sub(lambda found: found[found.lastindex or 0] + "…", super().format(record))


def set_up_logs() -> None:
    """Called once by each process's main."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"))
    level = os.environ.get("LOG_LEVEL", "INFO").upper()
    logging.basicConfig(level=level if level in logging.getLevelNamesMapping() else "INFO", handlers=[handler], force=True)
    for noisy, level in (("rq.worker", "WARNING"), ("httpx", "WARNING"), ("alembic", "WARNING"), ("slack_bolt", "ERROR")):
        logging.getLogger(noisy).setLevel(level)
