"""The rehearsal: two rooms, a timed step, restarts of either side, bad texts, times."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence

from harness.voices import VOICES
from home_assistant.house import House
from home_assistant.listening import Listening
from home_assistant.satellite import ScriptedSatellite, Turn
from voice_guide.audio.pcm import Samples

_PERSON = VOICES[1]
"""The synthetic person who speaks in every room."""

_ASKED = ("where am i", "how long left", "what's next", "which side")
"""What is said to measure times: it changes nothing."""


class Rehearsal:
    """One session after the other, each of whose expectations is printed with a mark."""

    def __init__(self, house: House, began_s: float) -> None:
        self._house = house
        self._began_s = began_s
        self._turns: list[Turn] = []
        self._failed = 0
        self._sounds: dict[str, Samples] = {}

    async def run(self, rounds: int) -> bool:
        """Run everything; return True if all was as it should be."""
        for part in (self._set_up, self._two_rooms, self._timed_step, self._restarts):
            await self._timed(part)
        await self._timed(lambda: self._measure(rounds))
        await self._timed(self._bad_texts)
        await self._timed(Listening(self._house, self._expect).run)
        self._report()
        return not self._failed

    async def _set_up(self) -> None:
        house = self._house
        took_s = await house.start_home_assistant()
        self._tell(f"Home Assistant answers {took_s:.1f} s after its start")
        await house.api.onboard()
        await house.api.connect()
        house.give_token(await house.api.long_lived_token())
        await house.start_guide()
        await house.add_guide()
        self._kitchen = await house.add_satellite("Kitchen")
        self._bedroom = await house.add_satellite("Bedroom")
        await house.api.add("scripted")
        await house.follow()
        states = await house.api.states()
        for entity in ("conversation", "stt", "tts"):
            self._expect(f"{entity}.voice_guide" in states, f"{entity}.voice_guide was added")
        self._names = sorted(name for name in states if name.startswith("assist_satellite."))
        self._expect(len(self._names) == 3, f"satellites: {', '.join(self._names)}")

    async def _two_rooms(self) -> None:
        await self._say(self._kitchen, "start the tennis ball massage", "Tennis ball wall massage")
        await self._say(self._bedroom, "start the hand massage", "Hand massage")
        await asyncio.gather(
            self._say(self._kitchen, "ready", "Step 1"),
            self._say(self._bedroom, "ready", "Step 1"),
        )
        await self._say(self._bedroom, "stop", "Stopped at step 1")
        await self._say(self._kitchen, "where am i", "step 1 of 5")
        await self._say(self._bedroom, "i have chest pain", "emergency")
        await self._say(self._bedroom, "goodbye", "")

    async def _timed_step(self) -> None:
        await self._say(self._kitchen, "next", "Step 2")
        await self._say(self._kitchen, "next", "Step 3")
        turn = await self._say(self._kitchen, "ready", "Begin now.")
        await self._announced("Halfway.", turn.answer_s, 30)
        await self._announced("Time is up.", turn.answer_s, 30)

    async def _restarts(self) -> None:
        house = self._house
        await self._say(self._kitchen, "go back to step three", "Step 3")
        await self._say(self._kitchen, "ready", "Begin now.")
        await house.stop_guide()
        turn = await self._raw(self._kitchen, "next")
        self._expect(bool(turn.error), f"without the guide, an error is reported: {turn.error}")
        await house.start_guide()
        await self._say(self._kitchen, "next", "Shall we go on?")
        await self._say(self._kitchen, "yes", "Step 3")
        await house.stop_home_assistant()
        took_s = await house.start_home_assistant()
        self._tell(f"Home Assistant answers again {took_s:.1f} s after its start")
        await house.follow()
        for each in (self._kitchen, self._bedroom):
            async with asyncio.timeout(40):
                await each.connected.wait()
        # The guide tries to connect every five seconds.
        await asyncio.sleep(6)
        await self._say(self._kitchen, "where am i", "step 3 of 5")
        turn = await self._say(self._kitchen, "ready", "Begin now.")
        await self._announced("Time is up.", turn.answer_s, 40)
        await self._say(self._kitchen, "stop", "Stopped at step 3")
        await self._say(self._kitchen, "continue", "")

    async def _measure(self, rounds: int) -> None:
        self._turns.clear()
        for number in range(rounds):
            await self._say(self._kitchen, _ASKED[number % len(_ASKED)], "")
        heard = [each for each in self._turns if each.transcript]
        self._expect(len(heard) == rounds, f"{len(heard)} of {rounds} commands were understood")
        self._times(
            "last sound of a command → transcript",
            [each.transcript_s - each.last_sound_s for each in heard],
        )
        self._times(
            "last sound of a command → first sound of the answer",
            [each.answer_s - each.last_sound_s for each in heard if each.answer_s],
        )
        self._tell(f"the guide's service takes {self._house.memory_mb():.0f} MB")

    async def _bad_texts(self) -> None:
        process = self._house.api.post
        for text in ("", "x" * 20_000, "\N{PILE OF POO}" * 100, "{{ states }}", "what time is it"):
            answer = await process(
                "/api/conversation/process", text=text, agent_id="conversation.voice_guide"
            )
            kind = answer["response"]["response_type"]
            self._expect(kind == "error", f"{text[:15]!r} ({len(text)}) is {kind}")
        refused = self._house.log("guide").count("refused to speak")
        late = self._house.log("guide").count("Too late")
        self._expect(refused == 0, f"{refused} announcements were refused")
        self._expect(late == 0, f"{late} announcements were too late")

    async def _say(self, satellite: ScriptedSatellite, text: str, expected: str) -> Turn:
        turn = await self._raw(satellite, text)
        self._turns.append(turn)
        self._expect(
            expected in turn.answer and bool(turn.transcript) and not turn.error,
            f'{satellite.name}: "{text}" → "{turn.transcript}" → "{_short(turn.answer)}"'
            + (f" ({turn.error})" if turn.error else ""),
        )
        return turn

    async def _raw(self, satellite: ScriptedSatellite, text: str) -> Turn:
        if text not in self._sounds:
            self._sounds[text] = await asyncio.to_thread(_PERSON.render, text)
        # As a person would, after what is said.
        await asyncio.sleep(0.3)
        return await satellite.say(self._sounds[text])

    async def _announced(self, text: str, after_s: float, within_s: float) -> None:
        """Wait until something is announced; tell when, and when it is heard."""
        house, kitchen = self._house, self._kitchen
        played = len(kitchen.played)
        end_s = time.monotonic() + within_s
        while time.monotonic() < end_s:
            found = [each for each in house.announcements if each[0] > after_s and text in each[3]]
            if found and len(kitchen.played) > played:
                asked_s, service, name, said = found[0]
                heard_s = kitchen.played[played][0]
                self._expect(
                    True,
                    f'{name}: {service} "{_short(said)}" {asked_s - after_s:.1f} s after the step '
                    f"began, all of it received {heard_s - asked_s:.2f} s later",
                )
                return
            await asyncio.sleep(0.05)
        self._expect(False, f'"{text}" was not announced: {house.announcements[-3:]}')

    async def _timed(self, part: Callable[[], Awaitable[None]]) -> None:
        began_s = time.monotonic()
        await part()
        self._tell(f"took {time.monotonic() - began_s:.1f} s")

    def _times(self, name: str, times_s: Sequence[float]) -> None:
        if times_s:
            self._tell(
                f"{name}: median {statistics.median(times_s):.2f} s, "
                f"worst {max(times_s):.2f} s, of {len(times_s)}"
            )

    def _expect(self, is_so: bool, what: str) -> None:
        self._failed += not is_so
        self._tell(f"{'ok' if is_so else '!!'}  {what}")

    def _tell(self, text: str) -> None:
        print(f"{time.monotonic() - self._began_s:6.1f} s  {text}", flush=True)

    def _report(self) -> None:
        self._tell("everything was as it should be" if not self._failed else f"{self._failed} !!")


def _short(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:60]} ... {text[-25:]}"
