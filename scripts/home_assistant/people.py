"""A synthetic person in every room, who speaks to its satellite and listens to what it says."""

import asyncio
import time
from dataclasses import dataclass
from math import inf

from harness.voices import VOICES
from home_assistant.house import Announcement, House
from home_assistant.report import Report, short
from home_assistant.satellite import Exchange, ScriptedSatellite
from voice_guide.audio.pcm import Samples

_PERSON = VOICES[1]
"""The voice of the person in every room."""

_THINKS_S = 0.3
"""Seconds from what is heard until the person answers."""


_EARLY_S = 0.5
"""Seconds that something may seem to be said too early: asking when it is due takes time."""


_LISTENS_S = 2.0
"""Seconds that the person listens before an interruption."""


@dataclass(frozen=True)
class TimedEvent:
    """Something that the guide said by itself, and when; times are in seconds after it was due."""

    text: str
    """The words."""

    asked_s: float
    """The moment at which Home Assistant was asked to say it."""

    heard_s: float
    """The moment at which the satellite got its first sound."""


class People:
    """Speaks in any room; what is understood and answered is reported."""

    def __init__(self, house: House, report: Report) -> None:
        self._house = house
        self._report = report
        self._sounds: dict[str, Samples] = {}
        self.turns: list[Exchange] = []
        """All that was said since this list was emptied last."""

    async def say(self, satellite: ScriptedSatellite, text: str, expected: str) -> Exchange:
        """Say something; a part of the answer is expected."""
        turn = await self.try_to_say(satellite, text)
        self.turns.append(turn)
        self._report.expect(
            expected in turn.answer and bool(turn.transcript) and not turn.error,
            f'{satellite.name}, {self._report.at(turn.last_sound_s)}: "{text}" → '
            f'"{turn.transcript}"{_after(turn.transcript_s, turn)} → '
            f'"{short(turn.answer)}"{_after(turn.answer_s, turn)} {turn.error}',
        )
        return turn

    async def interrupt(
        self, satellite: ScriptedSatellite, text: str, by: str, expected: str
    ) -> Exchange:
        """Say something, and something else into the answer."""
        turn = await satellite.say(await self.sound(text), to_end=False)
        self._report.tell(f'{satellite.name}: "{text}" → "{short(turn.answer)}", interrupted')
        await asyncio.sleep(_LISTENS_S)
        return await self.say(satellite, by, expected)

    async def try_to_say(self, satellite: ScriptedSatellite, text: str) -> Exchange:
        """Say something; anything may come of it."""
        await asyncio.sleep(_THINKS_S)
        return await satellite.say(await self.sound(text))

    async def sound(self, text: str) -> Samples:
        """Return a text as the person says it."""
        if text not in self._sounds:
            self._sounds[text] = await asyncio.to_thread(_PERSON.render, text)
        return self._sounds[text]

    async def hears(
        self, satellite: ScriptedSatellite, text: str, until_due_s: float, within_s: float = 10.0
    ) -> TimedEvent | None:
        """Wait for what the guide has to say by itself when so much time is over."""
        due_s = time.monotonic() + until_due_s
        said = await self._announced(satellite, text, due_s, within_s)
        if said is None:
            last = [each.text for each in self._house.announcements[-3:]]
            self._report.expect(False, f'{satellite.name}: "{text}" was not said, but {last}')
            return None
        heard_s = satellite.first_sound_after(said.time_s) or inf
        event = TimedEvent(said.text, said.time_s - due_s, heard_s - due_s)
        self._report.expect(
            event.asked_s > -_EARLY_S and event.heard_s < within_s,
            f'{satellite.name}: {said.service} "{short(said.text)}" {event.asked_s:.2f} s '
            f"after it was due, heard after {event.heard_s:.2f} s",
        )
        await satellite.until_silent()
        return event

    async def _announced(
        self, satellite: ScriptedSatellite, text: str, due_s: float, within_s: float
    ) -> Announcement | None:
        """Wait until something is said by itself, and heard; return nothing where it is not."""
        while time.monotonic() < due_s + within_s:
            for said in self._house.announcements:
                is_due = said.satellite == satellite.entity and said.time_s > due_s - _EARLY_S
                if is_due and text in said.text and satellite.first_sound_after(said.time_s):
                    return said
            await asyncio.sleep(0.05)
        return None


def _after(time_s: float, turn: Exchange) -> str:
    """Return how long after the last sound of a command something came, if it came."""
    return f" +{time_s - turn.last_sound_s:.2f} s" if time_s else ""
