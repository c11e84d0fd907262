"""An entity for each room: what the guide leads there, which step, and the time left."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util

from .const import SATELLITES
from .coordinator import GuideCoordinator
from .guide import Room

_NOT_LED = "idle"
"""The state of a room without a session."""

_PHASES = [
    "choosing",
    "preparing",
    "step",
    "paused",
    "asking",
    "rating",
    "finished",
    "emergency",
    "asleep",
]
"""The phases of a session, as the guide names them."""

_SAME = timedelta(seconds=1)
"""Difference between two ends that are the same one, told at different moments."""


async def async_setup_entry(
    hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add an entity for each satellite, also for those that come later."""
    coordinator: GuideCoordinator = entry.runtime_data
    known: set[str] = set()

    @callback
    def add_new() -> None:
        new = sorted(set(hass.states.async_entity_ids(SATELLITES)) - known)
        known.update(new)
        async_add_entities([RoomSensor(coordinator, satellite) for satellite in new])

    add_new()
    entry.async_on_unload(coordinator.async_add_listener(add_new))


class RoomSensor(CoordinatorEntity[GuideCoordinator], SensorEntity):
    """The phase of a room's session; routine, step and time left are its attributes."""

    _attr_device_class = SensorDeviceClass.ENUM
    _attr_translation_key = "room"
    # A history of seconds would fill the recorder.
    _unrecorded_attributes = frozenset({"time_left", "ends_at"})

    def __init__(self, coordinator: GuideCoordinator, satellite: str) -> None:
        """Show what is led at a satellite."""
        super().__init__(coordinator)
        self._satellite = satellite
        self._attr_options = [_NOT_LED, *_PHASES]
        entry_id = coordinator.config_entry.entry_id
        self._attr_unique_id = f"{entry_id}-{satellite}"
        state = coordinator.hass.states.get(satellite)
        self._attr_name = f"{state.name if state else satellite} guide"
        self._ends_at: datetime | None = None

    @property
    def native_value(self) -> str | None:
        """The phase; unknown where the guide is newer and has others."""
        room = self._room
        if room is None:
            return _NOT_LED
        return room.phase if room.phase in _PHASES else None

    @property
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return routine, step and time left, as far as there are such."""
        room = self._room
        shown: dict[str, Any] = {"satellite": self._satellite}
        if room is None:
            return shown
        for name in ("routine", "step", "steps", "title", "side"):
            if value := getattr(room, name):
                shown[name] = value
        if room.left_s is not None:
            shown["time_left"] = round(room.left_s)
        if self._ends_at:
            shown["ends_at"] = self._ends_at
        return shown

    @callback
    def _handle_coordinator_update(self) -> None:
        room = self._room
        if room is None or room.left_s is None or not room.is_running:
            self._ends_at = None
        else:
            ends_at = dt_util.utcnow() + timedelta(seconds=room.left_s)
            if self._ends_at is None or abs(ends_at - self._ends_at) > _SAME:
                self._ends_at = ends_at
        super()._handle_coordinator_update()

    @property
    def _room(self) -> Room | None:
        return self.coordinator.data.get(self._satellite)
