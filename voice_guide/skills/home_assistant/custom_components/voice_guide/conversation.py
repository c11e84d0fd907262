"""The conversation agent: satellites listen again while the guide waits for a reply."""

from typing import Literal

from homeassistant.components.conversation import (
    ConversationEntity,
    ConversationInput,
    ConversationResult,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import MATCH_ALL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.intent import IntentResponse, IntentResponseErrorCode
from homeassistant.util.ulid import ulid_now

from .coordinator import GuideCoordinator
from .guide import GuideError
from .satellites import can_listen


async def async_setup_entry(
    hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the agent."""
    async_add_entities([VoiceGuideAgent(entry)])


class VoiceGuideAgent(ConversationEntity):
    """The guide as a conversation agent."""

    _attr_name = "Voice Guide hands-free"

    def __init__(self, entry: ConfigEntry) -> None:
        """Take the guide of an entry."""
        self._attr_unique_id = entry.entry_id
        self._coordinator: GuideCoordinator = entry.runtime_data

    @property
    def supported_languages(self) -> list[str] | Literal["*"]:
        """Any: the guide has the language of its settings."""
        return MATCH_ALL

    async def async_process(self, user_input: ConversationInput) -> ConversationResult:
        """Return the guide's answer to a text."""
        conversation_id = user_input.conversation_id or ulid_now()
        response = IntentResponse(language=user_input.language)
        place = {
            "conversation_id": conversation_id,
            "device_id": user_input.device_id,
            "satellite_id": user_input.satellite_id,
        }
        listens = can_listen(self.hass, user_input.satellite_id)
        try:
            answer = await self._coordinator.guide.answer(
                user_input.text, user_input.language, place, listens
            )
        except GuideError as error:
            response.async_set_error(
                IntentResponseErrorCode.UNKNOWN, f"Voice Guide cannot be reached: {error}"
            )
            return ConversationResult(response, conversation_id)
        await self._coordinator.async_request_refresh()
        if answer.is_understood:
            response.async_set_speech(answer.text)
        else:
            response.async_set_error(IntentResponseErrorCode.NO_INTENT_MATCH, answer.text)
        return ConversationResult(response, conversation_id, answer.expects_reply)
