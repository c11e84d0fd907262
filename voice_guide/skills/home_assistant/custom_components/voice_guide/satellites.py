"""Satellites of Home Assistant: what they can do, and speaking at them."""

import asyncio

from homeassistant.components.assist_satellite import AssistSatelliteEntityFeature
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event

from .const import SATELLITES
from .guide import GuideAnswer

_IDLE = "idle"

_PATIENCE_S = 10.0
"""Seconds until a satellite that speaks or listens is free, at most."""


def is_there(hass: HomeAssistant, satellite: str) -> bool:
    """Return True if Home Assistant has a satellite, and a connection to it."""
    state = hass.states.get(satellite)
    return state is not None and state.state != STATE_UNAVAILABLE


def can_listen(hass: HomeAssistant, satellite: str | None) -> bool:
    """Return True if a satellite can be asked to listen; such a one also listens on by itself."""
    state = hass.states.get(satellite) if satellite else None
    features = state.attributes.get("supported_features", 0) if state else 0
    return bool(features & AssistSatelliteEntityFeature.START_CONVERSATION)


async def wait_for(hass: HomeAssistant, satellite: str, state: str, within_s: float) -> bool:
    """Wait until a satellite is in a state; return False where it is not within this time."""
    if hass.states.is_state(satellite, state):
        return True
    reached = asyncio.Event()

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        # It may be in the state for a moment only.
        if (now := event.data["new_state"]) is not None and now.state == state:
            reached.set()

    forget = async_track_state_change_event(hass, satellite, note)
    try:
        async with asyncio.timeout(within_s):
            await reached.wait()
    except TimeoutError:
        return False
    finally:
        forget()
    return True


async def speak(hass: HomeAssistant, satellite: str, text: str, listens: bool) -> None:
    """Speak at a satellite, and return when it has spoken; then let it listen if it can."""
    if listens and can_listen(hass, satellite):
        action, said = "start_conversation", {"start_message": text}
    else:
        action, said = "announce", {"message": text}
    data = {"entity_id": satellite, "preannounce": False, **said}
    await hass.services.async_call(SATELLITES, action, data, blocking=True)


async def speak_when_free(hass: HomeAssistant, satellite: str, answer: GuideAnswer) -> None:
    """Speak an answer when the satellite is free; let it listen for the reply."""
    if is_there(hass, satellite):
        await wait_for(hass, satellite, _IDLE, _PATIENCE_S)
    await speak(hass, satellite, answer.text, answer.expects_reply)
