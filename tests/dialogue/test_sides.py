"""The way through a routine: each step once for each of its sides, and the ways across it."""

from dataclasses import replace

import pytest

from voice_guide.app.content import Content
from voice_guide.dialogue.plan.routine_plan import RoutinePlan
from voice_guide.routines.model import Side, Step


@pytest.fixture
def plan(content: Content) -> RoutinePlan:
    """Stand; place and roll, on both sides; rest; press, on both sides."""
    routine = content.library.by_id("tennis-ball-wall")
    steps = (
        Step("stand", "Stand."),
        Step("place", "Place.", sides=True),
        Step("roll", "Roll.", sides=True),
        Step("rest", "Rest."),
        Step("press", "Press.", sides=True),
    )
    return RoutinePlan(replace(routine, steps=steps))


def told(plan: RoutinePlan) -> list[str]:
    return [
        f"{planned_step.step.title} {planned_step.side}"
        if planned_step.side
        else planned_step.step.title
        for planned_step in plan.steps
    ]


def test_steps_that_follow_each_other_are_led_for_one_side_and_then_the_other(
    plan: RoutinePlan,
) -> None:
    assert told(plan) == [
        "stand",
        *("place left", "roll left", "place right", "roll right"),
        "rest",
        *("press left", "press right"),
    ]


def test_the_right_side_can_be_the_first(plan: RoutinePlan) -> None:
    assert told(plan.starting_with("right")) == [
        "stand",
        *("place right", "roll right", "place left", "roll left"),
        "rest",
        *("press right", "press left"),
    ]


@pytest.mark.parametrize("first", ["left", "right"])
def test_a_leg_knows_whether_its_side_is_the_second(plan: RoutinePlan, first: Side) -> None:
    second = [planned_step.is_second_side for planned_step in plan.starting_with(first).steps]

    assert second == [False, False, False, True, True, False, False, True]


@pytest.mark.parametrize(
    ("at", "other"), [(0, None), (1, 3), (2, 3), (3, 1), (4, 1), (5, None), (6, 7), (7, 6)]
)
def test_the_other_side_begins_with_its_first_step(
    plan: RoutinePlan, at: int, other: int | None
) -> None:
    assert plan.other_side(at) == other


@pytest.mark.parametrize(("at", "after"), [(1, 3), (2, 3), (3, 5), (4, 5), (6, 7), (7, 8)])
def test_after_a_side_comes_what_is_not_of_it(plan: RoutinePlan, at: int, after: int) -> None:
    assert plan.after_side(at) == after


@pytest.mark.parametrize(("at", "first"), [(1, 1), (4, 1), (5, 5), (6, 6), (7, 6)])
def test_a_round_begins_with_its_first_step_of_the_first_side(
    plan: RoutinePlan, at: int, first: int
) -> None:
    assert plan.start_of_group(at) == first


def test_whether_sides_are_still_to_come(plan: RoutinePlan) -> None:
    assert all(plan.has_sides_from(at) for at in range(8))

    without_the_last = RoutinePlan(replace(plan.routine, steps=plan.routine.steps[:-1]))
    assert [without_the_last.has_sides_from(at) for at in (0, 4, 5)] == [True, True, False]


def test_what_has_no_sides_is_led_once(content: Content) -> None:
    scarf = RoutinePlan(content.library.by_id("scarf-or-towel"))

    assert not scarf.has_sides
    assert [planned_step.step for planned_step in scarf.steps] == list(scarf.routine.steps)
    assert all(
        planned_step.side is None and not planned_step.is_second_side
        for planned_step in scarf.steps
    )
