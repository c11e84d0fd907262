"""Settings that another assistant gives, right and wrong."""

from pathlib import Path
from typing import Any

import pytest

from voice_guide.config.language import reference
from voice_guide.config.settings import Pacing, Settings
from voice_guide.errors import VoiceGuideError
from voice_guide.skills.settings import load_chosen, load_folder


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


def test_a_folder_without_files_has_the_defaults(tmp_path: Path) -> None:
    content, settings = load_folder(tmp_path / "none")

    assert (settings, content.rejected_packs) == (Settings(), ())


def test_a_folder_has_settings_and_packs_in_place_of_the_usual_ones(
    tmp_path: Path, config: Path
) -> None:
    usual, routines = config.parent / "routines", tmp_path / "routines"
    (tmp_path / "settings.toml").write_text('[guide]\npacing = "carry on"\n')
    for folder, name in ((usual, "usual"), (routines, "mine")):
        folder.mkdir(parents=True)
        pack = reference().pack.read_text().replace('"my-routine"', f'"{name}"')
        (folder / f"{name}.toml").write_text(pack)
    (routines / "wrong.toml").write_text("id = 3\n")

    content, settings = load_folder(tmp_path)

    assert settings.guide.pacing is Pacing.CARRY_ON
    ids = [each.id for each in content.library.routines]
    assert ("mine" in ids, "usual" in ids) == (True, False)
    assert [each.file for each in content.rejected_packs] == [routines / "wrong.toml"]


def test_wrong_settings_of_a_folder_are_named_with_their_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[guide]\npacing = "fast"\n')

    with pytest.raises(VoiceGuideError, match=r"settings\.toml: guide\.pacing: "):
        load_folder(tmp_path)
