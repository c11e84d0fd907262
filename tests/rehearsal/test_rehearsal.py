"""Tests of the rehearsal: the analysis, the report, and one real run."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from support.own_languages import SMALL_LANGUAGE_COMMANDS, own_language

from voice_guide.app.content import Content
from voice_guide.cli.commands import main
from voice_guide.config.language import find
from voice_guide.rehearsal import run
from voice_guide.rehearsal.acoustic_test import HeardText
from voice_guide.rehearsal.analysis import (
    find_confusions,
    find_echoes,
    sentence_result,
    unknown_word_results,
    with_suggestions,
)
from voice_guide.rehearsal.prompts import SpokenPrompt, embedded_commands
from voice_guide.rehearsal.report import print_report, to_json
from voice_guide.rehearsal.results import RehearsalResult, SentenceResult
from voice_guide.rehearsal.room_sound import RoomCondition
from voice_guide.rehearsal.sentences import RehearsalSentence, UnknownWord
from voice_guide.routines.packs import BUILT_IN_PACKS
from voice_guide.tts.pyttsx3_tts import VoiceSpec

PACK = BUILT_IN_PACKS / "tennis-ball-wall.toml"
QUIET, NOISE = RoomCondition


# The analysis


def heard_texts(condition: RoomCondition, *heard: tuple[str, str]) -> list[HeardText]:
    """Return recognized texts from pairs of a command and the words."""
    return [
        HeardText("en", condition, (command,) if command else (), words)
        for command, words in heard
    ]


def none_equal(name: str, value: object) -> tuple[str, ...]:
    """Return nothing: no two values are equal."""
    return ()


def scored(text: str, intent: str, quiet: int, noise: int, **slots: Any) -> SentenceResult:
    """Return the result of a sentence that was said ten times in each condition."""
    line = RehearsalSentence("step", intent, slots, text)
    meaning = sentence_result(line, [], none_equal).meaning
    heard = []
    for condition, understood in ((QUIET, quiet), (NOISE, noise)):
        heard += heard_texts(condition, *[(meaning, text)] * understood)
        heard += heard_texts(condition, *[("", "a noise")] * (10 - understood))
    return sentence_result(line, heard, none_equal)


def result(outcomes: Iterable[SentenceResult], **others: Any) -> RehearsalResult:
    return RehearsalResult(
        **{
            "threshold": 95.0,
            "voices": ("en",),
            "voices_left_out": (),
            "sentences": with_suggestions(list(outcomes), 95.0),
            "confusions": (),
            "unknown": (),
            "echoes": (),
            **others,
        }
    )


def test_recognized_texts_are_counted() -> None:
    line = RehearsalSentence("step", "GoTo", {"number": 3}, "step three")
    quiet = heard_texts(
        QUIET,
        ("GoTo number=3", "step three"),
        ("GoTo number=3", "steps three"),
        ("", "three"),
        ("", "three"),
        ("GoTo number=13", "step thirteen"),
    )

    heard = sentence_result(line, [*quiet, *heard_texts(NOISE, ("", ""))], none_equal).heard

    assert (heard[QUIET].said, heard[QUIET].understood) == (5, 2)
    assert [(m.taken_for, m.words, m.times) for m in heard[QUIET].misheard] == [
        ((), "three", 2),
        (("GoTo number=13",), "step thirteen", 1),
    ]
    assert heard[NOISE].percent == 0


def test_an_equal_value_counts_as_understood(content: Content) -> None:
    line = RehearsalSentence("choosing", "ChooseArea", {"area": "shoulders"}, "my shoulders")
    heard = heard_texts(
        QUIET,
        ("ChooseArea area=shoulder", "my shoulder"),
        ("ChooseArea area=neck", "my neck"),
    )

    tally = sentence_result(line, heard, content.library.equal_values).heard[QUIET]

    assert (tally.understood, tally.misheard[0].words) == (1, "my neck")


def test_two_commands_do_not_count_as_understood() -> None:
    line = RehearsalSentence("step", "Next", {}, "next")

    heard = sentence_result(
        line,
        [HeardText("en", QUIET, ("Next", "Stop"), "next stop")],
        none_equal,
    ).heard

    assert heard[QUIET].understood == 0


def test_a_confusion_is_reported_with_a_suggestion() -> None:
    line = RehearsalSentence("step", "Resume", {}, "go on")
    heard = [
        *heard_texts(QUIET, ("Pause", "hold on"), ("Resume", "go on")),
        *heard_texts(NOISE, ("Pause", "hold on"), ("Pause", "hold on")),
    ]

    (found,) = find_confusions([sentence_result(line, heard, none_equal)])

    assert (found.text, found.meant, found.taken_for) == ("go on", "Resume", "Pause")
    assert found.times == {QUIET: 1, NOISE: 2}
    assert found.suggestion == (
        '"go on" sounds like "hold on" in step: give one of them a longer wording'
    )


def test_the_same_words_for_two_commands_are_reported() -> None:
    heard = sentence_result(
        RehearsalSentence("step", "A", {}, "go on"),
        heard_texts(QUIET, ("B", "go on")),
        none_equal,
    )

    (found,) = find_confusions([heard])

    assert found.suggestion == '"go on" means A and B in step: take it out of one of them'


def test_the_suggestion_names_the_best_wording() -> None:
    weak, good, fair = with_suggestions(
        [
            scored("i'm done", "Next", 7, 7),
            scored("next step", "Next", 10, 10),
            scored("carry on", "Next", 10, 6),
        ],
        95.0,
    )

    assert weak.suggestion == '"next step" is well heard: have the guide suggest that one'
    assert good.suggestion == ""
    assert fair.suggestion == weak.suggestion


def test_a_misheard_value_needs_another_way_to_say_it() -> None:
    weak, *_ = with_suggestions(
        [
            scored("start hand neck massage", "ChooseRoutine", 4, 1, routine="hand neck massage"),
            scored("twisted scarf", "ChooseRoutine", 10, 9, routine="twisted scarf"),
        ],
        95.0,
    )
    wording, *_ = with_suggestions(
        [
            scored("give me ball one", "ChooseRoutine", 4, 1, routine="ball one"),
            scored("start ball one", "ChooseRoutine", 10, 9, routine="ball one"),
        ],
        95.0,
    )

    assert weak.suggestion == (
        'add another way to say "hand neck massage": "twisted scarf" is well heard'
    )
    assert wording.suggestion == '"start ball one" is well heard: have the guide suggest that one'


def test_a_misheard_number_needs_another_wording() -> None:
    weak, *_ = with_suggestions(
        [
            scored("step thirteen", "GoTo", 4, 1, number=13),
            scored("go to step number ten", "GoTo", 10, 9, number=10),
        ],
        95.0,
    )

    assert weak.suggestion == 'try the wording of "go to step number ten", which is well heard'


def test_without_a_better_wording_the_suggestion_is_to_add_one() -> None:
    (weak,) = with_suggestions([scored("skip", "Next", 2, 0)], 95.0)

    assert weak.suggestion == (
        "no wording of Next is well heard: add one with more or longer words"
    )


def test_one_command_in_several_prompts_is_one_echo(content: Content) -> None:
    prompts = [
        SpokenPrompt("step", "Louder."),
        SpokenPrompt("paused", "Louder."),
        SpokenPrompt("step", "Stop it."),
    ]
    parts = [(p, part) for p in prompts for part in embedded_commands(p, content.sentences)]
    heard = heard_texts(QUIET, ("Louder", "louder"), ("Pause", "hold on"))

    found = find_echoes(parts, [(prompts[0], take) for take in heard])

    assert [(e.by, e.command, e.contexts, e.prompts) for e in found] == [
        ("sound", "Pause", ("step",), ("Louder.",)),
        ("text", "Louder", ("paused", "step"), ("Louder.",)),
        ("text", "Stop", ("step",), ("Stop it.",)),
    ]
    assert all(echo.suggestion for echo in found)


def test_a_low_score_in_the_quiet_room_or_an_unknown_word_fails() -> None:
    good, weak = (
        scored("next step", "Next", 10, 0),
        scored("skip", "Next", 8, 0),
    )
    (word,) = unknown_word_results([UnknownWord("trapezius", "ChooseRoutine", "", "trapezius")])

    assert result([good]).passed
    assert not result([good, weak]).passed
    assert result([good, weak], threshold=90.0).passed
    assert not result([good], unknown=(word,)).passed


# The command line


@pytest.mark.parametrize(("quiet", "status"), [(10, 0), (9, 1)])
def test_the_exit_status_says_if_it_passed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], quiet: int, status: int
) -> None:
    made_up = result([scored("next step", "Next", quiet, 8)])
    monkeypatch.setattr(run, "rehearse", lambda packs, threshold: made_up)

    with pytest.raises(SystemExit) as caught:
        main(["rehearse"])

    assert caught.value.code == status
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("1 sentences in 1 voices")
    verdict = "failed" if status else "passed"
    assert printed[-1] == f"{verdict}: {quiet}0.0 % understood in the quiet room, 95 % required"


def test_the_report_lists_the_worst_first(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(result([scored("skip", "Next", 8, 0), scored("back", "Back", 3, 0)]))

    printed = capsys.readouterr().out
    assert printed.index("step     back") < printed.index("step     skip")
    assert "a noise → not understood" in printed
    assert "Taken for another command" not in printed


@pytest.mark.parametrize("wrong", ["lots", "-1", "101"])
def test_the_threshold_must_be_a_percentage(
    capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["rehearse", "--threshold", wrong])

    assert caught.value.code == 2
    assert "--threshold" in capsys.readouterr().err


def test_an_unreadable_pack_is_reported_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["rehearse", str(PACK), str(tmp_path / "none.toml")])

    printed = capsys.readouterr()
    assert (caught.value.code, printed.out) == (2, "")
    assert printed.err == f"voice-guide: {tmp_path / 'none.toml'}: no such file\n"


def test_a_real_rehearsal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own_language("en", commands=SMALL_LANGUAGE_COMMANDS)
    # So that the language need not have all intents of the reference.
    monkeypatch.setattr("voice_guide.app.content.reference", lambda: find("en"))
    pack = tmp_path / "pack.toml"
    names = 'names = ["trapezius massage", "wall massage"]\n'
    pack.write_text(
        "".join(
            names if line.startswith("names") else line
            for line in PACK.read_text().splitlines(keepends=True)
        )
    )
    voices = (VoiceSpec("en-us", 150), VoiceSpec("en-us+f2", 150))
    monkeypatch.setattr(run, "usable_voices", lambda language: (voices, ("en-gb",)))
    prompts = [
        SpokenPrompt("step", "The sea."),
        SpokenPrompt("choosing", "Start the wall massages."),
    ]
    monkeypatch.setattr(run, "spoken_prompts", lambda *_: prompts)

    with pytest.raises(SystemExit) as caught:
        main(["rehearse", "--json", str(pack)])

    printed = capsys.readouterr()
    assert (caught.value.code, printed.err) == (1, "")
    found = json.loads(printed.out)
    assert found["passed"] is False
    assert found["voices"] == ["en-us", "en-us+f2"]
    assert found["voices_left_out"] == ["en-gb"]
    assert set(found["understood"]) == {"quiet", "noise"}
    assert set(found["contexts"]) == {"step", "choosing"}
    by_text = {each["text"]: each for each in found["sentences"]}
    assert set(by_text) == {"the sea", "the see", "start the wall massage"}
    massage = by_text["start the wall massage"]
    assert massage["heard"]["quiet"] == {"said": 2, "understood": 2, "misheard": []}
    assert massage["slots"] == {"routine": "wall massage"}
    # They sound the same, so that neither is ever likelier than the other.
    assert found["confusions"] == []
    assert by_text["the sea"]["heard"]["quiet"]["understood"] == 0
    assert by_text["the see"]["heard"]["quiet"]["understood"] == 0
    (unknown,) = found["unknown"]
    assert (unknown["word"], unknown["value"]) == ("trapezius", "trapezius massage")
    # One prompt is a command by its text, and the other sounds like one.
    assert sorted(each["by"] for each in found["echoes"]) == ["sound", "text"]


def test_the_json_has_all_results() -> None:
    found = json.loads(json.dumps(to_json(result([scored("next", "Next", 10, 5)]))))

    assert set(found) == {
        *("passed", "understood", "contexts", "threshold", "voices", "voices_left_out"),
        *("sentences", "confusions", "unknown", "echoes"),
    }
    (sentence,) = found["sentences"]
    assert set(sentence) == {"context", "intent", "slots", "text", "heard", "suggestion"}
    assert found["understood"] == {"quiet": 100.0, "noise": 50.0}
