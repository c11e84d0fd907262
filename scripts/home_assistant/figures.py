"""Figures: how long commands and timed events take, and a soak of two rooms."""

import asyncio
import time
from dataclasses import dataclass, field

from home_assistant.part import Part
from home_assistant.people import TimedEvent
from home_assistant.satellite import ScriptedSatellite

_ASKED = ("where am i", "how long left", "what's next", "which side")
"""Commands that change nothing, to measure times with."""

_HALF_S = 15.0
"""Seconds of half the step that is timed."""

_HOLDS = 3
"""Times that the timed step is led in one session of the soak."""


@dataclass
class Figures(Part):
    """Measures in the rooms of a house; the kitchen is in a session already."""

    _events: list[TimedEvent] = field(default_factory=list, init=False)
    _sessions: int = field(default=0, init=False)

    async def commands(self, rounds: int) -> None:
        """Time commands that change nothing."""
        self.people.turns.clear()
        for number in range(rounds):
            await self.people.say(self.kitchen, _ASKED[number % len(_ASKED)], "")
        self._tell_turns(rounds)

    async def compare(self, port: int, rounds: int) -> None:
        """Time the same commands with another recognizer in the pipeline, on this port."""
        await self.house.use_recognizer(port)
        self.people.turns.clear()
        for number in range(rounds):
            text = _ASKED[number % len(_ASKED)]
            turn = await self.people.try_to_say(self.kitchen, text)
            self.report.tell(f'Kitchen: "{text}" → "{turn.transcript}" {turn.error}')
            self.people.turns.append(turn)
        self._tell_turns(rounds)
        await self.house.api.use("conversation.voice_guide")

    async def soak(self, seconds: float) -> None:
        """Lead sessions with a timed step in both rooms."""
        await self.people.say(self.kitchen, "goodbye", "")
        self.people.turns.clear()
        end_s = time.monotonic() + seconds
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.gather(self._lead(self.kitchen, end_s), self._lead(self.bedroom, end_s))
        finally:
            watching.cancel()
        self._tell_turns(len(self.people.turns))
        for name, times_s in (
            ("timed event → announcement", [each.asked_s for each in self._events]),
            ("timed event → its first sound", [each.heard_s for each in self._events]),
        ):
            self.report.times(name, times_s)
        self.report.tell(f"{self._sessions} sessions; {self.house.usage()}")
        await self.people.say(self.kitchen, "start the tennis ball massage", "Tennis")
        await self.people.say(self.kitchen, "ready", "Step 1")
        await self.people.say(self.kitchen, "go to step three", "Step 3")

    async def _lead(self, satellite: ScriptedSatellite, end_s: float) -> None:
        say = self.people.say
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
        await self.people.say(satellite, "ready", "Begin now.")
        for text, before_end_s in (("Halfway.", _HALF_S), ("Time is up.", 0.0)):
            left_s = await self.house.left_s(satellite.entity)
            event = await self.people.hears(satellite, text, left_s - before_end_s)
            if event:
                self._events.append(event)

    async def _watch(self) -> None:
        while True:
            self.report.tell(self.house.usage())
            await asyncio.sleep(60)

    def _tell_turns(self, asked: int) -> None:
        heard = [each for each in self.people.turns if each.transcript]
        self.report.tell(f"{len(heard)} of {asked} commands were heard")
        self.report.times(
            "last sound of a command → transcript",
            [each.transcript_s - each.last_sound_s for each in heard],
        )
        self.report.times(
            "last sound of a command → first sound of the answer",
            [each.answer_s - each.last_sound_s for each in heard if each.answer_s],
        )
