"""The diagnostics that can be downloaded: where the guide runs, if it answers, what it leads."""

from dataclasses import asdict
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant

from .const import INSIDE
from .coordinator import GuideCoordinator
from .guide import GuideError


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: ConfigEntry
) -> dict[str, Any]:
    """Return what a bug report needs, without names of the home's machines and rooms."""
    coordinator: GuideCoordinator = entry.runtime_data
    try:
        answers: bool | str = await coordinator.guide.is_guide()
    except GuideError as error:
        answers = str(error)
    rooms = [{**asdict(room), "satellite": None} for room in coordinator.data.values()]
    is_inside = entry.unique_id == INSIDE
    where = {"kind": INSIDE} if is_inside else {"kind": "service", "port": entry.data[CONF_PORT]}
    return {**where, "answers": answers, "rooms": rooms}
