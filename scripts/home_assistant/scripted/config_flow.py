"""The step to add the satellite, which asks nothing."""

from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult


# Types are checked where Home Assistant, whose class takes the domain, is not installed.
class ScriptedConfigFlow(ConfigFlow, domain="scripted"):  # type: ignore[call-arg]
    """Adds the satellite."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show a form without fields, and then add it."""
        if user_input is None:
            return self.async_show_form(step_id="user")
        return self.async_create_entry(title="Study", data={})
