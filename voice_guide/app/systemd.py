"""The systemd service protocol, as much of sd_notify(3) as this program needs."""

import math
import os
import signal
import socket
import sys
import time
from contextlib import suppress

_PINGS_PER_TIMEOUT = 4
"""Messages sent to the watchdog within its timeout."""


class SystemdService:
    """Reports this program's state to systemd; does nothing where systemd did not start it."""

    def __init__(self) -> None:
        """Read the address and the watchdog's timeout from the environment."""
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):
            # An abstract address begins with a zero, which no variable can hold.
            self._address = "\0" + self._address[1:]
        timeout_s = int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
        has_watchdog = self._address and timeout_s
        self._ping_every_s = timeout_s / _PINGS_PER_TIMEOUT if has_watchdog else math.inf
        self._last_ping_s = -math.inf
        self._is_terminating = False

    def ready(self) -> None:
        """Report that the program is ready; from now on SIGTERM ends it in `alive`."""
        signal.signal(signal.SIGTERM, self._terminate)
        self._last_ping_s = time.monotonic()
        self._send("READY=1")

    def alive(self) -> None:
        """Report that the program works, as often as the watchdog needs, or exit after SIGTERM.

        Every loop that waits or works calls this each time.
        """
        if self._is_terminating:
            sys.exit()
        now_s = time.monotonic()
        if now_s - self._last_ping_s >= self._ping_every_s:
            self._last_ping_s = now_s
            self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """Report that the program is about to end."""
        self._send("STOPPING=1")

    def _terminate(self, *_: object) -> None:
        self._is_terminating = True

    def _send(self, message: str) -> None:
        if not self._address:
            return
        # The sound does not wait for systemd; the next message comes soon.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.setblocking(False)
            notify.sendto(message.encode(), self._address)
