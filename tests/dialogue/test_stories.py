"""All stories in `tests/dialogues`, played through the dialogue manager without sound."""

from pathlib import Path

import pytest
from support.silent_stage import NotedPrompts, SilentStage
from support.stage import STORIES

from voice_guide.app.content import Content

NOT_PROMPTS = ("can_say.", "doctor.", "duration", "screen.", "sides.", "skill.")
"""Prompts that are not spoken in a session, or only as a part of another prompt."""

SAID_ELSEWHERE = {"left_out", "natural_voice_failed", "nothing_more"}
"""Prompts for routines and voices that the stories do not have."""


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.stem.replace("-", " "))
def test_story(story: Path, content: Content) -> None:
    SilentStage(story, content).play()


@pytest.fixture(scope="module")
def played(content: Content) -> list[SilentStage]:
    stages = [SilentStage(story, content) for story in STORIES]
    for stage in stages:
        stage.play()
    return stages


def test_stories_say_every_intent_in_every_context(
    content: Content, played: list[SilentStage]
) -> None:
    listened_for = {
        (context, template.intent)
        for context in content.sentences.contexts
        for template in content.sentences.templates(context)
    }
    # What a part of a context shares with the whole need not be said in both.
    shared = {
        (context, intent)
        for context, intent in listened_for
        if "." in context and (context.partition(".")[0], intent) in listened_for
    }

    said = set().union(*(stage.understood for stage in played))
    said |= {(context.partition(".")[0], intent) for context, intent in said}

    assert sorted(listened_for - shared - said) == []


def test_stories_contain_every_prompt(played: list[SilentStage]) -> None:
    said = set().union(*(stage.said_prompts for stage in played))

    names = {name for name in NotedPrompts().names if not name.startswith(NOT_PROMPTS)}
    assert sorted(names - SAID_ELSEWHERE - said) == []


def test_a_story_that_does_not_hold_shows_its_line(tmp_path: Path, content: Content) -> None:
    story = tmp_path / "wrong.txt"
    story.write_text("# A mistake.\nGuide: ...\nPerson: upper back\nGuide: Hand massage...\n")

    with pytest.raises(pytest.fail.Exception) as caught:
        SilentStage(story, content).play()

    assert str(caught.value).splitlines() == [
        "dialogues/wrong.txt, line 4",
        "  expected  Guide: Hand massage...",
        "  got       Guide: Tennis ball wall massage, for the upper back, in 5 steps.",
    ]
