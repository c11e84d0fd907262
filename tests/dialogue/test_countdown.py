"""The timer's ticks and its end, on a clock that may stand still for a while."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_guide.dialogue.countdown import Countdown


def run_to_the_end(timer: Countdown) -> list[tuple[int, int]]:
    """Run a timer whenever something is due; return each time with what was left."""
    happened = []
    running: Countdown | None = timer
    while running:
        now = running.due
        left, running = running.run(now)
        happened.append((now, left))
    return happened


def test_whole_parts_tick_once_each_and_the_end_is_no_tick() -> None:
    assert run_to_the_end(Countdown.begin(100, 30, 10)) == [(110, 20), (120, 10), (130, 0)]


def test_a_part_that_is_not_whole_comes_first() -> None:
    assert run_to_the_end(Countdown.begin(0, 25, 10)) == [(5, 20), (15, 10), (25, 0)]


@pytest.mark.parametrize("length", [0, 7, 10])
def test_what_is_no_longer_than_a_part_has_its_end_alone(length: int) -> None:
    happened = run_to_the_end(Countdown.begin(0, length, 10))

    assert happened[-1] == (length, 0)
    assert [left for _, left in happened[:-1]] == []


def test_of_missed_ticks_the_last_counts_and_the_next_keeps_its_time() -> None:
    left, timer = Countdown.begin(0, 60, 10).run(38)

    assert left == 30
    assert timer
    assert timer.due == 40


def test_who_looks_after_the_end_is_told_of_the_end_alone() -> None:
    assert Countdown.begin(0, 60, 10).run(500) == (0, None)


@given(
    length=st.integers(0, 5000),
    tick=st.integers(1, 700),
    pauses=st.lists(st.integers(0, 900), max_size=40),
)
def test_what_is_left_is_whole_parts_and_shrinks(
    length: int, tick: int, pauses: list[int]
) -> None:
    now = 0
    timer: Countdown | None = Countdown.begin(now, length, tick)
    seen = [length + 1]
    for pause in pauses:
        now += pause
        if timer and now >= timer.due:
            left, timer = timer.run(now)
            assert left % tick == 0
            assert 0 <= left < seen[-1]
            assert left <= max(0, length - now) + tick
            seen.append(left)
    assert (timer is None) == (seen[-1] == 0)
