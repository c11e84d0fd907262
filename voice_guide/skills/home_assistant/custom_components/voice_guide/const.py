"""Names of the integration."""

DOMAIN = "voice_guide"

INSIDE = "inside"
"""The unique id of the entry whose guide runs inside Home Assistant; services have none."""

LANGUAGE = "en"
"""The language of the sentences that the integration listens for, and of those it sends."""

ATTR_ROUTINE = "routine"
ATTR_SATELLITE = "satellite"

SATELLITES = "assist_satellite"
"""The domain of satellites."""
