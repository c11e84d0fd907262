"""The phases of a dialogue."""

from enum import StrEnum


class Phase(StrEnum):
    """The phase a dialogue is in. The values are the contexts of the sentence files."""

    CHOOSING = "choosing"
    """No routine is chosen yet."""

    PREPARING = "preparing"
    """A routine is chosen; its needs and cautions are said, and the guide waits for "ready"."""

    STEP = "step"
    """A step is being led."""

    PAUSED = "paused"
    """The guide waits for "resume", and returns to the phase before."""

    ASKING = "asking"
    """The guide waits for yes or no, and returns to the phase before."""

    RATING = "rating"
    """The guide waits for the strength of the pain, and returns to the phase before."""

    FINISHED = "finished"
    """A routine has ended or was stopped; it can still be resumed."""

    EMERGENCY = "emergency"
    """Everything was stopped by what may be an emergency: waiting for "I am fine"."""

    ASLEEP = "asleep"
    """The guide waits for the wake phrase alone, and returns to the phase before."""
