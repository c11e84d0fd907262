"""The steps to add the guide: the address of its service."""

from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PORT

from .client import GuideClient, GuideError
from .const import DOMAIN

_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_HOST, default="127.0.0.1"): str,
        vol.Required(CONF_PORT, default=10700): vol.All(int, vol.Range(1, 65535)),
    }
)


# Types are checked where Home Assistant, whose class takes the domain, is not installed.
class VoiceGuideConfigFlow(ConfigFlow, domain=DOMAIN):  # type: ignore[call-arg]
    """Asks for an address, and tries it."""

    VERSION = 1

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
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
        return self.async_show_form(step_id="user", data_schema=schema, errors=errors)
