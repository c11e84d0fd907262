"""The guide inside Home Assistant: dialogues in threads, and speech through actions.

Imported only where the project is installed in Home Assistant's Python.
"""

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path

from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import issue_registry as ir

from voice_guide.errors import VoiceGuideError
from voice_guide.routines.packs import PackProblem
from voice_guide.skills.dialogues import Dialogues, place_of
from voice_guide.skills.home import RefusedError
from voice_guide.skills.host import estimated_s
from voice_guide.skills.outbox import Outbox
from voice_guide.skills.settings import load_folder

from .const import DOMAIN
from .guide import GuideAnswer, GuideError, Room
from .satellites import can_listen, is_there, speak, wait_for

_log = logging.getLogger(__name__)

_FOLDER = "voice-guide"
"""The folder beside configuration.yaml that has settings, routines, and a store for each room."""

_MAX_SPEAKING_S = 120.0
"""Seconds that speaking may take before it is given up."""

_REJECTED = "rejected_packs"
"""The name of the repair that tells which routines cannot be used."""


class _Satellites:
    """The satellites, as Home Assistant's states tell of them."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    def knows(self, satellite: str) -> bool:
        """Return True if the satellite is there at present."""
        return is_there(self._hass, satellite)

    def can_listen(self, satellite: str) -> bool:
        """Return True if this satellite can be asked to listen after it has spoken."""
        return can_listen(self._hass, satellite)

    async def wait_for(self, satellite: str, state: str, within_s: float) -> bool:
        """Wait until a satellite is in a state; return False where it is not within this time."""
        return await wait_for(self._hass, satellite, state, within_s)


class _Home:
    """Home Assistant, which speaks at its satellites through its own actions."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self.satellites = _Satellites(hass)
        """Abilities and state of each satellite."""

    async def speak(self, satellite: str, text: str, listens: bool) -> None:
        """Speak at a satellite, and return when it has spoken; then let it listen if it can.

        Raises RefusedError where it speaks already, or fails. What it has begun to say goes on
        where the caller no longer waits.
        """
        speaking = self._hass.async_create_background_task(
            self._try_to_speak(satellite, text, listens), f"{DOMAIN} speaks at {satellite}"
        )
        try:
            async with asyncio.timeout(_MAX_SPEAKING_S):
                problem = await asyncio.shield(speaking)
        except TimeoutError as error:
            raise RefusedError("there was no answer") from error
        if problem:
            raise RefusedError(problem)

    async def _try_to_speak(self, satellite: str, text: str, listens: bool) -> str:
        """Return why the satellite did not speak; empty where it has spoken."""
        try:
            await speak(self._hass, satellite, text, listens)
        except Exception as error:
            # Each satellite has an integration of its own, with errors of its own.
            return str(error) or type(error).__name__
        return ""


class InsideGuide:
    """The guide's dialogues, led in threads of Home Assistant's."""

    def __init__(self, hass: HomeAssistant, dialogues: Dialogues, outbox: Outbox) -> None:
        """Lead these dialogues, which speak by this outbox."""
        self._hass = hass
        self._dialogues = dialogues
        self._outbox = outbox

    async def is_guide(self) -> bool:
        """Return True: nothing else can be here."""
        return True

    async def rooms(self) -> list[Room]:
        """Return what is led at each satellite."""
        rooms = await self._hass.async_add_executor_job(self._dialogues.rooms)
        return [Room.of(each) for each in rooms]

    async def answer(
        self, text: str, language: str, place: dict[str, str | None], listens: bool
    ) -> GuideAnswer:
        """Return the guide's answer to a text that was said at a place, in its own language."""
        where = place_of({**place, "listens": listens})
        answer = await self._hass.async_add_executor_job(self._dialogues.answer, text, where)
        return GuideAnswer(answer.text, answer.is_understood, answer.expects_reply)

    async def close(self, _: Event | None = None) -> None:
        """Close every session, each with its place kept."""
        await self._hass.async_add_executor_job(self._dialogues.close)
        self._outbox.close()
        ir.async_delete_issue(self._hass, DOMAIN, _REJECTED)


async def load(hass: HomeAssistant) -> InsideGuide:
    """Load the guide; raises GuideError for settings that cannot be used."""
    outbox = Outbox(hass.loop, _Home(hass))
    folder = Path(hass.config.path(_FOLDER))
    try:
        dialogues, rejected = await hass.async_add_executor_job(_load, folder, outbox)
    except VoiceGuideError as error:
        raise GuideError(str(error)) from error
    _report(hass, rejected)
    return InsideGuide(hass, dialogues, outbox)


def _load(folder: Path, outbox: Outbox) -> tuple[Dialogues, tuple[PackProblem, ...]]:
    content, settings = load_folder(folder)
    dialogues = Dialogues(content, settings, folder / "rooms", outbox, estimated_s)
    return dialogues, content.rejected_packs


def _report(hass: HomeAssistant, rejected: Iterable[PackProblem]) -> None:
    """Tell which routines cannot be used, in the log and among the repairs."""
    problems = [f"{file}: {text}" for file, text in rejected]
    for problem in problems:
        _log.warning("%s: left out", problem)
    if problems:
        ir.async_create_issue(
            hass,
            DOMAIN,
            _REJECTED,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=_REJECTED,
            translation_placeholders={"problems": "\n".join(f"- {each}" for each in problems)},
        )
