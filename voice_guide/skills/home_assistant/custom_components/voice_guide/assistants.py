"""Assistants of satellites: a session that began at another assistant goes on at the guide's.

Home Assistant's own agent knows no dialogue. So the satellite gets the guide's assistant while the
session lasts, and its own one back afterwards; after a restart of Home Assistant too.
"""

from homeassistant.components.assist_pipeline import async_get_pipeline, async_get_pipelines
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .coordinator import GuideCoordinator

_STORED_VERSION = 1

_PREFERRED = "preferred"
"""The choice of a satellite that has the home's own preferred assistant."""

_MISSED = 2
"""Reports without a session after which it has ended: one may be older than its beginning."""


class Assistants:
    """The assistants that satellites had before their sessions."""

    def __init__(self, hass: HomeAssistant, coordinator: GuideCoordinator) -> None:
        """Follow the rooms of a guide."""
        self._hass = hass
        self._coordinator = coordinator
        entry = coordinator.config_entry
        self._store: Store[dict[str, str]] = Store(
            hass, _STORED_VERSION, f"{DOMAIN}.{entry.entry_id}"
        )
        self._before: dict[str, str] = {}
        self._missed: dict[str, int] = {}

    async def load(self) -> None:
        """Load which satellites have the guide's assistant for a session."""
        self._before = await self._store.async_load() or {}

    async def lend(self, satellite: str) -> None:
        """Give a satellite the guide's assistant, where there is one, for a session."""
        select, ours = self._select_of(satellite), self._ours()
        state = self._hass.states.get(select) if select else None
        if select is None or state is None or not ours or self._is_ours(state.state):
            return
        self._before[satellite] = state.state
        self._missed[satellite] = 0
        await self._store.async_save(self._before)
        await self._choose(select, ours[0])

    @callback
    def give_back(self) -> None:
        """Give all satellites without a session their own assistants back."""
        for satellite in list(self._before):
            is_led = self._coordinator.last_update_success and satellite in self._coordinator.data
            self._missed[satellite] = 0 if is_led else self._missed.get(satellite, 0) + 1
            if self._missed[satellite] < _MISSED:
                continue
            select = self._select_of(satellite)
            state = self._hass.states.get(select) if select else None
            # As Home Assistant starts, the choice may not be there yet.
            if select is None or (state and state.state != STATE_UNAVAILABLE):
                before = self._before.pop(satellite)
                # Who has chosen another one meanwhile keeps it.
                is_ours = state is not None and state.state in self._ours()
                self._hass.async_create_task(self._give_back(select if is_ours else None, before))

    async def _give_back(self, select: str | None, before: str) -> None:
        await self._store.async_save(self._before)
        if select:
            await self._choose(select, before)

    async def _choose(self, select: str, option: str) -> None:
        await self._hass.services.async_call(
            "select", "select_option", {"entity_id": select, "option": option}, blocking=True
        )

    def _select_of(self, satellite: str) -> str | None:
        """Return the entity with which a satellite's assistant is chosen."""
        registry = er.async_get(self._hass)
        entry = registry.async_get(satellite)
        if entry is None or entry.device_id is None:
            return None
        for other in er.async_entries_for_device(registry, entry.device_id):
            if other.domain == "select" and other.translation_key == "pipeline":
                return other.entity_id
        return None

    def _is_ours(self, assistant: str) -> bool:
        """Return True if a satellite with this assistant has the guide's."""
        name = async_get_pipeline(self._hass).name if assistant == _PREFERRED else assistant
        return name in self._ours()

    def _ours(self) -> list[str]:
        """Return the names of the assistants whose agent is the guide's."""
        registry = er.async_get(self._hass)
        entry_id = self._coordinator.config_entry.entry_id
        agents = {each.entity_id for each in er.async_entries_for_config_entry(registry, entry_id)}
        return [
            pipeline.name
            for pipeline in async_get_pipelines(self._hass)
            if pipeline.conversation_engine in agents
        ]
