"""Sentences that begin a session at whichever assistant of the home they are said to."""

import logging
from collections.abc import Callable
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.script import ScriptRunResult
from homeassistant.helpers.trigger import (
    async_initialize_triggers,
    async_validate_trigger_config,
)

from .assistants import Assistants
from .const import DOMAIN, LANGUAGE
from .coordinator import GuideCoordinator
from .guide import GuideError
from .satellites import can_listen, speak_when_free

_log = logging.getLogger(__name__)

_SENTENCES = [
    "(start|begin|open) [a|the|my] massage",
    "(start|begin|open) [a|the|my] {routine} massage",
    "(i want|i need|i would like|i'd like|give me) a massage",
]
"""Sentences in Home Assistant's format."""


async def set_up_sentences(
    hass: HomeAssistant, coordinator: GuideCoordinator, assistants: Assistants
) -> Callable[[], None]:
    """Listen for the sentences; return what ends that."""

    async def begin(variables: dict[str, Any], context: Context | None = None) -> ScriptRunResult:
        said = variables["trigger"]
        text = await _begin(hass, coordinator, assistants, said)
        return ScriptRunResult(text, None, {})

    config = [{"platform": "conversation", "command": _SENTENCES}]
    triggers = await async_validate_trigger_config(hass, config)
    remove = await async_initialize_triggers(
        hass, triggers, begin, DOMAIN, "Voice Guide", _log.log
    )
    return remove or (lambda: None)


async def _begin(
    hass: HomeAssistant,
    coordinator: GuideCoordinator,
    assistants: Assistants,
    said: dict[str, Any],
) -> str:
    """Return what the satellite says to a sentence; empty where it is then asked to listen."""
    satellite: str | None = said.get("satellite_id")
    if satellite is None:
        return "Say that at a satellite, or choose Voice Guide as your assistant."
    place: dict[str, str | None] = {
        "satellite_id": satellite,
        "device_id": said.get("device_id"),
    }
    listens = can_listen(hass, satellite)
    try:
        answer = await coordinator.guide.answer(said["sentence"], LANGUAGE, place, listens)
    except GuideError as error:
        return f"Voice Guide cannot be reached: {error}"
    if not answer.is_understood:
        return answer.text
    await assistants.lend(satellite)
    await coordinator.async_request_refresh()
    if answer.expects_reply and listens:
        hass.async_create_background_task(
            speak_when_free(hass, satellite, answer), f"{DOMAIN} begins at {satellite}"
        )
        return ""
    return answer.text
