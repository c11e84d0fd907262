"""Voice Guide in Home Assistant: a conversation agent, and actions to start and to stop it."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .actions import set_up_actions
from .client import GuideClient, GuideError
from .const import DOMAIN

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

_PLATFORMS = [Platform.CONVERSATION]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions."""
    set_up_actions(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up a service; Home Assistant tries again later where it cannot be reached."""
    from homeassistant.exceptions import ConfigEntryNotReady

    client = GuideClient(entry.data[CONF_HOST], entry.data[CONF_PORT])
    try:
        await client.is_guide()
    except GuideError as error:
        raise ConfigEntryNotReady(str(error)) from error
    entry.runtime_data = client
    await hass.config_entries.async_forward_entry_setups(entry, _PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Remove a service."""
    return bool(await hass.config_entries.async_unload_platforms(entry, _PLATFORMS))
