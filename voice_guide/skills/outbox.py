"""The guide's speech at satellites: the ends of its answers, and all that it says by itself.

The session of a room gives out one text at a time, and waits until it was spoken. The methods
may be called from any thread; the work is done in one loop.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from voice_guide.skills.home import IDLE, RESPONDING, Home, RefusedError

_log = logging.getLogger(__name__)

_PATIENCE_S = 8.0
"""Seconds after which a text that could not be spoken is too late, and dropped."""

_RETRY_S = 0.3
"""Seconds between attempts to speak where a satellite refuses."""

_MAX_UNTIL_ANSWER_S = 5.0
"""Seconds until a satellite begins to speak an answer, at most."""

_MAX_OVERRUN_S = 10.0
"""Seconds that a satellite may take longer than expected before it counts as done."""

_DELAY_S = 0.5
"""Seconds from an answer until it is heard, where nobody reports it."""


@dataclass(frozen=True)
class Place:
    """Where a dialogue is led."""

    room: str
    """The room's name: its satellite's, or that of a conversation."""

    satellite: str
    """The satellite's entity in Home Assistant; empty where it is unknown."""

    listens: bool = False
    """True if the client has the satellite listen after an answer that expects a reply."""


class Outbox:
    """Delivers one text at a time to each place."""

    def __init__(self, loop: asyncio.AbstractEventLoop, home: Home | None) -> None:
        """Work in this loop; without `home`, nothing can be said unasked."""
        self._loop = loop
        self._home = home
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._was_reported = False

    def can_listen(self, place: Place) -> bool:
        """Return True if the satellite can be asked to listen without its wake word."""
        return self._home is not None and self._home.satellites.can_listen(place.satellite)

    def say(self, place: Place, text: str, listens: bool, spoken: Callable[[], None]) -> None:
        """Speak a text, and report it spoken; also where it had to be dropped."""
        self._replace(place, lambda: self._say(place, text, listens), spoken)

    def follow(self, place: Place, length_s: float, spoken: Callable[[], None]) -> None:
        """Report when a satellite has spoken the answer that it was just given."""
        self._replace(place, lambda: self._follow(place, length_s), spoken)

    def clear(self, place: Place) -> None:
        """Drop what is not yet spoken, and report nothing of it."""
        self._loop.call_soon_threadsafe(self._cancel, place)

    def close(self) -> None:
        """Drop everything; called in the loop itself."""
        for task in self._tasks.values():
            task.cancel()

    def _replace(
        self,
        place: Place,
        work: Callable[[], Coroutine[Any, Any, None]],
        spoken: Callable[[], None],
    ) -> None:
        async def deliver() -> None:
            await work()
            spoken()

        def start() -> None:
            self._cancel(place)
            task = self._tasks[place.room] = self._loop.create_task(deliver())
            task.add_done_callback(lambda done: self._forget(place, done))

        self._loop.call_soon_threadsafe(start)

    def _cancel(self, place: Place) -> None:
        task = self._tasks.pop(place.room, None)
        if task:
            task.cancel()

    def _forget(self, place: Place, task: asyncio.Task[None]) -> None:
        if self._tasks.get(place.room) is task:
            del self._tasks[place.room]
        if not task.cancelled() and (error := task.exception()):
            _log.error("Nothing can be said in %s: %r", place.room, error)

    async def _say(self, place: Place, text: str, listens: bool) -> None:
        if self._home is None or not place.satellite:
            self._report_unsaid(place)
            return
        too_late_s = self._loop.time() + _PATIENCE_S
        while (left_s := too_late_s - self._loop.time()) > 0:
            # While a satellite listens or speaks, it would refuse, or break off what it hears.
            if not await self._home.satellites.wait_for(place.satellite, IDLE, left_s):
                break
            try:
                await self._home.speak(place.satellite, text, listens)
                return
            except RefusedError as error:
                _log.info("%s refused to speak: %s", place.satellite, error)
                await asyncio.sleep(_RETRY_S)
        _log.warning("Too late to be said at %s, which was not free.", place.satellite)

    async def _follow(self, place: Place, length_s: float) -> None:
        if self._home is None or not self._home.satellites.knows(place.satellite):
            await asyncio.sleep(length_s + _DELAY_S)
            return
        states = self._home.satellites
        if await states.wait_for(place.satellite, RESPONDING, _MAX_UNTIL_ANSWER_S):
            await states.wait_for(place.satellite, IDLE, length_s + _MAX_OVERRUN_S)

    def _report_unsaid(self, place: Place) -> None:
        if not self._was_reported:
            self._was_reported = True
            reason = "its client names no satellite" if self._home else "there is no token"
            _log.warning(
                "What the guide says by itself is not heard in %s: %s.", place.room[:60], reason
            )
