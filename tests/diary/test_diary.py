"""Tests of the diary's entries, and of when they call for a doctor."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_guide.diary.history import MAX_PAIN, RECENT_DAYS, AreaTrend, Diary, Ending, Entry

TODAY = date(2026, 11, 24)
NECK, BACK = "the side of the neck", "the upper back"
ENTRY = Entry(1, TODAY, "Hand massage", NECK)

pains = st.none() | st.integers(0, MAX_PAIN)
entries = st.builds(
    Entry,
    number=st.integers(1, 99),
    day=st.dates(TODAY - timedelta(40), TODAY + timedelta(40)),
    routine=st.just("Hand massage"),
    area=st.sampled_from([NECK, BACK]),
    before=pains,
    after=pains,
    ending=st.none() | st.sampled_from(Ending),
)


def diary_of(written: list[Entry]) -> Diary:
    diary = Diary(True)
    for entry in written:
        diary = diary.with_entry(entry)
    return diary


diaries = st.builds(diary_of, st.lists(entries, max_size=30))


def diary(*sessions: tuple[int, int | None, int | None], area: str = NECK) -> Diary:
    """Return a diary of sessions, each given as days ago, pain before and pain after."""
    return diary_of(
        [
            replace(ENTRY, number=n, day=TODAY - timedelta(ago), before=b, after=a, area=area)
            for n, (ago, b, a) in enumerate(sessions, 1)
        ]
    )


# Entries


@given(diaries, entries)
def test_an_entry_is_read_as_it_was_written(diary: Diary, entry: Entry) -> None:
    written = diary.with_entry(entry)

    assert written.entry(entry.number) == entry
    assert written.with_entry(entry) == written
    assert {*written.entries} - {entry} == {e for e in diary.entries if e.number != entry.number}


@given(diaries)
def test_entries_are_ordered_and_the_next_number_is_the_highest(diary: Diary) -> None:
    numbers = [entry.number for entry in diary.entries]

    assert numbers == sorted(set(numbers))
    assert diary.entry(diary.next_number) is None
    assert all(number < diary.next_number for number in numbers)
    assert Diary().next_number == 1


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [(7, 4, -3), (0, 0, 0), (2, 3, 1), (None, 3, None), (3, None, None)],
)
def test_change_is_the_pain_after_minus_the_pain_before(
    before: int | None, after: int | None, change: int | None
) -> None:
    assert replace(ENTRY, before=before, after=after).change == change


# Seeing a doctor


@pytest.mark.parametrize(
    ("sessions", "should"),
    [
        ([], False),
        ([(3, 2, 1), (2, 2, 1), (0, 2, 1)], False),
        ([(3, 2, 1), (2, 2, 1), (1, 2, 1), (0, 2, 1)], True),
        ([(1, 2, 1), (1, 2, 1), (0, 2, 1), (0, 2, 1), (0, 2, 1)], False),
        ([(3, 0, 0), (2, 0, 0), (1, 0, 0), (0, 0, 0)], False),
        ([(3, None, 1), (2, None, 1), (1, 1, None), (0, 0, 1)], True),
        ([(3, None, None), (2, None, None), (1, None, None), (0, None, None)], False),
        ([(16, 2, 2), (15, 2, 2), (14, 2, 2), (0, 2, 2)], False),
        ([(13, 2, 2), (9, 2, 2), (5, 2, 2), (0, 2, 2)], True),
        # The clock was set back.
        ([(-1, 2, 2), (-2, 2, 2), (-3, 2, 2), (0, 2, 2)], True),
    ],
)
def test_pain_on_more_than_three_days_lasts(
    sessions: list[tuple[int, int | None, int | None]], should: bool
) -> None:
    assert diary(*sessions).should_see_a_doctor(NECK, TODAY) == should


@pytest.mark.parametrize(
    ("before", "should"),
    [
        ([1, 2], False),
        ([1, 2, 3], True),
        ([3, 2, 1], False),
        ([1, 2, 2], False),
        ([9, 1, 2, 3], True),
        ([1, 2, 3, 3], False),
        ([1, None, 2, 3], True),
        ([1, None, None], False),
    ],
)
def test_pain_that_rises_over_three_sessions_gets_worse(
    before: list[int | None], should: bool
) -> None:
    # All on two days, so that the pain does not count as lasting too.
    sessions = [(n % 2, pain, None) for n, pain in enumerate(before)]

    assert diary(*sessions).should_see_a_doctor(NECK, TODAY) == should


def test_pain_that_rose_a_month_ago_does_not_count() -> None:
    assert not diary((30, 1, 1), (20, 2, 2), (0, 3, 3)).should_see_a_doctor(NECK, TODAY)


def test_pain_in_other_areas_does_not_count() -> None:
    backs = diary((3, 2, 1), (2, 3, 1), (1, 4, 1), (0, 5, 1), area=BACK)

    assert backs.should_see_a_doctor(BACK, TODAY)
    assert not backs.should_see_a_doctor(NECK, TODAY)


@given(diaries, st.sampled_from([NECK, BACK]))
def test_advice_is_given_once_a_day(diary: Diary, area: str) -> None:
    should = diary.should_see_a_doctor(area, TODAY)

    assert not replace(diary, advised_on=TODAY).should_see_a_doctor(area, TODAY)
    yesterday = replace(diary, advised_on=TODAY - timedelta(1))
    assert yesterday.should_see_a_doctor(area, TODAY) == should


@given(diaries, st.sampled_from([NECK, BACK]))
def test_without_pain_there_is_no_advice(diary: Diary, area: str) -> None:
    painless = [replace(e, before=e.before and 0, after=e.after and 0) for e in diary.entries]

    assert not replace(diary, entries=tuple(painless)).should_see_a_doctor(area, TODAY)


@given(diaries, st.sampled_from([NECK, BACK]), st.integers(1, MAX_PAIN))
def test_pain_on_another_day_does_not_end_the_advice(diary: Diary, area: str, pain: int) -> None:
    days = {
        e.day
        for e in diary.entries
        if e.area == area and (e.before or e.after) and abs((TODAY - e.day).days) < RECENT_DAYS
    }

    if len(days) > 3:
        assert diary.should_see_a_doctor(area, TODAY)
        more = replace(ENTRY, number=diary.next_number, area=area, before=pain)
        assert diary.with_entry(more).should_see_a_doctor(area, TODAY)


# Trends


def test_trends_have_the_first_and_last_pain_of_each_area() -> None:
    written = diary((20, 9, 9), (3, None, 7), (2, 6, None), (0, 5, 3))
    written = written.with_entry(replace(ENTRY, number=9, area=BACK))

    assert written.recent_trends(TODAY) == (
        AreaTrend(NECK, 3, 7, 3),
        AreaTrend(BACK, 1, None, None),
    )


@given(diaries)
def test_every_recent_session_is_in_the_trend_of_its_area(diary: Diary) -> None:
    recent = [e for e in diary.entries if abs((TODAY - e.day).days) < RECENT_DAYS]
    trends = diary.recent_trends(TODAY)

    assert sum(each.sessions for each in trends) == len(recent)
    assert [each.area for each in trends] == list(dict.fromkeys(e.area for e in recent))
    for each in trends:
        pains = {p for e in recent if e.area == each.area for p in (e.before, e.after)} - {None}
        assert {each.first, each.last} <= (pains or {None})
