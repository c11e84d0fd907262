"""The diagnostics that can be downloaded: whether the guide answers, and the rooms it leads."""

from dataclasses import asdict
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant

from .client import GuideError
from .coordinator import GuideCoordinator


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: ConfigEntry
) -> dict[str, Any]:
    """Return what a bug report needs, without names of the home's machines and rooms."""
    coordinator: GuideCoordinator = entry.runtime_data
    try:
        answers: bool | str = await coordinator.client.is_guide()
    except GuideError as error:
        answers = str(error)
    rooms = [{**asdict(room), "satellite": None} for room in coordinator.data.values()]
    return {"port": entry.data[CONF_PORT], "answers": answers, "rooms": rooms}
