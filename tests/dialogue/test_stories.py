"""The guide's conversations, each a story in `dialogues/*.txt`, played through the Guide alone.

How to read and write them is told in `dialogues/README.md`.
"""

from pathlib import Path

import pytest
from support.silent_stage import NotedPrompts, SilentStage
from support.stage import STORIES

from voice_guide.app.content import Content

NOT_PROMPTS = ("can_say.", "doctor.", "duration", "screen.", "sides.")
"""What stands among the prompts and is not said in a conversation, or only as a part of one."""

SAID_ELSEWHERE = {"left_out", "natural_voice_failed", "nothing_more"}
"""Prompts that are said of routines and voices that these stories do not have."""


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.stem.replace("-", " "))
def test_dialogue(story: Path, content: Content) -> None:
    SilentStage(story, content).play()


@pytest.fixture(scope="module")
def played(content: Content) -> list[SilentStage]:
    stages = [SilentStage(story, content) for story in STORIES]
    for stage in stages:
        stage.play()
    return stages


def test_every_intent_is_said_wherever_it_is_listened_for(
    content: Content, played: list[SilentStage]
) -> None:
    listened_for = {
        (context, template.intent)
        for context in content.sentences.contexts
        for template in content.sentences.templates(context)
    }

    said = set().union(*(stage.understood for stage in played))

    assert sorted(listened_for - said) == []


def test_every_prompt_is_heard(played: list[SilentStage]) -> None:
    said = set().union(*(stage.said_prompts for stage in played))

    names = {name for name in NotedPrompts().names if not name.startswith(NOT_PROMPTS)}
    assert sorted(names - SAID_ELSEWHERE - said) == []


def test_a_story_that_goes_otherwise_shows_its_line(tmp_path: Path, content: Content) -> None:
    story = tmp_path / "wrong.txt"
    story.write_text("# A mistake.\nGuide: ...\nPerson: upper back\nGuide: Hand massage...\n")

    with pytest.raises(pytest.fail.Exception) as caught:
        SilentStage(story, content).play()

    assert str(caught.value).splitlines() == [
        "dialogues/wrong.txt, line 4",
        "  expected  Guide: Hand massage...",
        "  got       Guide: Tennis ball wall massage, for the upper back, in 5 steps.",
    ]
