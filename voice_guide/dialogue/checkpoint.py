"""The position of a session, stored so that it can be resumed after a power cut."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from voice_guide.routines.model import Side


@dataclass(frozen=True)
class SessionCheckpoint:
    """A position in a routine. The fields' names and aliases are the keys of the stored JSON."""

    routine: str
    """The routine's id."""

    is_under_way: bool
    """True once the first step was reached."""

    step_index: Annotated[int, Field(alias="leg")]
    """The index of the planned step, from 0: a step with sides is planned once for each side."""

    first_side: Side
    """The side that comes first."""

    left_s: float | None
    """Seconds left of a timed step; None if the step is not timed."""

    cautions_left: tuple[str, ...]
    """The sentences of the cautions that were not yet heard to their end."""

    entry: int | None
    """The number of the session's diary entry, if it has one."""
