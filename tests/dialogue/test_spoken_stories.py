"""Some of the stories, played aloud; `scripts/stories` plays all of them."""

from collections.abc import Callable

import pytest
from support.spoken_stage import Ear, PlayedStory, figures, play_aloud
from support.stage import FOLDER

from voice_guide.dialogue.phase import Phase

NAMES = (
    "an-emergency-in-short",
    "asleep-it-hears-nothing-else",
    "how-strong-the-pain-is",
    "it-hurts-in-a-step",
    "pausing-a-step",
)


@pytest.fixture(scope="module")
def played() -> list[PlayedStory]:
    ear = Ear.load()
    return [play_aloud(FOLDER / f"{name}.txt", ear) for name in NAMES]


def test_spoken_stories_hold(
    played: list[PlayedStory], report_figure: Callable[[str], None]
) -> None:
    for line in figures(played):
        report_figure(line)

    assert [story.failure for story in played if story.failure] == []


def test_spoken_stories_contain_every_context(played: list[PlayedStory]) -> None:
    contexts = {said.context for story in played for said in story.said}
    assert {context.partition(".")[0] for context in contexts} == set(Phase)
