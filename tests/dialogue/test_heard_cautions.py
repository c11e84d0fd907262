"""The memory of heard cautions: what must be said again, and when."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from voice_guide.app.content import Content
from voice_guide.dialogue.actions import SaveHeardCautions
from voice_guide.dialogue.heard_cautions import HeardCautions
from voice_guide.routines.library import Library
from voice_guide.routines.model import Routine

OWN = "Never press the ball directly against your spine."
TODAY = date(2026, 3, 2)


@pytest.fixture
def library(content: Content) -> Library:
    return content.library


@pytest.fixture
def ball(library: Library) -> Routine:
    """A routine with one caution of its own, and three that others have too."""
    return library.by_id("tennis-ball-wall")


def heard_on(day: date, today: date, *cautions: str) -> HeardCautions:
    heard = HeardCautions()
    heard.open(dict.fromkeys(cautions, day), today)
    return heard


def test_all_cautions_are_due_when_none_were_heard(ball: Routine, library: Library) -> None:
    assert HeardCautions().due(ball, library.routines) == ball.safety.cautions


@pytest.mark.parametrize("days", [0, 6])
def test_only_the_routines_own_caution_is_due_within_a_week(
    ball: Routine, library: Library, days: int
) -> None:
    heard = heard_on(TODAY, TODAY + timedelta(days), *ball.safety.cautions)

    assert heard.due(ball, library.routines) == (OWN,)


@pytest.mark.parametrize("days", [7, 400, -1])
def test_all_cautions_are_due_after_a_week_and_if_the_clock_was_set_back(
    ball: Routine, library: Library, days: int
) -> None:
    heard = heard_on(TODAY, TODAY + timedelta(days), *ball.safety.cautions)

    assert heard.due(ball, library.routines) == ball.safety.cautions


def test_all_cautions_are_due_if_one_of_them_is_new(ball: Routine, library: Library) -> None:
    heard = heard_on(TODAY, TODAY, *ball.safety.cautions[:-1])

    assert heard.due(ball, library.routines) == ball.safety.cautions


def test_all_cautions_are_due_if_no_other_routine_has_them(ball: Routine) -> None:
    heard = heard_on(TODAY, TODAY, *ball.safety.cautions)
    others = [ball, replace(ball, id="copy", safety=replace(ball.safety, cautions=("Sit.",)))]

    assert heard.due(ball, others) == ball.safety.cautions


def test_noting_cautions_stores_them_and_drops_old_ones() -> None:
    heard = HeardCautions()
    heard.open({"Old.": date(2026, 1, 1), "Recent.": date(2026, 3, 1)}, TODAY)

    stored = {"Recent.": date(2026, 3, 1), "New.": TODAY}
    assert heard.note(("New.",)) == [SaveHeardCautions(stored)]
    assert heard.note(()) == []


def test_forgetting_makes_all_cautions_due(ball: Routine, library: Library) -> None:
    heard = heard_on(TODAY, TODAY, *ball.safety.cautions)

    assert heard.forget() == [SaveHeardCautions({})]
    assert heard.due(ball, library.routines) == ball.safety.cautions
    assert heard.forget() == []
