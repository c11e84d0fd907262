"""Where a session is: what is kept so that it can be taken up again after a power cut."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from voice_guide.routines.model import Side


@dataclass(frozen=True)
class SessionCheckpoint:
    """A place in a routine."""

    routine: str
    """The routine's id."""

    is_under_way: bool
    """Whether the first step was reached."""

    step_index: Annotated[int, Field(alias="leg")]
    """Which leg of the routine it is, from 0: a step is led once for each of its sides."""

    first_side: Side
    """The side that is led first."""

    left_s: float | None
    """Seconds that were left of a step that takes time; None where none was running."""

    cautions_left: tuple[str, ...]
    """The sentences of the cautions that were not yet heard to their end."""

    entry: int | None
    """The number of the session's entry in the diary, where there is one."""
