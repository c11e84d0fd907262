"""Figures: how long commands and timed events take, and a soak of two rooms."""

import asyncio
import time

from home_assistant.house import House
from home_assistant.people import People, TimedEvent
from home_assistant.report import Report
from home_assistant.satellite import ScriptedSatellite

_ASKED = ("where am i", "how long left", "what's next", "which side")
"""What is said to measure times: it changes nothing."""

_HALF_S = 15.0
"""Seconds of half the step that is timed."""

_HOLDS = 3
"""Times that the timed step is led in one session of the soak."""


class Figures:
    """Measures in the rooms of a house; the kitchen is in a session already."""

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
        self._events: list[TimedEvent] = []
        self._sessions = 0

    async def commands(self, rounds: int) -> None:
        """Time commands that change nothing."""
        self._people.turns.clear()
        for number in range(rounds):
            await self._people.say(self._kitchen, _ASKED[number % len(_ASKED)], "")
        self._tell_turns(rounds)

    async def compare(self, port: int, rounds: int) -> None:
        """Time the same commands with another recognizer in the pipeline, on this port."""
        await self._house.use_recognizer(port)
        self._people.turns.clear()
        for number in range(rounds):
            text = _ASKED[number % len(_ASKED)]
            turn = await self._people.try_to_say(self._kitchen, text)
            self._report.tell(f'Kitchen: "{text}" → "{turn.transcript}" {turn.error}')
            self._people.turns.append(turn)
        self._tell_turns(rounds)
        await self._house.api.use("conversation.voice_guide")

    async def soak(self, seconds: float) -> None:
        """Lead sessions with a timed step in both rooms."""
        await self._people.say(self._kitchen, "goodbye", "")
        self._people.turns.clear()
        end_s = time.monotonic() + seconds
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.gather(
                self._lead(self._kitchen, end_s), self._lead(self._bedroom, end_s)
            )
        finally:
            watching.cancel()
        self._tell_turns(len(self._people.turns))
        for name, times_s in (
            ("timed event → announcement", [each.asked_s for each in self._events]),
            ("timed event → its first sound", [each.heard_s for each in self._events]),
        ):
            self._report.times(name, times_s)
        self._report.tell(f"{self._sessions} sessions; {self._house.usage()}")
        await self._people.say(self._kitchen, "start the tennis ball massage", "Tennis")
        await self._people.say(self._kitchen, "ready", "Step 1")
        await self._people.say(self._kitchen, "go to step three", "Step 3")

    async def _lead(self, satellite: ScriptedSatellite, end_s: float) -> None:
        say = self._people.say
        while time.monotonic() < end_s:
            await say(satellite, "start the tennis ball massage", "Tennis ball wall massage")
            await say(satellite, "ready", "Step 1")
            await say(satellite, "go to step three", "Step 3")
            for _ in range(_HOLDS):
                await self._hold(satellite)
                await say(satellite, "go back to step three", "Step 3")
            await say(satellite, "goodbye", "")
            self._sessions += 1

    async def _hold(self, satellite: ScriptedSatellite) -> None:
        """Lead the timed step from its beginning to its end."""
        await self._people.say(satellite, "ready", "Begin now.")
        for text, before_end_s in (("Halfway.", _HALF_S), ("Time is up.", 0.0)):
            left_s = await self._house.left_s(satellite.entity)
            event = await self._people.hears(satellite, text, left_s - before_end_s)
            if event:
                self._events.append(event)

    async def _watch(self) -> None:
        while True:
            self._report.tell(self._house.usage())
            await asyncio.sleep(60)

    def _tell_turns(self, asked: int) -> None:
        heard = [each for each in self._people.turns if each.transcript]
        self._report.tell(f"{len(heard)} of {asked} commands were heard")
        self._report.times(
            "last sound of a command → transcript",
            [each.transcript_s - each.last_sound_s for each in heard],
        )
        self._report.times(
            "last sound of a command → first sound of the answer",
            [each.answer_s - each.last_sound_s for each in heard if each.answer_s],
        )
