"""Mishaps of a home: bad texts, a withdrawn token, satellites that vanish or are mute."""

import asyncio

from home_assistant.part import Part

_BAD_TEXTS = ("", "x" * 20_000, "\N{PILE OF POO}" * 100, "{{ states }}", "what time is it")

_RECONNECTS_WITHIN_S = 70.0
"""Seconds until the guide tries a token again after one was refused, and some more."""


class Mishaps(Part):
    """Mishaps in the bedroom, which the kitchen does not notice."""

    async def run(self) -> None:
        """Let everything happen once."""
        refused, late = (self._logged(text) for text in ("refused to speak", "Too late"))
        self.report.expect(refused == 0, f"{refused} announcements were refused until now")
        self.report.expect(late == 0, f"{late} announcements were too late until now")
        await self._bad_texts()
        await self._vanishing_satellite()
        await self._silent_satellite()
        await self._withdrawn_token()

    async def _bad_texts(self) -> None:
        for text in _BAD_TEXTS:
            answer = await self.house.api.post(
                "/api/conversation/process", text=text, agent_id="conversation.voice_guide"
            )
            kind = answer["response"]["response_type"]
            self.report.expect(kind == "error", f"{text[:15]!r} ({len(text)}) is {kind}")

    async def _vanishing_satellite(self) -> None:
        """A satellite loses its connection in mid-sentence; Home Assistant finds it again."""
        sound = await self.people.sound("start the hand massage")
        await self.bedroom.vanish_while_saying(sound)
        self.report.tell("Bedroom: vanished in mid-sentence")
        await self.people.say(self.kitchen, "where am i", "step 3 of 5")
        async with asyncio.timeout(60):
            await self.bedroom.connected.wait()
        await self.people.say(self.bedroom, "start the hand massage", "Hand massage")

    async def _silent_satellite(self) -> None:
        """A satellite never says that it has spoken; it is led all the same."""
        self.bedroom.reports = False
        await self.people.say(self.bedroom, "ready", "Step 1")
        await self.people.say(self.bedroom, "next", "Step 2")
        await self.people.say(self.kitchen, "where am i", "step 3 of 5")
        await self.people.say(self.bedroom, "where am i", "step 2 of 7")
        self.bedroom.reports = True
        await self.people.say(self.bedroom, "goodbye", "Goodbye")

    async def _withdrawn_token(self) -> None:
        """Without a token, the guide still answers; a new one needs no restart."""
        house, people, kitchen = self.house, self.people, self.kitchen
        assert house.user
        await house.user.withdraw_tokens()
        await asyncio.sleep(1)
        await people.say(kitchen, "where am i", "step 3 of 5")
        lines = [each for each in house.guide.log.splitlines() if "accept the token" in each]
        self.report.expect(len(lines) == 1, f"the log of the guide has: {lines}")
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
        return self.house.guide.log.count(text)
