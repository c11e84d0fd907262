"""The way through a routine: its steps, each once for each of its sides."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from voice_guide.routines.model import Routine, Side, Step

_OTHER: dict[Side, Side] = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class PlannedStep:
    """A step, for one side where it has sides."""

    step: Step
    """What is done."""

    side: Side | None
    """For which side; None where the step has none."""

    is_second_side: bool
    """Whether the step was led for the other side before."""

    round: int
    """Which run of steps it belongs to that follow each other with sides, or without."""


@dataclass(frozen=True)
class RoutinePlan:
    """All legs of a routine, in the order in which they are led."""

    routine: Routine
    """What is led."""

    first_side: Side = "left"
    """The side that comes first."""

    @cached_property
    def steps(self) -> tuple[PlannedStep, ...]:
        """The legs, from the first to the last."""
        return tuple(self._steps())

    @property
    def has_sides(self) -> bool:
        """Whether any step has sides."""
        return any(step.sides for step in self.routine.steps)

    def starting_with(self, side: Side) -> "RoutinePlan":
        """Return the same way with this side first."""
        return RoutinePlan(self.routine, side)

    def other_side(self, at: int) -> int | None:
        """Return where the other side of the steps around this leg begins, if they have one."""
        here = self.steps[at]
        if here.side is None:
            return None
        return next(
            number
            for number, planned_step in enumerate(self.steps)
            if planned_step.round == here.round and planned_step.side == _OTHER[here.side]
        )

    def beginning_of_round(self, at: int) -> int:
        """Return the first of the legs that belong together with this one."""
        return next(
            n
            for n, planned_step in enumerate(self.steps)
            if planned_step.round == self.steps[at].round
        )

    def has_sides_from(self, at: int) -> bool:
        """Whether this leg, or any after it, is for a side."""
        return any(planned_step.side for planned_step in self.steps[at:])

    def after_side(self, at: int) -> int:
        """Return the first leg after those of this leg's side; past the last where none is."""
        here = self.steps[at]
        while at < len(self.steps) and self._is_with(self.steps[at], here):
            at += 1
        return at

    def _is_with(self, planned_step: PlannedStep, other: PlannedStep) -> bool:
        return planned_step.round == other.round and planned_step.side == other.side

    def _steps(self) -> Iterator[PlannedStep]:
        sides = (self.first_side, _OTHER[self.first_side])
        runs = groupby(self.routine.steps, key=lambda step: step.sides)
        for number, (has_sides, steps) in enumerate((sided, list(run)) for sided, run in runs):
            for side in sides if has_sides else (None,):
                for step in steps:
                    yield PlannedStep(step, side, side == sides[1], number)
