"""The guide from the home's ordinary assistant: sentences that begin a session, and an entity."""

import asyncio

from home_assistant.part import Part

_SENSOR = "sensor.kitchen_guide"

_PATIENCE_S = 20.0
"""Seconds until something has to have happened."""


class Everyday(Part):
    """A session in a kitchen whose satellite has Home Assistant's own assistant."""

    async def run(self) -> None:
        """Begin at the ordinary assistant, go on at the guide's, and end at the ordinary one."""
        house, say, kitchen = self.house, self.people.say, self.kitchen
        await house.api.use("conversation.home_assistant")
        await self._state("idle")
        select = await self._assistant()
        await say(kitchen, "start the tennis ball massage", "Tennis ball wall massage")
        during = await self._assistant()
        self.report.expect(during != select, f'the assistant is "{during}" for a session')
        await say(kitchen, "ready", "Step 1")
        await self._state("step")
        attributes = await house.api.attributes(_SENSOR)
        found = {name: attributes.get(name) for name in ("routine", "step", "steps")}
        expected = {"routine": "Tennis ball wall massage", "step": 1, "steps": 5}
        self.report.expect(found == expected, f"{_SENSOR}: {found}")
        await say(kitchen, "go to step three", "Step 3")
        await say(kitchen, "ready", "Begin now.")
        await asyncio.sleep(3)
        attributes = await house.api.attributes(_SENSOR)
        left_s = attributes.get("time_left") or 0
        self.report.expect(10 < left_s < 30, f"{_SENSOR}: {left_s} s left")
        diagnostics = await house.diagnostics()
        self.report.expect(
            (diagnostics["answers"], len(diagnostics["rooms"])) == (True, 2),
            f"diagnostics: {diagnostics}",
        )
        await say(kitchen, "goodbye", "")
        await self._state("idle")
        await self._until(select)
        await self._power_cut(select)

    async def _power_cut(self, select: str) -> None:
        """Everything is restarted in a session: the satellite has its own assistant again."""
        house = self.house
        await self.people.say(self.kitchen, "start the hand massage", "Hand massage")
        during = await self._assistant()
        self.report.expect(during != select, f'the assistant is "{during}" for a session')
        await house.guide.stop()
        await house.start_guide()
        await house.restart_home_assistant(self.kitchen)
        await self._until(select)

    async def _assistant(self) -> str:
        states = await self.house.api.states()
        return states["select.kitchen_assistant"]

    async def _until(self, assistant: str) -> None:
        for _ in range(round(_PATIENCE_S / 0.5)):
            if await self._assistant() == assistant:
                break
            await asyncio.sleep(0.5)
        found = await self._assistant()
        self.report.expect(found == assistant, f'the assistant is "{found}" again')

    async def _state(self, expected: str) -> None:
        found = None
        for _ in range(round(_PATIENCE_S / 0.5)):
            found = (await self.house.api.states()).get(_SENSOR)
            if found == expected:
                break
            await asyncio.sleep(0.5)
        self.report.expect(found == expected, f"{_SENSOR} is {found}")
