"""Voice Guide in Home Assistant: an agent, actions, sentences, and an entity for each room."""

import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT, EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .actions import set_up_actions
from .assistants import Assistants
from .client import GuideClient
from .const import DOMAIN, INSIDE
from .coordinator import GuideCoordinator
from .guide import Guide, GuideError, import_inside
from .sentences import set_up_sentences

_log = logging.getLogger(__name__)

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

_PLATFORMS = [Platform.CONVERSATION, Platform.SENSOR]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions."""
    set_up_actions(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up a guide; Home Assistant tries again later where it cannot be reached or loaded."""
    guide = await _guide(hass, entry)
    entry.runtime_data = coordinator = GuideCoordinator(hass, entry, guide)
    await coordinator.async_config_entry_first_refresh()
    await hass.config_entries.async_forward_entry_setups(entry, _PLATFORMS)
    assistants = Assistants(hass, coordinator)
    await assistants.load()
    entry.async_on_unload(coordinator.async_add_listener(assistants.give_back))
    entry.async_on_unload(await set_up_sentences(hass, coordinator, assistants))
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Remove a guide."""
    return bool(await hass.config_entries.async_unload_platforms(entry, _PLATFORMS))


async def _guide(hass: HomeAssistant, entry: ConfigEntry) -> Guide:
    """Return the guide of an entry; one inside Home Assistant is closed with the entry."""
    if entry.unique_id != INSIDE:
        return GuideClient(entry.data[CONF_HOST], entry.data[CONF_PORT])
    try:
        inside = await hass.async_add_import_executor_job(import_inside)
        guide = await inside.load(hass)
    except GuideError as error:
        # Home Assistant tries again, more and more rarely; the log has each problem once.
        if hass.data.get(DOMAIN) != (problem := str(error)):
            hass.data[DOMAIN] = problem
            _log.error("Voice Guide cannot run inside Home Assistant: %s", problem)
        raise ConfigEntryNotReady(problem) from error
    hass.data.pop(DOMAIN, None)
    entry.async_on_unload(guide.close)
    # Home Assistant stops without unloading its entries.
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, guide.close))
    return guide
