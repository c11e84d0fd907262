"""The rehearsal with a satellite that can be asked to listen, and with the integration."""

import asyncio

import numpy as np

from harness.voices import VOICES
from home_assistant.house import House
from home_assistant.report import Report
from home_assistant.study import Study
from voice_guide.audio.pcm import RATE, silence

_PERSON = VOICES[0]
"""The synthetic person in the study."""


class Listening:
    """Sessions in a study whose satellite can start a conversation."""

    def __init__(self, house: House, report: Report) -> None:
        self._house = house
        self._report = report
        self._study = Study(house, report)

    async def run(self) -> None:
        """Lead a session through the service alone, and then one through the integration."""
        await self._study.follow()
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
        report = await self._study.reported("start_conversation")
        said = str(report.get("message"))
        self._report.expect(
            said.startswith(expected), f'Study: "{text}" → start_conversation "{said}"'
        )

    async def _goes_on_listening(self, text: str) -> None:
        await self._hear(text)
        report = await self._study.reported("intent-end")
        listens = report.get("listens")
        self._report.expect(listens is True, f'Study: "{text}" → continue_conversation {listens}')

    async def _acts(self, action: str, data: dict[str, str], expected: str) -> None:
        await self._study.act(action, **data)
        report = await self._study.reported("start_conversation")
        said = str(report.get("message"))
        self._report.expect(
            said.startswith(expected), f'voice_guide.{action} → Study says "{said}"'
        )

    async def _hear(self, text: str) -> None:
        said = await asyncio.to_thread(_PERSON.render, text)
        sound = np.concatenate([silence(RATE // 3), said, silence(2 * RATE)])
        noise = np.random.default_rng(0).normal(0, 16, len(sound))
        await self._study.hear((sound + noise).astype(np.int16).tobytes())
