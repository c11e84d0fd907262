"""A study whose satellite can be asked to listen, and reports all that it does."""

import asyncio
from typing import Any

from home_assistant.house import House
from home_assistant.report import Report

SATELLITE = "assist_satellite.study"

_PATIENCE_S = 15.0
"""Seconds until something has to have happened."""


class Study:
    """The satellite in the study, and what it has reported since it last heard something."""

    def __init__(self, house: House, report: Report) -> None:
        self._house = house
        self._report = report
        self._reports: list[dict[str, Any]] = []

    async def follow(self) -> None:
        """Note what the satellite reports; again after a restart of Home Assistant."""
        await self._house.api.subscribe(self._note, "subscribe_events", event_type="scripted")

    async def hear(self, sound: bytes) -> None:
        """Let the satellite hear 16 kHz sound once it is free."""
        await self.until_idle()
        self._reports.clear()
        await self._house.let_hear(sound)

    async def act(self, action: str, **data: str) -> None:
        """Perform an action of the guide's integration there."""
        self._reports.clear()
        await self._house.api.call("voice_guide", action, satellite=SATELLITE, **data)

    async def until_idle(self) -> None:
        """Wait until the satellite is free."""
        async with asyncio.timeout(_PATIENCE_S):
            while (await self._house.api.states())[SATELLITE] != "idle":
                await asyncio.sleep(0.1)
        # The guide learns of it as late as this test.
        await asyncio.sleep(0.5)

    async def reported(self, kind: str) -> dict[str, Any]:
        """Return what the satellite reported of this kind; nothing where it does not in time."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                while True:
                    for report in self._reports:
                        if report["kind"] == kind:
                            return report
                    await asyncio.sleep(0.05)
        except TimeoutError:
            self._report.expect(False, f"Study reported no {kind}, but {self._reports}")
            return {}

    def _note(self, event: dict[str, Any]) -> None:
        self._reports.append(event["data"])
