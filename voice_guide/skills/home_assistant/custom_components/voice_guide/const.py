"""Names of the integration."""

DOMAIN = "voice_guide"

LANGUAGE = "en"
"""The language of the sentences that the integration listens for, and of those it sends."""

ATTR_ROUTINE = "routine"
ATTR_SATELLITE = "satellite"

SATELLITES = "assist_satellite"
"""The domain of satellites."""
