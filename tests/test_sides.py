"""The way through a routine: each step once for each of its sides, and the ways across it."""

from dataclasses import replace

import pytest

from voice_guide.assistant import Content
from voice_guide.guide.itinerary import Itinerary
from voice_guide.routines.model import Side, Step


@pytest.fixture
def way(content: Content) -> Itinerary:
    """Stand; place and roll, on both sides; rest; press, on both sides."""
    routine = content.library.by_id("tennis-ball-wall")
    steps = (
        Step("stand", "Stand."),
        Step("place", "Place.", sides=True),
        Step("roll", "Roll.", sides=True),
        Step("rest", "Rest."),
        Step("press", "Press.", sides=True),
    )
    return Itinerary(replace(routine, steps=steps))


def told(way: Itinerary) -> list[str]:
    return [f"{leg.step.title} {leg.side}" if leg.side else leg.step.title for leg in way.legs]


def test_steps_that_follow_each_other_are_led_for_one_side_and_then_the_other(
    way: Itinerary,
) -> None:
    assert told(way) == [
        "stand",
        *("place left", "roll left", "place right", "roll right"),
        "rest",
        *("press left", "press right"),
    ]


def test_the_right_side_can_be_the_first(way: Itinerary) -> None:
    assert told(way.starting_with("right")) == [
        "stand",
        *("place right", "roll right", "place left", "roll left"),
        "rest",
        *("press right", "press left"),
    ]


@pytest.mark.parametrize("first", ["left", "right"])
def test_a_leg_knows_whether_its_side_is_the_second(way: Itinerary, first: Side) -> None:
    second = [leg.is_second_side for leg in way.starting_with(first).legs]

    assert second == [False, False, False, True, True, False, False, True]


@pytest.mark.parametrize(
    ("at", "other"), [(0, None), (1, 3), (2, 3), (3, 1), (4, 1), (5, None), (6, 7), (7, 6)]
)
def test_the_other_side_begins_with_its_first_step(
    way: Itinerary, at: int, other: int | None
) -> None:
    assert way.other_side(at) == other


@pytest.mark.parametrize(("at", "after"), [(1, 3), (2, 3), (3, 5), (4, 5), (6, 7), (7, 8)])
def test_after_a_side_comes_what_is_not_of_it(way: Itinerary, at: int, after: int) -> None:
    assert way.after_side(at) == after


@pytest.mark.parametrize(("at", "first"), [(1, 1), (4, 1), (5, 5), (6, 6), (7, 6)])
def test_a_round_begins_with_its_first_step_of_the_first_side(
    way: Itinerary, at: int, first: int
) -> None:
    assert way.beginning_of_round(at) == first


def test_whether_sides_are_still_to_come(way: Itinerary) -> None:
    assert all(way.has_sides_from(at) for at in range(8))

    without_the_last = Itinerary(replace(way.routine, steps=way.routine.steps[:-1]))
    assert [without_the_last.has_sides_from(at) for at in (0, 4, 5)] == [True, True, False]


def test_what_has_no_sides_is_led_once(content: Content) -> None:
    scarf = Itinerary(content.library.by_id("scarf-or-towel"))

    assert not scarf.has_sides
    assert [leg.step for leg in scarf.legs] == list(scarf.routine.steps)
    assert all(leg.side is None and not leg.is_second_side for leg in scarf.legs)
