"""An integration for tests: a satellite that can be asked to listen."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up the satellite."""
    await hass.config_entries.async_forward_entry_setups(entry, [Platform.ASSIST_SATELLITE])
    return True
