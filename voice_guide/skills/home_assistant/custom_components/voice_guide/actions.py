"""The actions `voice_guide.start` and `voice_guide.stop`, for dashboards and automations."""

import voluptuous as vol
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv

from .const import ATTR_ROUTINE, ATTR_SATELLITE, DOMAIN, LANGUAGE, SATELLITES
from .coordinator import GuideCoordinator
from .guide import GuideError
from .satellites import can_listen, speak_when_free

_STOP = vol.Schema({vol.Required(ATTR_SATELLITE): cv.entity_domain(SATELLITES)})
_START = _STOP.extend({vol.Optional(ATTR_ROUTINE): cv.string})


def set_up_actions(hass: HomeAssistant) -> None:
    """Register the actions."""

    async def start(call: ServiceCall) -> None:
        routine = call.data.get(ATTR_ROUTINE)
        text = f"start {routine}" if routine else "i want a massage"
        await _say(hass, call.data[ATTR_SATELLITE], text)

    async def stop(call: ServiceCall) -> None:
        await _say(hass, call.data[ATTR_SATELLITE], "stop")

    hass.services.async_register(DOMAIN, "start", start, _START)
    hass.services.async_register(DOMAIN, "stop", stop, _STOP)


async def _say(hass: HomeAssistant, satellite: str, text: str) -> None:
    """Ask the guide in a satellite's name, and have its answer spoken there."""
    entries = hass.config_entries.async_loaded_entries(DOMAIN)
    if not entries:
        raise HomeAssistantError(
            "Voice Guide is not loaded: Settings → Devices & services says why, or adds it"
        )
    coordinator: GuideCoordinator = entries[0].runtime_data
    place: dict[str, str | None] = {"satellite_id": satellite}
    try:
        answer = await coordinator.guide.answer(text, LANGUAGE, place, can_listen(hass, satellite))
    except GuideError as error:
        raise HomeAssistantError(f"Voice Guide cannot be reached: {error}") from error
    if not answer.is_understood:
        raise HomeAssistantError(f"Voice Guide: {answer.text}")
    await coordinator.async_request_refresh()
    if answer.text:
        await speak_when_free(hass, satellite, answer)
