"""Names of the integration."""

DOMAIN = "voice_guide"

ATTR_ROUTINE = "routine"
ATTR_SATELLITE = "satellite"

SATELLITES = "assist_satellite"
"""The domain of satellites."""
