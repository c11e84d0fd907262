"""The rehearsal with a satellite that can be asked to listen, and with the integration."""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.voices import VOICES
from home_assistant.house import House
from voice_guide.audio.pcm import RATE, silence

SATELLITE = "assist_satellite.study"

_PERSON = VOICES[0]
"""The synthetic person in the study."""

_PATIENCE_S = 15.0
"""Seconds until something has to have happened."""

Expect = Callable[[bool, str], None]


class Listening:
    """Sessions in a study whose satellite can start a conversation."""

    def __init__(self, house: House, expect: Expect) -> None:
        """`expect` takes what has to be so, and its description."""
        self._house = house
        self._expect = expect
        self._reports: list[dict[str, Any]] = []

    async def run(self) -> None:
        """Lead a session through the service alone, and then one through the integration."""
        api = self._house.api
        await api.subscribe(self._note, "subscribe_events", event_type="scripted")
        await self._asked_to_listen("start the hand massage", "Hand massage")
        await self._asked_to_listen("ready", "Step 1")
        await self._asked_to_listen("stop", "Stopped at step 1")
        await self._house.add_integration()
        await self._goes_on_listening("continue")
        await self._goes_on_listening("where am i")
        await self._acts("stop", {}, "Stopped at step 1")
        await self._acts("start", {"routine": "the hand massage"}, "Hand massage")

    async def _asked_to_listen(self, text: str, expected: str) -> None:
        await self._hear(text)
        report = await self._wait("start_conversation")
        said = str(report.get("message"))
        self._expect(said.startswith(expected), f'Study: "{text}" → start_conversation "{said}"')

    async def _goes_on_listening(self, text: str) -> None:
        await self._hear(text)
        report = await self._wait("intent-end")
        listens = report.get("listens")
        self._expect(listens is True, f'Study: "{text}" → continue_conversation {listens}')

    async def _acts(self, action: str, data: dict[str, str], expected: str) -> None:
        self._reports.clear()
        await self._house.api.call("voice_guide", action, satellite=SATELLITE, **data)
        report = await self._wait("start_conversation")
        said = str(report.get("message"))
        self._expect(said.startswith(expected), f'voice_guide.{action} → Study says "{said}"')

    async def _hear(self, text: str) -> None:
        await self._until_idle()
        said = await asyncio.to_thread(_PERSON.render, text)
        sound = np.concatenate([silence(RATE // 3), said, silence(2 * RATE)])
        noise = np.random.default_rng(0).normal(0, 16, len(sound))
        self._reports.clear()
        await self._house.let_hear((sound + noise).astype(np.int16).tobytes())

    async def _until_idle(self) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while (await self._house.api.states())[SATELLITE] != "idle":
                await asyncio.sleep(0.1)
        # The guide learns of it as late as this test.
        await asyncio.sleep(0.5)

    async def _wait(self, kind: str) -> dict[str, Any]:
        """Return what the satellite reported of this kind; nothing where it does not in time."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                while True:
                    for report in self._reports:
                        if report["kind"] == kind:
                            return report
                    await asyncio.sleep(0.05)
        except TimeoutError:
            self._expect(False, f"Study reported no {kind}, but {self._reports}")
            return {}

    def _note(self, event: dict[str, Any]) -> None:
        self._reports.append(event["data"])
