"""What is downloaded as diagnostics: the address, and whether the guide answers there."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant

from .client import GuideError


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: ConfigEntry
) -> dict[str, Any]:
    """Return what a bug report needs, without names of the home's machines."""
    try:
        answers: bool | str = await entry.runtime_data.is_guide()
    except GuideError as error:
        answers = str(error)
    return {"port": entry.data[CONF_PORT], "answers": answers}
