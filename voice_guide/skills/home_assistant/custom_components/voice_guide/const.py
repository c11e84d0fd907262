"""Names of the integration."""

DOMAIN = "voice_guide"

ATTR_SATELLITE = "satellite"
ATTR_ROUTINE = "routine"
