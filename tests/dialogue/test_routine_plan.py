"""The plan of a routine: each step once for each of its sides, and moves between the sides."""

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


def steps_of(plan: RoutinePlan) -> list[str]:
    return [
        f"{planned_step.step.title} {planned_step.side}"
        if planned_step.side
        else planned_step.step.title
        for planned_step in plan.steps
    ]


def test_a_group_of_steps_with_sides_is_planned_for_one_side_then_the_other(
    plan: RoutinePlan,
) -> None:
    assert steps_of(plan) == [
        "stand",
        *("place left", "roll left", "place right", "roll right"),
        "rest",
        *("press left", "press right"),
    ]


def test_a_plan_can_start_with_the_right_side(plan: RoutinePlan) -> None:
    assert steps_of(plan.starting_with("right")) == [
        "stand",
        *("place right", "roll right", "place left", "roll left"),
        "rest",
        *("press right", "press left"),
    ]


@pytest.mark.parametrize("first", ["left", "right"])
def test_a_planned_step_knows_if_its_side_is_the_second(plan: RoutinePlan, first: Side) -> None:
    second = [planned_step.is_second_side for planned_step in plan.starting_with(first).steps]

    assert second == [False, False, False, True, True, False, False, True]


@pytest.mark.parametrize(
    ("index", "other"), [(0, None), (1, 3), (2, 3), (3, 1), (4, 1), (5, None), (6, 7), (7, 6)]
)
def test_the_other_side_begins_with_the_first_step_of_its_group(
    plan: RoutinePlan, index: int, other: int | None
) -> None:
    assert plan.other_side(index) == other


@pytest.mark.parametrize(("index", "after"), [(1, 3), (2, 3), (3, 5), (4, 5), (6, 7), (7, 8)])
def test_after_a_side_comes_the_first_step_that_is_not_part_of_it(
    plan: RoutinePlan, index: int, after: int
) -> None:
    assert plan.after_side(index) == after


@pytest.mark.parametrize(("index", "first"), [(1, 1), (4, 1), (5, 5), (6, 6), (7, 6)])
def test_a_group_begins_with_its_first_step_of_the_first_side(
    plan: RoutinePlan, index: int, first: int
) -> None:
    assert plan.start_of_group(index) == first


def test_a_plan_knows_if_steps_with_sides_are_still_to_come(plan: RoutinePlan) -> None:
    assert all(plan.has_sides_from(index) for index in range(8))

    without_the_last = RoutinePlan(replace(plan.routine, steps=plan.routine.steps[:-1]))
    assert [without_the_last.has_sides_from(index) for index in (0, 4, 5)] == [True, True, False]


def test_steps_without_sides_are_planned_once(content: Content) -> None:
    scarf = RoutinePlan(content.library.by_id("scarf-or-towel"))

    assert not scarf.has_sides
    assert [planned_step.step for planned_step in scarf.steps] == list(scarf.routine.steps)
    assert all(
        planned_step.side is None and not planned_step.is_second_side
        for planned_step in scarf.steps
    )
