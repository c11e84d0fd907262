"""The steps to add the guide: where it runs, and the address of its service."""

from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PORT

from .client import GuideClient
from .const import DOMAIN, INSIDE
from .guide import GuideError, import_inside

_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_HOST, default="127.0.0.1"): str,
        vol.Required(CONF_PORT, default=10700): vol.All(int, vol.Range(1, 65535)),
    }
)


# Types are checked where Home Assistant, whose class takes the domain, is not installed.
class VoiceGuideConfigFlow(ConfigFlow, domain=DOMAIN):  # type: ignore[call-arg]
    """Asks for an address, and tries it; or runs the guide inside, where that is possible."""

    VERSION = 1

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the guide runs, where there is a choice."""
        try:
            await self.hass.async_add_import_executor_job(import_inside)
        except GuideError:
            return await self.async_step_service()
        return self.async_show_menu(step_id="user", menu_options=["service", INSIDE])

    async def async_step_inside(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Run the guide inside Home Assistant, once."""
        await self.async_set_unique_id(INSIDE)
        self._abort_if_unique_id_configured(error="already_inside")
        return self.async_create_entry(title="Voice Guide inside Home Assistant", data={})

    async def async_step_service(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the address until the guide answers there."""
        errors = {}
        if user_input is not None:
            self._async_abort_entries_match(user_input)
            try:
                found = await GuideClient(**user_input).is_guide()
            except GuideError:
                errors["base"] = "cannot_connect"
            else:
                if found:
                    return self.async_create_entry(title="Voice Guide", data=user_input)
                errors["base"] = "not_the_guide"
        schema = self.add_suggested_values_to_schema(_SCHEMA, user_input)
        return self.async_show_form(step_id="service", data_schema=schema, errors=errors)
