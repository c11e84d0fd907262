"""The time of a step: how much of it is left, and what is told of it when."""

import pytest

from voice_guide.dialogue.plan.step_timer import Announcement, StepTimer
from voice_guide.routines.model import Repeat, Step

SQUEEZE = Repeat(4, 6.0, ("Squeeze", "and release"))


def held(seconds: float) -> StepTimer:
    step_timer = StepTimer.of(Step("rolling", "Roll.", seconds=seconds))
    assert step_timer
    return step_timer


def repeated(times: int, left_s: float | None = None) -> StepTimer:
    repeat = Repeat(times, SQUEEZE.seconds, SQUEEZE.calls)
    step_timer = StepTimer.of(Step("squeezing", "Squeeze.", repeat=repeat), left_s)
    assert step_timer
    return step_timer


def calls(step_timer: StepTimer) -> dict[float, Announcement]:
    """Return what is told at which seconds that are left."""
    ticks = [
        step_timer.with_left(left * step_timer.tick_s)
        for left in range(round(step_timer.left_s / step_timer.tick_s))
    ]
    return {tick.left_s: tick.announcement for tick in ticks if tick.announcement and tick.left_s}


def test_a_step_that_waits_for_the_person_has_no_time() -> None:
    assert StepTimer.of(Step("standing", "Stand up.")) is None


def test_it_is_fresh_until_some_of_it_has_passed_and_then_up() -> None:
    step_timer = held(30)

    assert (step_timer.is_fresh, step_timer.is_up, step_timer.is_running) == (True, False, False)
    assert not step_timer.with_left(29).is_fresh
    assert not step_timer.with_left(1).is_up
    assert step_timer.with_left(0).is_up


def test_it_runs_and_halts_without_losing_any() -> None:
    step_timer = held(30).running().with_left(21)

    assert step_timer.is_running
    assert (step_timer.paused().is_running, step_timer.paused().left_s) == (False, 21)


def test_half_of_it_is_told_and_its_last_three_seconds() -> None:
    countdown = {3: Announcement.COUNTDOWN, 2: Announcement.COUNTDOWN, 1: Announcement.COUNTDOWN}

    assert calls(held(30)) == {15: Announcement.HALFWAY, **countdown}
    assert calls(held(31)) == {16: Announcement.HALFWAY, **countdown}
    assert calls(held(20)) == {10: Announcement.HALFWAY, **countdown}


def test_half_of_what_is_short_is_not_worth_telling() -> None:
    assert Announcement.HALFWAY not in calls(held(19)).values()


def test_what_is_told_is_over_before_there_is_more_to_tell() -> None:
    assert held(30).with_left(15).announcement_limit_s == 12
    assert held(30).with_left(3).announcement_limit_s == 1
    assert repeated(4).announcement_limit_s == 3


def test_a_repetition_calls_as_evenly_as_it_goes() -> None:
    step_timer = repeated(4)

    assert (step_timer.total_s, step_timer.tick_s) == (24, 3)
    assert set(calls(step_timer).values()) == {Announcement.REPEAT}
    assert sorted(calls(step_timer)) == [3, 6, 9, 12, 15, 18, 21]


@pytest.mark.parametrize(
    ("left_s", "call", "number", "is_first", "is_halfway", "is_last"),
    [
        (24, "Squeeze", 1, True, False, False),
        (21, "and release", 1, False, False, False),
        (18, "Squeeze", 2, True, False, False),
        (12, "Squeeze", 3, True, True, False),
        (6, "Squeeze", 4, True, False, True),
        (3, "and release", 4, False, False, True),
    ],
)
def test_a_call_knows_which_time_it_is(
    left_s: float, call: str, number: int, is_first: bool, is_halfway: bool, is_last: bool
) -> None:
    place = repeated(4, left_s).repeat_position

    assert (place.call, place.number, place.times) == (call, number, 4)
    assert (place.is_first_call, place.is_halfway, place.is_last) == (
        is_first,
        is_halfway,
        is_last,
    )


def test_more_time_is_as_much_as_was_asked_for() -> None:
    more = held(30).with_left(5).extended(15)

    assert (more.total_s, more.left_s) == (45, 20)


def test_more_of_a_repetition_is_as_many_whole_ones_more() -> None:
    more = repeated(4).with_left(0).extended(15)

    assert (more.total_s, more.left_s) == (42, 18)
    assert (more.repeat_position.number, more.repeat_position.times) == (5, 7)


def test_what_was_left_of_it_is_left_when_it_is_taken_up_again() -> None:
    step = Step("rolling", "Roll.", seconds=30)

    assert (step_timer := StepTimer.of(step, 21))
    assert (step_timer.total_s, step_timer.left_s, step_timer.is_fresh) == (30, 21, False)
    assert (longer := StepTimer.of(step, 45))
    assert (longer.total_s, longer.is_fresh) == (45, True)
    assert (over := StepTimer.of(step, 0))
    assert over.is_up
