"""Some of the stories, told aloud; `scripts/stories` tells all of them."""

from collections.abc import Callable

import pytest
from support.spoken_stage import Ear, Told, figures, tell
from support.stage import FOLDER

from voice_guide.dialogue.phase import Phase

NAMES = (
    "asleep-it-hears-nothing-else",
    "how-strong-the-pain-is",
    "it-hurts-in-a-step",
    "pausing-a-step",
)


@pytest.fixture(scope="module")
def told() -> list[Told]:
    ear = Ear.load()
    return [tell(FOLDER / f"{name}.txt", ear) for name in NAMES]


def test_told_aloud_stories_go_as_they_are_written(
    told: list[Told], report_figure: Callable[[str], None]
) -> None:
    for line in figures(told):
        report_figure(line)

    assert [story.failure for story in told if story.failure] == []


def test_somebody_is_heard_in_every_context(told: list[Told]) -> None:
    assert {said.context for story in told for said in story.said} == set(Phase)
