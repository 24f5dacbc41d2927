"""The Socket Mode connection: opened as soon as Slack answers, closed with the server."""

import logging
import threading

from bot.socket_mode import SocketMode

log = logging.getLogger("muster.web")

_LONGEST_WAIT = 10.0  # seconds between two attempts; slack_sdk looks after a lost connection as often


class SocketLink:
    """Connects in a thread of its own: `web` serves and starts while Slack is away, and a later loss mends itself."""

    def __init__(self, handler: SocketMode) -> None:
        self._handler = handler
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._connect, name="socket mode", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take nothing more; what is under way is finished."""
        self._closing.set()
        self._thread.join(timeout=3)
        self._handler.close()

    def _connect(self) -> None:
        wait = 0.5
        while not self._closing.is_set():
            try:
                self._handler.client.connect_to_new_endpoint()
                log.info("connected to Slack in Socket Mode")
                return
            except Exception as error:  # slack_sdk lets through whatever broke: a refusal, a name, a handshake
                log.warning("no Socket Mode connection yet, trying again in %.1f s: %s", wait, error)
            self._closing.wait(wait)
            wait = min(_LONGEST_WAIT, wait * 2)
