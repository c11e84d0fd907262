"""The rehearsal: two rooms, a timed step, restarts of either side, and all the others."""

import asyncio

from home_assistant.everyday import Everyday
from home_assistant.figures import Figures
from home_assistant.house import House
from home_assistant.inside import Inside
from home_assistant.listening import Listening
from home_assistant.mishaps import Mishaps
from home_assistant.people import People
from home_assistant.report import Report
from home_assistant.satellite import ScriptedSatellite

_ADDRESS_OUTSIDE = "192.168.77.1"
"""The address of this machine in its network, in which there is nobody else."""

_DISCOVERED_WITHIN_S = 60
"""Seconds until a service is discovered."""


class Rehearsal:
    """A house with a kitchen, a bedroom and a study, and the sessions in it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._report = Report()
        self._people = People(house, self._report)

    async def run(self, rounds: int, soak_s: float, recognizer: int | None) -> bool:
        """Run everything; return True if all was as it should be.

        `rounds` commands are timed, with another recognizer's port too if there is one; then two
        rooms are led for `soak_s` seconds.
        """
        part = self._report.part
        await part("set-up", self.set_up)
        given = self._given
        figures, mishaps, everyday = Figures(*given), Mishaps(*given), Everyday(*given)
        await part("two rooms", self._two_rooms)
        await part("a timed step", self._timed_step)
        await part("restarts", self._restarts)
        await part("commands", lambda: figures.commands(rounds))
        if recognizer:
            await part("another recognizer", lambda: figures.compare(recognizer, rounds))
        if soak_s:
            await part("two rooms for a while", lambda: figures.soak(soak_s))
        await part("mishaps", mishaps.run)
        await part("listening", Listening(self._house, self._report).run)
        await part("everyday", everyday.run)
        await part("what listens", self._sockets)
        await part("discovery", self._discovery)
        await part("inside", Inside(*given).run)
        return self._report.close()

    async def run_inside(self) -> bool:
        """Run the guide inside Home Assistant alone; return True if all was as it should be."""
        await self._report.part("set-up", self.set_up)
        await self._report.part("inside", Inside(*self._given).run)
        return self._report.close()

    async def set_up(self) -> None:
        """Start everything, and add it through Home Assistant's own forms."""
        house, report = self._house, self._report
        # That of an earlier rehearsal: without it, the integration asks for an address at once.
        house.packages.remove()
        took_s = await house.start_home_assistant()
        report.tell(f"Home Assistant answers {took_s:.1f} s after its start")
        await house.api.onboard()
        await house.api.connect()
        await house.give_token()
        await house.start_guide()
        await house.add_guide()
        self._kitchen = await house.add_satellite("Kitchen")
        self._bedroom = await house.add_satellite("Bedroom")
        await house.api.add("scripted")
        await house.follow()
        states = await house.api.states()
        for entity in ("conversation", "stt", "tts"):
            report.expect(f"{entity}.voice_guide" in states, f"{entity}.voice_guide was added")
        names = sorted(name for name in states if name.startswith("assist_satellite."))
        report.expect(len(names) == 3, f"satellites: {', '.join(names)}")

    @property
    def _given(self) -> tuple[House, Report, People, ScriptedSatellite, ScriptedSatellite]:
        """The house and who is in it, for a part of its own."""
        return self._house, self._report, self._people, self._kitchen, self._bedroom

    async def _two_rooms(self) -> None:
        say, kitchen, bedroom = self._people.say, self._kitchen, self._bedroom
        await asyncio.gather(
            say(kitchen, "start the tennis ball massage", "Tennis ball wall massage"),
            say(bedroom, "start the hand massage", "Hand massage"),
        )
        await asyncio.gather(say(kitchen, "ready", "Step 1"), say(bedroom, "ready", "Step 1"))
        await say(bedroom, "stop", "Stopped at step 1")
        await say(kitchen, "where am i", "step 1 of 5")
        await self._people.interrupt(
            bedroom, "start the hand massage", "i have chest pain", "emergency"
        )
        await say(bedroom, "goodbye", "")
        await say(kitchen, "next", "Step 2")

    async def _timed_step(self) -> None:
        await self._people.say(self._kitchen, "next", "Step 3")
        await self._people.say(self._kitchen, "ready", "Begin now.")
        left_s = await self._house.left_s(self._kitchen.entity)
        await self._people.hears(self._kitchen, "Halfway.", left_s - 15)
        left_s = await self._house.left_s(self._kitchen.entity)
        await self._people.hears(self._kitchen, "Time is up.", left_s)

    async def _restarts(self) -> None:
        house, people, kitchen = self._house, self._people, self._kitchen
        await people.say(kitchen, "go back to step three", "Step 3")
        await people.say(kitchen, "ready", "Begin now.")
        await house.guide.stop()
        turn = await people.try_to_say(kitchen, "next")
        self._report.expect(bool(turn.error), f"without the guide, an error: {turn.error}")
        await house.start_guide()
        await people.say(kitchen, "next", "Shall we go on?")
        await people.say(kitchen, "yes", "Step 3")
        await people.say(kitchen, "ready", "Begin now.")
        took_s = await house.restart_home_assistant(kitchen, self._bedroom)
        self._report.tell(f"Home Assistant answers again {took_s:.1f} s after its start")
        await people.say(kitchen, "where am i", "step 3 of 5")
        left_s = await house.left_s(kitchen.entity)
        await people.hears(kitchen, "Time is up.", left_s)

    async def _discovery(self) -> None:
        """Home Assistant finds a guide that tells the network about itself."""
        guide = await self._house.start_discovered_guide(_ADDRESS_OUTSIDE)
        try:
            flows: list[str] = []
            for _ in range(_DISCOVERED_WITHIN_S):
                flows = await self._house.api.discovered("wyoming")
                if flows:
                    break
                await asyncio.sleep(1)
            self._report.expect(len(flows) == 1, f"{len(flows)} service was discovered")
            for flow in flows:
                self._report.tell(f"added: {await self._house.api.finish(flow)}")
        finally:
            await guide.stop()

    async def _sockets(self) -> None:
        """Nothing listens but on 127.0.0.1, and nothing is connected to but Home Assistant."""
        house = self._house
        for line in await asyncio.to_thread(house.guide.sockets):
            state, _, _, local, peer, *_ = line.split()
            is_service = local == f"127.0.0.1:{house.guide_port}"
            is_to_home = peer == f"127.0.0.1:{house.port}"
            self._report.expect(is_service or is_to_home, f"{state} {local} {peer}")
