"""The rooms that the guide leads, asked of it every two seconds."""

import logging
from datetime import timedelta

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .const import DOMAIN
from .guide import Guide, GuideError, Room

_log = logging.getLogger(__name__)

_EVERY = timedelta(seconds=2)


class GuideCoordinator(DataUpdateCoordinator[dict[str, Room]]):
    """The rooms that are led, by the names of their satellites."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, guide: Guide) -> None:
        """Ask this guide, for as long as the entry is there."""
        super().__init__(hass, _log, config_entry=entry, name=DOMAIN, update_interval=_EVERY)
        self.guide = guide

    async def _async_update_data(self) -> dict[str, Room]:
        try:
            return {room.satellite: room for room in await self.guide.rooms()}
        except GuideError as error:
            raise UpdateFailed(str(error)) from error
