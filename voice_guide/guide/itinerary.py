"""The way through a routine: its steps, each once for each of its sides."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from voice_guide.routines.model import Routine, Side, Step

_OTHER: dict[Side, Side] = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Leg:
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
class Itinerary:
    """All legs of a routine, in the order in which they are led."""

    routine: Routine
    """What is led."""

    first_side: Side = "left"
    """The side that comes first."""

    @cached_property
    def legs(self) -> tuple[Leg, ...]:
        """The legs, from the first to the last."""
        return tuple(self._legs())

    @property
    def has_sides(self) -> bool:
        """Whether any step has sides."""
        return any(step.sides for step in self.routine.steps)

    def starting_with(self, side: Side) -> "Itinerary":
        """Return the same way with this side first."""
        return Itinerary(self.routine, side)

    def other_side(self, at: int) -> int | None:
        """Return where the other side of the steps around this leg begins, if they have one."""
        here = self.legs[at]
        if here.side is None:
            return None
        return next(
            number
            for number, leg in enumerate(self.legs)
            if leg.round == here.round and leg.side == _OTHER[here.side]
        )

    def beginning_of_round(self, at: int) -> int:
        """Return the first of the legs that belong together with this one."""
        return next(n for n, leg in enumerate(self.legs) if leg.round == self.legs[at].round)

    def has_sides_from(self, at: int) -> bool:
        """Whether this leg, or any after it, is for a side."""
        return any(leg.side for leg in self.legs[at:])

    def after_side(self, at: int) -> int:
        """Return the first leg after those of this leg's side; past the last where none is."""
        here = self.legs[at]
        while at < len(self.legs) and self._is_with(self.legs[at], here):
            at += 1
        return at

    def _is_with(self, leg: Leg, other: Leg) -> bool:
        return leg.round == other.round and leg.side == other.side

    def _legs(self) -> Iterator[Leg]:
        sides = (self.first_side, _OTHER[self.first_side])
        runs = groupby(self.routine.steps, key=lambda step: step.sides)
        for number, (has_sides, steps) in enumerate((sided, list(run)) for sided, run in runs):
            for side in sides if has_sides else (None,):
                for step in steps:
                    yield Leg(step, side, side == sides[1], number)
