"""What goes wrong in a home: bad texts, a withdrawn token, satellites that vanish or are mute."""

import asyncio

from home_assistant.house import House
from home_assistant.people import People
from home_assistant.report import Report
from home_assistant.satellite import ScriptedSatellite

_BAD_TEXTS = ("", "x" * 20_000, "\N{PILE OF POO}" * 100, "{{ states }}", "what time is it")

_RECONNECTS_WITHIN_S = 70.0
"""Seconds until the guide tries a token again after one was refused, and some more."""


class Mishaps:
    """Mishaps in the bedroom, which the kitchen does not notice."""

    def __init__(
        self,
        house: House,
        report: Report,
        people: People,
        kitchen: ScriptedSatellite,
        bedroom: ScriptedSatellite,
    ) -> None:
        self._house = house
        self._report = report
        self._people = people
        self._kitchen = kitchen
        self._bedroom = bedroom

    async def run(self) -> None:
        """Let everything happen once."""
        refused, late = (self._logged(text) for text in ("refused to speak", "Too late"))
        self._report.expect(refused == 0, f"{refused} announcements were refused until now")
        self._report.expect(late == 0, f"{late} announcements were too late until now")
        await self._bad_texts()
        await self._vanishing_satellite()
        await self._silent_satellite()
        await self._withdrawn_token()

    async def _bad_texts(self) -> None:
        for text in _BAD_TEXTS:
            answer = await self._house.api.post(
                "/api/conversation/process", text=text, agent_id="conversation.voice_guide"
            )
            kind = answer["response"]["response_type"]
            self._report.expect(kind == "error", f"{text[:15]!r} ({len(text)}) is {kind}")

    async def _vanishing_satellite(self) -> None:
        """A satellite loses its connection in mid-sentence; Home Assistant finds it again."""
        sound = await self._people.sound("start the hand massage")
        await self._bedroom.vanish_while_saying(sound)
        self._report.tell("Bedroom: vanished in mid-sentence")
        await self._people.say(self._kitchen, "where am i", "step 3 of 5")
        async with asyncio.timeout(60):
            await self._bedroom.connected.wait()
        await self._people.say(self._bedroom, "start the hand massage", "Hand massage")

    async def _silent_satellite(self) -> None:
        """A satellite never says that it has spoken; it is led all the same."""
        self._bedroom.reports = False
        await self._people.say(self._bedroom, "ready", "Step 1")
        await self._people.say(self._bedroom, "next", "Step 2")
        await self._people.say(self._kitchen, "where am i", "step 3 of 5")
        await self._people.say(self._bedroom, "where am i", "step 2 of 7")
        self._bedroom.reports = True
        await self._people.say(self._bedroom, "goodbye", "Goodbye")

    async def _withdrawn_token(self) -> None:
        """Without a token, the guide still answers; a new one needs no restart."""
        house, people, kitchen = self._house, self._people, self._kitchen
        assert house.user
        await house.user.withdraw_tokens()
        await asyncio.sleep(1)
        await people.say(kitchen, "where am i", "step 3 of 5")
        lines = [each for each in house.guide.log.splitlines() if "accept the token" in each]
        self._report.expect(len(lines) == 1, f"the log of the guide has: {lines}")
        await house.give_token()
        connected = self._logged("Connected to Home Assistant")
        async with asyncio.timeout(_RECONNECTS_WITHIN_S):
            while self._logged("Connected to Home Assistant") == connected:
                await asyncio.sleep(0.5)
        await people.say(kitchen, "go back to step three", "Step 3")
        await people.say(kitchen, "ready", "Begin now.")
        await people.hears(kitchen, "Halfway.", await house.left_s(kitchen.entity) - 15)
        await people.say(kitchen, "goodbye", "")

    def _logged(self, text: str) -> int:
        return self._house.guide.log.count(text)
