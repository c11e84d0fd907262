"""A home with satellites, as what is said at them sees it."""

from typing import Protocol

IDLE, RESPONDING = "idle", "responding"
"""States of a satellite: free to speak, and speaking."""


class RefusedError(Exception):
    """A request to speak that was refused or could not be made; it may work later."""


class Satellites(Protocol):
    """The satellites of a home: what each can do, and whether it is free to speak."""

    def knows(self, satellite: str) -> bool:
        """Return True if the home reports on this satellite at present."""

    def can_listen(self, satellite: str) -> bool:
        """Return True if this satellite can be asked to listen after it has spoken.

        May be called from any thread.
        """

    async def wait_for(self, satellite: str, state: str, within_s: float) -> bool:
        """Wait until a satellite is in a state; return False where it is not within this time."""


class Home(Protocol):
    """A home that speaks at its satellites."""

    @property
    def satellites(self) -> Satellites:
        """Its satellites."""

    async def speak(self, satellite: str, text: str, listens: bool) -> None:
        """Speak at a satellite, and return when it has spoken; then let it listen if it can.

        Raises RefusedError where it speaks already, or cannot be asked.
        """
