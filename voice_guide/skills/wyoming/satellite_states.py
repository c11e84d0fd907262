"""The satellites of a Home Assistant: what each can do, and whether it is free to speak."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LISTENS = 2
"""The bit of a satellite's features that stands for `start_conversation`."""


@dataclass(frozen=True)
class _LastReport:
    """A satellite as Home Assistant last described it."""

    state: str
    """Its state."""

    features: int
    """The bits of its abilities."""


class SatelliteStates:
    """The states of all satellites, followed by what Home Assistant reports."""

    def __init__(self) -> None:
        self._known: dict[str, _LastReport] = {}
        self._changed = asyncio.Event()

    def knows(self, satellite: str) -> bool:
        """Return True if Home Assistant reports on this satellite at present."""
        return satellite in self._known

    def can_listen(self, satellite: str) -> bool:
        """Return True if this satellite can be asked to listen after it has spoken."""
        known = self._known.get(satellite)
        return known is not None and bool(known.features & _LISTENS)

    async def wait_for(self, satellite: str, state: str, within_s: float) -> bool:
        """Wait until a satellite is in a state; return False where it is not within this time."""
        try:
            async with asyncio.timeout(within_s):
                while (known := self._known.get(satellite)) is None or known.state != state:
                    changed = self._changed
                    await changed.wait()
        except TimeoutError:
            return False
        return True

    def forget(self) -> None:
        """Know nothing, since nobody reports any more."""
        self._known.clear()
        self._notify()

    def take(self, event: Mapping[str, Any]) -> None:
        """Take a report: entities that were added, changed or removed."""
        for name, added in (event.get("a") or {}).items():
            self._update(name, added)
        for name, changed in (event.get("c") or {}).items():
            self._update(name, changed.get("+") or {})
        for name in event.get("r") or ():
            self._known.pop(name, None)
        self._notify()

    def _update(self, name: str, report: Mapping[str, Any]) -> None:
        before = self._known.get(name, _LastReport("", 0))
        features = (report.get("a") or {}).get("supported_features", before.features)
        self._known[name] = _LastReport(str(report.get("s", before.state)), int(features))

    def _notify(self) -> None:
        self._changed.set()
        # Who waits next waits for the next change.
        self._changed = asyncio.Event()
