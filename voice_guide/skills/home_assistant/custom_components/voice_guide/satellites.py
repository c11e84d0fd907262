"""Satellites of Home Assistant: what they can do, and speaking at them."""

import asyncio

from homeassistant.components.assist_satellite import AssistSatelliteEntityFeature
from homeassistant.core import HomeAssistant

from .client import GuideAnswer
from .const import SATELLITES

_IDLE = "idle"

_PATIENCE_S = 10.0
"""Seconds until a satellite that speaks or listens is free, at most."""

_PAUSE_S = 0.1
"""Seconds between two looks at a satellite."""


def can_listen(hass: HomeAssistant, satellite: str | None) -> bool:
    """Return True if a satellite can be asked to listen; such a one also listens on by itself."""
    state = hass.states.get(satellite) if satellite else None
    features = state.attributes.get("supported_features", 0) if state else 0
    return bool(features & AssistSatelliteEntityFeature.START_CONVERSATION)


async def speak(hass: HomeAssistant, satellite: str, answer: GuideAnswer) -> None:
    """Speak an answer where and when the satellite is free; let it listen for the reply."""
    await _until_idle(hass, satellite)
    if answer.expects_reply and can_listen(hass, satellite):
        action, text = "start_conversation", {"start_message": answer.text}
    else:
        action, text = "announce", {"message": answer.text}
    data = {"entity_id": satellite, "preannounce": False, **text}
    await hass.services.async_call(SATELLITES, action, data, blocking=True)


async def _until_idle(hass: HomeAssistant, satellite: str) -> None:
    for _ in range(round(_PATIENCE_S / _PAUSE_S)):
        state = hass.states.get(satellite)
        if state is None or state.state == _IDLE:
            return
        await asyncio.sleep(_PAUSE_S)
