"""The plan of a routine: its steps in order, each once for each of its sides."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from voice_guide.routines.model import Routine, Side, Step

_OTHER_SIDE: dict[Side, Side] = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class PlannedStep:
    """A step, for one side if it has sides."""

    step: Step
    """The step of the routine."""

    side: Side | None
    """The side; None where the step has none."""

    is_second_side: bool
    """True if the other side comes before."""

    group: int
    """The number of its group: the steps with sides between two without, or the reverse."""


@dataclass(frozen=True)
class RoutinePlan:
    """All planned steps of a routine, in their order."""

    routine: Routine
    """The routine."""

    first_side: Side = "left"
    """The side that comes first."""

    @cached_property
    def steps(self) -> tuple[PlannedStep, ...]:
        """The planned steps: a group with sides is led for one side, then for the other."""
        return tuple(self._steps())

    @property
    def has_sides(self) -> bool:
        """True if any step has sides."""
        return any(step.sides for step in self.routine.steps)

    def starting_with(self, side: Side) -> "RoutinePlan":
        """Return the plan with this side first."""
        return RoutinePlan(self.routine, side)

    def other_side(self, index: int) -> int | None:
        """Return the index where the other side of a step's group begins; None without sides."""
        here = self.steps[index]
        if here.side is None:
            return None
        return next(
            number
            for number, planned_step in enumerate(self.steps)
            if planned_step.group == here.group and planned_step.side == _OTHER_SIDE[here.side]
        )

    def start_of_group(self, index: int) -> int:
        """Return the index of the first step of a step's group."""
        return next(
            number
            for number, planned_step in enumerate(self.steps)
            if planned_step.group == self.steps[index].group
        )

    def has_sides_from(self, index: int) -> bool:
        """Return True if the step at this index, or a later one, has a side."""
        return any(planned_step.side for planned_step in self.steps[index:])

    def after_side(self, index: int) -> int:
        """Return the index after the last step of a step's side: past the end if none follows."""
        here = self.steps[index]
        while index < len(self.steps) and self._is_with(self.steps[index], here):
            index += 1
        return index

    def _is_with(self, planned_step: PlannedStep, other: PlannedStep) -> bool:
        return planned_step.group == other.group and planned_step.side == other.side

    def _steps(self) -> Iterator[PlannedStep]:
        sides = (self.first_side, _OTHER_SIDE[self.first_side])
        groups = groupby(self.routine.steps, key=lambda step: step.sides)
        for number, (has_sides, group) in enumerate((sided, list(g)) for sided, g in groups):
            for side in sides if has_sides else (None,):
                for step in group:
                    yield PlannedStep(step, side, side == sides[1], number)
