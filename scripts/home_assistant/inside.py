"""The guide inside Home Assistant, without its service: a session, a restart, an emergency."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from home_assistant.house import AGENT
from home_assistant.other_programs import NAME, OtherPrograms
from home_assistant.part import Part
from home_assistant.report import short
from home_assistant.study import SATELLITE, Study

_SENSOR = "sensor.study_guide"

_ANY_SOUND = bytes(32_000)
"""A second of 16 kHz sound: what is heard in it is up to the scripted recognizer."""

_LOGGED = re.compile(r"\[(custom_components\.)?voice_guide[\].]")
"""The part of a line in Home Assistant's log that tells that the guide has written it."""

_HALF_S = 15.0
"""Seconds of half the step that is timed."""

_WITHIN_S = 1.0
"""Seconds around the due time in which the guide has to speak by itself."""

_PATIENCE_S = 60.0
"""Seconds until something has to have happened: at its start, Home Assistant seeks the service."""


@dataclass
class Inside(Part):
    """Sessions led in Home Assistant's own Python."""

    _ear: OtherPrograms = field(default_factory=OtherPrograms, init=False)
    _study: Study = field(init=False)

    def __post_init__(self) -> None:
        self._study = Study(self.house, self.report)

    async def run(self) -> None:
        """Install and add the guide, lead sessions, and remove it again."""
        await self.house.remove_integration()
        await self.house.guide.stop()
        logged_before = len(self.house.home.log)
        await self._install()
        await self._use_other_programs()
        await self._add()
        await self._study.follow()
        await self._lead()
        await self._stop_and_restart()
        await self._emergency()
        await self._act()
        await self._begin_elsewhere()
        await self._lose()
        await self._remove()
        self._look_into_log(logged_before)

    async def _install(self) -> None:
        """Install the mind, which may change none of Home Assistant's packages."""
        packages, expect = self.house.packages, self.report.expect
        before = packages.versions()
        packages.install()
        after = packages.versions()
        changed = {name: after.get(name) for name in before if before[name] != after.get(name)}
        added = ", ".join(f"{name} {after[name]}" for name in sorted(after.keys() - before.keys()))
        expect(not changed, f"pip changed {changed or 'no package'}, and added {added}")
        problems = packages.problems()
        expect(not problems, f"pip check: {problems or 'nothing is broken'}")

    async def _use_other_programs(self) -> None:
        """Give the home an ear and a voice that are not the guide's."""
        await self.house.api.add("wyoming", host="127.0.0.1", port=await self._ear.start())

    async def _add(self) -> None:
        """Add the guide in spite of wrong settings, and then correct them."""
        house, api, expect = self.house, self.house.api, self.report.expect
        before_mb = house.home.memory_mb
        (self._folder / "routines").mkdir(parents=True)
        self._settings.write_text('[guide]\npacing = "fast"\n')
        self._pack.write_text("id = 3\n")
        flow = await api.post("/api/config/config_entries/flow", handler="voice_guide")
        options = flow.get("menu_options")
        expect(options == ["service", "inside"], f"the menu has {options}")
        house.integration = await api.finish(flow["flow_id"], next_step_id="inside")
        state, reason = await self._state()
        is_named = "settings.toml: guide.pacing:" in reason
        expect(is_named and state == "setup_retry", f"{state}: {reason}")
        self._settings.unlink()
        await self._reload_with_repairs(1)
        self._pack.unlink()
        await self._reload_with_repairs(0)
        now_mb = house.home.memory_mb
        self.report.tell(f"Home Assistant had {before_mb:.0f} MB, with the guide {now_mb:.0f} MB")
        problem = ""
        try:
            await api.add("voice_guide", next_step_id="inside")
        except RuntimeError as error:
            problem = str(error)
        expect("already_inside" in problem, f"added once more: {problem or 'it was'}")
        await api.use(AGENT, f"stt.{NAME.lower()}", f"tts.{NAME.lower()}")

    async def _reload_with_repairs(self, count: int) -> None:
        """Load the guide once more; so many repairs are to be told of."""
        await self.house.api.reload(self.house.integration)
        state, reason = await self._state()
        self.report.expect(state == "loaded", f"{state} {reason}")
        issues = (await self.house.api.command("repairs/list_issues"))["issues"]
        told = [each for each in issues if each["domain"] == "voice_guide"]
        named = [each["translation_placeholders"] for each in told]
        self.report.expect(len(told) == count, f"repairs: {named}")

    async def _state(self) -> tuple[str, str]:
        """Return the state of the guide's entry, and the reason for it."""
        entry = await self.house.api.entry(self.house.integration)
        return entry["state"], entry["reason"] or ""

    @property
    def _folder(self) -> Path:
        return self.house.config / "voice-guide"

    @property
    def _settings(self) -> Path:
        return self._folder / "settings.toml"

    @property
    def _pack(self) -> Path:
        return self._folder / "routines" / "wrong.toml"

    async def _lead(self) -> None:
        """Lead a timed step, whose half time and end are said when they are due."""
        # A sentence of the integration: the satellite is asked to speak, and then to listen.
        await self._say("start the tennis ball massage", "", False)
        await self._asked_to_listen("start", "Tennis ball wall massage")
        await self._say("ready", "Step 1", True)
        await self._say("go to step three", "Step 3", True)
        await self._say("purple cow", "I did not understand.", False)
        await self._say("ready", "Begin now.", False)
        end_s = await self._end_s()
        diagnostics = await self.house.diagnostics()
        found = [diagnostics["kind"], diagnostics["answers"], len(diagnostics["rooms"])]
        self.report.expect(found == ["inside", True, 1], f"diagnostics: {diagnostics}")
        await self._hears("announce", "Halfway.", end_s - _HALF_S)
        await self._hears("start_conversation", "Time is up.", end_s)

    async def _stop_and_restart(self) -> None:
        """Stop in mid-step, go on, and restart Home Assistant in mid-step."""
        await self._say("go back to step three", "Step 3", True)
        await self._say("ready", "Begin now.", False)
        await self._say("stop", "Stopped at step 3", True)
        await self._say("continue", "Step 3", True)
        await self._say("ready", "Begin now.", False)
        await self._end_s()
        took_s = await self.house.restart_home_assistant(self.kitchen)
        self.report.tell(f"Home Assistant answers again {took_s:.1f} s after its start")
        await self._study.follow()
        await self._until_agent()
        await self._say("next", "Shall we go on?", True)
        await self._say("yes", "Step 3", True)
        await self._say("ready", "Begin now.", False)
        await self._hears("announce", "Halfway.", await self._end_s() - _HALF_S)

    async def _emergency(self) -> None:
        """Stop everything for an emergency in mid-step; nothing comes of its end."""
        end_s = await self._end_s()
        await self._say("i have chest pain", "emergency", None)
        await asyncio.sleep(max(0.0, end_s + 2 - time.time()))
        late = [each.text for each in self.house.announcements if "Time is up" in each.text]
        self.report.expect(not late, f"after an emergency, the step's end is not said: {late}")
        await self._say("goodbye", "", False)

    async def _act(self) -> None:
        """Start and stop by the integration's actions."""
        for action, data, expected in (
            ("start", {"routine": "the hand massage"}, "Hand massage"),
            ("stop", {}, ""),
        ):
            await self._study.until_idle()
            await self._study.act(action, **data)
            await self._asked_to_listen(action, expected)

    async def _begin_elsewhere(self) -> None:
        """Begin at the home's ordinary assistant, at a satellite that can announce alone."""
        await self.house.api.use(
            "conversation.home_assistant", f"stt.{NAME.lower()}", f"tts.{NAME.lower()}"
        )
        for text, expected in (("start the hand massage", "Hand massage"), ("goodbye", "")):
            self._ear.heard = text
            await self.people.say(self.kitchen, text, expected)

    async def _lose(self) -> None:
        """Remove the mind, as an update of Home Assistant does: the entry says what is missing."""
        self.house.packages.remove()
        await self.house.restart_home_assistant(self.kitchen)
        async with asyncio.timeout(_PATIENCE_S):
            while (await self._state())[0] in ("not_loaded", "setup_in_progress"):
                await asyncio.sleep(0.2)
        state, reason = await self._state()
        is_told = "not installed in Home Assistant's Python" in reason
        self.report.expect(is_told and state == "setup_retry", f"{state}: {reason}")
        problem = ""
        try:
            await self._study.act("stop")
        except RuntimeError as error:
            problem = str(error)
        self.report.expect("is not loaded" in problem, f"voice_guide.stop: {problem}")

    async def _remove(self) -> None:
        """Remove the guide: its entities are gone, and the rooms' files are kept."""
        house, expect = self.house, self.report.expect
        await house.remove_integration()
        left = [name for name in await house.api.states() if name in (AGENT, _SENSOR)]
        expect(not left, f"removed; entities that are left: {left}")
        rooms = list((self._folder / "rooms").iterdir())
        expect(len(rooms) > 0, f"files of rooms that are kept: {len(rooms)}")

    def _look_into_log(self, begin: int) -> None:
        """Tell what Home Assistant has logged of the guide meanwhile: lines, and no traceback."""
        log = self.house.home.log[begin:]
        lines = [each for each in log.splitlines() if _LOGGED.search(each)]
        for line in lines:
            self.report.tell(f"log: {short(line)}")
        self.report.expect(len(lines) == 3, "that is wrong settings, a wrong pack, and no mind")
        is_clean = "custom_components/voice_guide" not in log and "blocking call" not in log
        self.report.expect(is_clean, "no traceback, and nothing that blocks Home Assistant")

    async def _say(self, text: str, expected: str, listens: bool | None) -> None:
        """Say something in the study; a part of the answer is expected, and if it listens on."""
        self._ear.heard = text
        await self._study.hear(_ANY_SOUND)
        report = await self._study.reported("intent-end")
        answer = str(report.get("message"))
        is_so = expected in answer and listens in (None, report.get("listens"))
        self.report.expect(
            is_so, f'Study: "{text}" → "{answer}", then listens: {report.get("listens")}'
        )

    async def _asked_to_listen(self, action: str, expected: str) -> None:
        """Expect that the study is asked to speak, and then to listen, to start or to stop."""
        report = await self._study.reported("start_conversation")
        said = str(report.get("message"))
        self.report.expect(
            said.startswith(expected), f'{action} → Study: start_conversation "{said}"'
        )

    async def _end_s(self) -> float:
        """Return when the step's time is over, as the study's entity tells it, in Unix time."""
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                ends_at = (await self.house.api.attributes(_SENSOR)).get("ends_at")
                if ends_at:
                    return datetime.fromisoformat(ends_at).astimezone(UTC).timestamp()
                await asyncio.sleep(0.2)

    async def _hears(self, service: str, text: str, due_s: float) -> None:
        """Wait for what the guide has to say by itself at a time, in Unix time."""
        due_s += time.monotonic() - time.time()
        while time.monotonic() < due_s + _WITHIN_S:
            for each in self.house.announcements:
                is_ours = each.satellite == SATELLITE and text in each.text
                if is_ours and each.time_s > due_s - _WITHIN_S:
                    self.report.expect(
                        each.service == service,
                        f'Study: {each.service} "{text}" {each.time_s - due_s:.2f} s late',
                    )
                    return
            await asyncio.sleep(0.05)
        last = [each.text for each in self.house.announcements[-3:]]
        self.report.expect(False, f'Study: "{text}" was not said, but {last}')

    async def _until_agent(self) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while (await self.house.api.states()).get(AGENT) in (None, "unavailable"):
                await asyncio.sleep(0.2)
