"""Settings that another assistant gives, right and wrong."""

from pathlib import Path
from typing import Any

import pytest

from voice_guide.config.settings import Pacing
from voice_guide.skills.settings import load_chosen


def test_nothing_chosen_carries_on_in_english() -> None:
    content, settings, problems = load_chosen({})

    assert (content.language.code, settings.guide.pacing) == ("en", Pacing.CARRY_ON)
    assert problems == []


def test_what_was_chosen_is_used() -> None:
    _, settings, problems = load_chosen({"pacing": "wait", "language": "en", "other": 1})

    assert (settings.guide.pacing, problems) == (Pacing.WAIT, [])


@pytest.mark.parametrize("value", ["fast", "", "Carry on", None, True, 3, ["wait"], {"a": 1}])
def test_a_wrong_pacing_is_named_with_what_is_possible(value: Any) -> None:
    _, settings, problems = load_chosen({"pacing": value})

    assert settings.guide.pacing is Pacing.CARRY_ON
    assert problems == [
        f'pacing: {value!r} is not possible, only "wait" or "carry on"; "carry on" is used'
    ]


@pytest.mark.parametrize("value", ["xx", "", "../en", "EN", "en-US", "ß" * 300])
def test_an_unknown_language_is_named_with_those_there_are(value: str) -> None:
    content, _, problems = load_chosen({"language": value})

    assert content.language.code == "en"
    assert problems == [f'language: there is no language "{value}"; there are: en; "en" is used']


@pytest.mark.parametrize("value", [None, True, 7, ["en"], {"code": "en"}])
def test_a_language_that_is_no_text_is_named(value: Any) -> None:
    content, _, problems = load_chosen({"language": value})

    assert content.language.code == "en"
    assert problems == [
        f'language: {value!r} is not the code of a language, as "en"; "en" is used'
    ]


def test_a_language_of_the_users_own_that_is_not_complete_is_named(config: Path) -> None:
    folder = config.parent / "languages" / "tlh"
    folder.mkdir(parents=True)
    (folder / "language.toml").write_text('model = "m"\n')

    content, _, problems = load_chosen({"language": "tlh", "pacing": "slow"})

    assert content.language.code == "en"
    assert [line.split(":")[0] for line in problems] == ["pacing", "language"]
    assert str(folder / "language.toml") in problems[1]
