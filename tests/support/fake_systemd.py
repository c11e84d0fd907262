"""A systemd that a service can notify."""

import socket


class FakeSystemd:
    """Receives the notifications of a service."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0"))

    def close(self) -> None:
        self._socket.close()

    def next(self, within_s: float = 0.0) -> str:
        """Return the next notification; an empty text if there is none within so many seconds."""
        self._socket.settimeout(within_s)
        try:
            return self._socket.recv(1000).decode()
        except (TimeoutError, BlockingIOError):
            return ""

    def all_so_far(self) -> list[str]:
        """Return all notifications that were not returned yet."""
        return list(iter(self.next, ""))
