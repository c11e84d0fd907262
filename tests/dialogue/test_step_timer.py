"""The time of a step: how much is left, and what is announced at which tick."""

import pytest

from voice_guide.dialogue.plan.step_timer import Announcement, StepTimer
from voice_guide.routines.model import Repeat, Step

SQUEEZE = Repeat(4, 6.0, ("Squeeze", "and release"))


def timed(seconds: float) -> StepTimer:
    step_timer = StepTimer.of(Step("rolling", "Roll.", seconds=seconds))
    assert step_timer
    return step_timer


def repeated(times: int, left_s: float | None = None) -> StepTimer:
    repeat = Repeat(times, SQUEEZE.seconds, SQUEEZE.calls)
    step_timer = StepTimer.of(Step("squeezing", "Squeeze.", repeat=repeat), left_s)
    assert step_timer
    return step_timer


def announcements(step_timer: StepTimer) -> dict[float, Announcement]:
    """Return the announcements by the seconds left."""
    ticks = [
        step_timer.with_left(left * step_timer.tick_s)
        for left in range(round(step_timer.left_s / step_timer.tick_s))
    ]
    return {tick.left_s: tick.announcement for tick in ticks if tick.announcement and tick.left_s}


def test_a_step_that_waits_for_the_user_has_no_timer() -> None:
    assert StepTimer.of(Step("standing", "Stand up.")) is None


def test_a_timer_is_fresh_until_time_passes_and_up_at_its_end() -> None:
    step_timer = timed(30)

    assert (step_timer.is_fresh, step_timer.is_up, step_timer.is_running) == (True, False, False)
    assert not step_timer.with_left(29).is_fresh
    assert not step_timer.with_left(1).is_up
    assert step_timer.with_left(0).is_up


def test_a_paused_timer_keeps_the_time_left() -> None:
    step_timer = timed(30).running().with_left(21)

    assert step_timer.is_running
    assert (step_timer.paused().is_running, step_timer.paused().left_s) == (False, 21)


def test_the_half_and_the_last_three_seconds_are_announced() -> None:
    countdown = {3: Announcement.COUNTDOWN, 2: Announcement.COUNTDOWN, 1: Announcement.COUNTDOWN}

    assert announcements(timed(30)) == {15: Announcement.HALFWAY, **countdown}
    assert announcements(timed(31)) == {16: Announcement.HALFWAY, **countdown}
    assert announcements(timed(20)) == {10: Announcement.HALFWAY, **countdown}


def test_the_half_of_a_short_step_is_not_announced() -> None:
    assert Announcement.HALFWAY not in announcements(timed(19)).values()


def test_an_announcement_ends_before_the_next_one() -> None:
    assert timed(30).with_left(15).announcement_limit_s == 12
    assert timed(30).with_left(3).announcement_limit_s == 1
    assert repeated(4).announcement_limit_s == 3


def test_the_calls_of_a_repetition_are_evenly_spaced() -> None:
    step_timer = repeated(4)

    assert (step_timer.total_s, step_timer.tick_s) == (24, 3)
    assert set(announcements(step_timer).values()) == {Announcement.REPEAT}
    assert sorted(announcements(step_timer)) == [3, 6, 9, 12, 15, 18, 21]


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
def test_a_call_knows_its_repetition(
    left_s: float, call: str, number: int, is_first: bool, is_halfway: bool, is_last: bool
) -> None:
    position = repeated(4, left_s).repeat_position

    assert (position.call, position.number, position.times) == (call, number, 4)
    assert (position.is_first_call, position.is_halfway, position.is_last) == (
        is_first,
        is_halfway,
        is_last,
    )


def test_more_time_adds_the_seconds_asked_for() -> None:
    more = timed(30).with_left(5).extended(15)

    assert (more.total_s, more.left_s) == (45, 20)


def test_more_time_adds_whole_repetitions() -> None:
    more = repeated(4).with_left(0).extended(15)

    assert (more.total_s, more.left_s) == (42, 18)
    assert (more.repeat_position.number, more.repeat_position.times) == (5, 7)


def test_a_timer_can_start_with_the_seconds_that_were_left() -> None:
    step = Step("rolling", "Roll.", seconds=30)

    assert (step_timer := StepTimer.of(step, 21))
    assert (step_timer.total_s, step_timer.left_s, step_timer.is_fresh) == (30, 21, False)
    assert (longer := StepTimer.of(step, 45))
    assert (longer.total_s, longer.is_fresh) == (45, True)
    assert (over := StepTimer.of(step, 0))
    assert over.is_up
