"""Voice Guide in Home Assistant: an agent, actions, sentences, and an entity for each room."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .actions import set_up_actions
from .assistants import Assistants
from .client import GuideClient
from .const import DOMAIN
from .coordinator import GuideCoordinator
from .sentences import set_up_sentences

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

_PLATFORMS = [Platform.CONVERSATION, Platform.SENSOR]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions."""
    set_up_actions(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up a service; Home Assistant tries again later where it cannot be reached."""
    client = GuideClient(entry.data[CONF_HOST], entry.data[CONF_PORT])
    entry.runtime_data = coordinator = GuideCoordinator(hass, entry, client)
    await coordinator.async_config_entry_first_refresh()
    await hass.config_entries.async_forward_entry_setups(entry, _PLATFORMS)
    assistants = Assistants(hass, coordinator)
    await assistants.load()
    entry.async_on_unload(coordinator.async_add_listener(assistants.give_back))
    entry.async_on_unload(await set_up_sentences(hass, coordinator, assistants))
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Remove a service."""
    return bool(await hass.config_entries.async_unload_platforms(entry, _PLATFORMS))
