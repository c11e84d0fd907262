"""The steps of a routine in order, how far the user came, and the time of a step."""
