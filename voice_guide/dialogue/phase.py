"""Where a conversation can be."""

from enum import StrEnum


class Phase(StrEnum):
    """Where the conversation is. The values are the contexts of the sentence files."""

    CHOOSING = "choosing"
    """Nothing is chosen yet."""

    PREPARING = "preparing"
    """A routine is chosen, its needs and cautions are said: waiting for "ready"."""

    STEP = "step"
    """In the middle of a routine."""

    PAUSED = "paused"
    """Waiting for "resume", wherever the conversation was."""

    ASKING = "asking"
    """Waiting for yes or no, wherever the conversation was."""

    RATING = "rating"
    """Waiting for how strong the pain is, wherever the conversation was."""

    FINISHED = "finished"
    """A routine has ended or was stopped, and can be taken up again."""

    ASLEEP = "asleep"
    """Waiting for nothing but the wake phrase, wherever the conversation was."""
