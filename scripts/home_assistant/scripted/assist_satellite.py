"""A satellite with `start_conversation`, which hears files, and tells all that it does."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from homeassistant.components.assist_pipeline import PipelineEvent, PipelineStage
from homeassistant.components.assist_satellite import (
    AssistSatelliteAnnouncement,
    AssistSatelliteConfiguration,
    AssistSatelliteEntity,
    AssistSatelliteEntityFeature,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

_PIECE_BYTES = 960
"""Bytes of 30 ms of sound."""

_SPEAKING_S = 0.5
"""Seconds that everything takes to speak."""


async def async_setup_entry(
    hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the satellite, and the action that lets it hear."""
    satellite = ListeningSatellite()
    async_add_entities([satellite])

    async def hear(call: ServiceCall) -> None:
        sound = await hass.async_add_executor_job(Path(call.data["file"]).read_bytes)
        await satellite.hear(sound)

    hass.services.async_register("scripted", "hear", hear)


class ListeningSatellite(AssistSatelliteEntity):
    """A satellite that can announce, and start a conversation."""

    _attr_name = "Study"
    _attr_unique_id = "study"
    _attr_supported_features = (
        AssistSatelliteEntityFeature.ANNOUNCE | AssistSatelliteEntityFeature.START_CONVERSATION
    )

    # Its base class demands these two. Home Assistant takes this error for a satellite without
    # wake words to choose from.
    def async_get_configuration(self) -> AssistSatelliteConfiguration:
        """Raise NotImplementedError: it has no settings."""
        raise NotImplementedError

    async def async_set_configuration(self, config: AssistSatelliteConfiguration) -> None:
        """Raise NotImplementedError: it has no settings."""
        raise NotImplementedError

    def on_pipeline_event(self, event: PipelineEvent) -> None:
        """Tell what a pipeline does; an answer has been spoken at once."""
        self._tell(str(event.type), event.data or {})
        if event.type == "tts-end":
            self.tts_response_finished()

    async def async_announce(self, announcement: AssistSatelliteAnnouncement) -> None:
        """Speak."""
        await self._speak("announce", announcement)

    async def async_start_conversation(self, announcement: AssistSatelliteAnnouncement) -> None:
        """Speak, and listen from then on."""
        await self._speak("start_conversation", announcement)

    async def hear(self, sound: bytes) -> None:
        """Run a pipeline on 16 kHz sound, in real time."""

        async def stream() -> AsyncIterator[bytes]:
            for at in range(0, len(sound), _PIECE_BYTES):
                yield sound[at : at + _PIECE_BYTES]
                await asyncio.sleep(0.03)

        await self.async_accept_pipeline_from_satellite(
            stream(), start_stage=PipelineStage.STT, end_stage=PipelineStage.TTS
        )

    async def _speak(self, kind: str, announcement: AssistSatelliteAnnouncement) -> None:
        self._tell(kind, {"message": announcement.message})
        await asyncio.sleep(_SPEAKING_S)

    def _tell(self, kind: str, data: dict[str, Any]) -> None:
        intent = data.get("intent_output") or {}
        speech = intent.get("response", {}).get("speech", {}).get("plain", {})
        report = {
            "kind": kind,
            "message": data.get("message") or speech.get("speech"),
            "text": (data.get("stt_output") or {}).get("text"),
            "listens": intent.get("continue_conversation"),
        }
        self.hass.bus.async_fire("scripted", report)
