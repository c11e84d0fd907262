"""The actions `voice_guide.start` and `voice_guide.stop`, for dashboards and automations."""

import voluptuous as vol
from homeassistant.components.assist_satellite import AssistSatelliteEntityFeature
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv

from .client import GuideAnswer, GuideClient, GuideError
from .const import ATTR_ROUTINE, ATTR_SATELLITE, DOMAIN

_LANGUAGE = "en"
"""The language of the sentences that the actions send."""

_START = vol.Schema(
    {
        vol.Required(ATTR_SATELLITE): cv.entity_domain("assist_satellite"),
        vol.Optional(ATTR_ROUTINE): cv.string,
    }
)
_STOP = vol.Schema({vol.Required(ATTR_SATELLITE): cv.entity_domain("assist_satellite")})


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
        raise HomeAssistantError("Voice Guide is not set up, or cannot be reached")
    client: GuideClient = entries[0].runtime_data
    try:
        answer = await client.answer(text, _LANGUAGE, {"satellite_id": satellite})
    except GuideError as error:
        raise HomeAssistantError(f"Voice Guide cannot be reached: {error}") from error
    if not answer.is_understood:
        raise HomeAssistantError(f"Voice Guide: {answer.text}")
    if answer.text:
        await _speak(hass, satellite, answer)


async def _speak(hass: HomeAssistant, satellite: str, answer: GuideAnswer) -> None:
    state = hass.states.get(satellite)
    features = state.attributes.get("supported_features", 0) if state else 0
    if answer.expects_reply and features & AssistSatelliteEntityFeature.START_CONVERSATION:
        action, text = "start_conversation", {"start_message": answer.text}
    else:
        action, text = "announce", {"message": answer.text}
    data = {"entity_id": satellite, "preannounce": False, **text}
    await hass.services.async_call("assist_satellite", action, data, blocking=True)
