"""What systemd is told of a service, and asks of it: as much of sd_notify(3) as is needed."""

import math
import os
import signal
import socket
import sys
import time
from contextlib import suppress

_FEEDS = 4
"""How often the watchdog is fed in the time that it waits."""


class Service:
    """Tells systemd how it goes; where systemd did not start it, nobody is told."""

    def __init__(self) -> None:
        """Take from the environment where to tell, and how often."""
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):
            # An abstract address begins with a zero, which no variable can hold.
            self._address = "\0" + self._address[1:]
        within_s = int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
        self._feeds_every_s = within_s / _FEEDS if self._address and within_s else math.inf
        self._fed_s = -math.inf
        self._is_asked_to_end = False

    def ready(self) -> None:
        """Tell that it is ready; from now on it ends in order when it is asked to."""
        signal.signal(signal.SIGTERM, self._ask_to_end)
        self._fed_s = time.monotonic()
        self._tell("READY=1")

    def alive(self) -> None:
        """Tell that it goes on, so often as systemd wants; or end the program, if it is asked to.

        Whatever waits or works in a loop calls this every time.
        """
        if self._is_asked_to_end:
            sys.exit()
        now_s = time.monotonic()
        if now_s - self._fed_s >= self._feeds_every_s:
            self._fed_s = now_s
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """Tell that it is about to end."""
        self._tell("STOPPING=1")

    def _ask_to_end(self, *_: object) -> None:
        self._is_asked_to_end = True

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        # Nothing that is said waits for systemd; what does not get through is told again.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.setblocking(False)
            told.sendto(message.encode(), self._address)
