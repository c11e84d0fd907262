"""Tests of the rehearsal: the selection, the analysis, the report, and one real run."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from support.own_languages import own_language

from voice_guide.app.content import Content, load_content
from voice_guide.cli.commands import main
from voice_guide.config.language import find
from voice_guide.config.settings import Settings
from voice_guide.dialogue.phase import Phase
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.sampling import words_of, words_of_templates
from voice_guide.nlu.sentence_files import load_sentences
from voice_guide.rehearsal import run
from voice_guide.rehearsal.acoustic_test import HeardText
from voice_guide.rehearsal.analysis import (
    find_confusions,
    find_echoes,
    sentence_result,
    unknown_word_results,
    with_suggestions,
)
from voice_guide.rehearsal.prompts import SpokenPrompt, embedded_commands, spoken_prompts
from voice_guide.rehearsal.report import print_report, to_json
from voice_guide.rehearsal.results import RehearsalResult, SentenceResult
from voice_guide.rehearsal.room_sound import RoomCondition
from voice_guide.rehearsal.sentences import (
    RehearsalSentence,
    Selection,
    UnknownWord,
    covering_sentences,
    select_sentences,
)
from voice_guide.routines.packs import BUILT_IN_PACKS, spoken_texts
from voice_guide.tts.pyttsx3_tts import VoiceSpec

PACK = BUILT_IN_PACKS / "tennis-ball-wall.toml"
QUIET, NOISE = RoomCondition


# The selection


@pytest.fixture(scope="module")
def selection(content: Content, model: SpeechModel) -> Selection:
    return select_sentences(content.sentences, model.knows)


def test_every_word_that_can_be_said_is_selected(content: Content, selection: Selection) -> None:
    selected = {word for line in selection.sentences for word in line.text.split()}
    said = [each for each in content.sentences.templates(None) if each.is_said]
    typed = {"112", "911", "999", *content.interpreter.carriers.wording.spellings}
    words = words_of_templates(said) - typed

    assert selected == words
    assert {"guy", "tide"} <= words_of(content.sentences, None) - selected
    assert selection.unknown == ()


def test_misspelled_variants_are_listened_for_but_not_rehearsed(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "language: en\nintents:\n"
        "  Hurts:\n    data:\n      - sentences: [it's painful]\n"
        "      - sentences: [it spain full]\n        metadata: {said: false}\n"
    )
    sentences = load_sentences(tmp_path)

    found = select_sentences(sentences, lambda _: True)

    assert [line.text for line in found.sentences] == ["it's painful"]
    meaning = sentences.match("it spain full", "step")
    assert meaning is not None
    assert meaning.intent == "Hurts"


def test_every_intent_and_every_value_is_selected(content: Content, selection: Selection) -> None:
    intents = {template.intent for template in content.sentences.templates(None)}
    values = {value for line in selection.sentences for value in line.slots.items()}

    assert {line.intent for line in selection.sentences} == intents
    for name, texts in content.library.lists.items():
        assert {(name, text) for text in texts} <= values
    assert {("number", number) for number in range(1, 31)} <= values


def test_a_sentence_of_several_contexts_is_selected_once(
    content: Content, selection: Selection
) -> None:
    said = [(line.intent, line.text) for line in selection.sentences]
    templates = content.sentences.templates(None)
    elsewhere = {each.intent for each in templates if not each.holds_in(Phase.STEP)}
    contexts = {line.context for line in selection.sentences if line.intent not in elsewhere}

    assert len(said) == len(set(said))
    assert {"GoTo", "Emergency", "Louder"}.isdisjoint(elsewhere)
    assert contexts == {Phase.STEP}


def test_a_list_without_values_has_no_sentences(content: Content) -> None:
    pack = BUILT_IN_PACKS / "hand-massage.toml"
    needing_nothing = load_content(Settings(), [pack])

    found = select_sentences(needing_nothing.sentences, lambda _: True)

    choices = [line for line in found.sentences if line.intent.startswith("Choose")]
    assert "ChooseThing" not in {line.intent for line in choices}
    assert spoken_prompts(needing_nothing, choices)


def test_all_short_sentences_and_a_covering_few_are_selected() -> None:
    parts = {
        RehearsalSentence("step", "Stop", {}, text): set(parts)
        for text, parts in {
            "stop": "a",
            "stop now": "ab",
            "will you stop": "ac",
            "will you stop now": "abc",
            "could you please stop": "cd",
        }.items()
    }

    assert [line.text for line in covering_sentences(parts)] == [
        "stop",
        "stop now",
        "could you please stop",
    ]


def test_a_sentence_of_two_intents_is_selected_for_both(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "language: en\nintents:\n"
        "  A: {data: [{sentences: [go on], requires_context: {context: step}}]}\n"
        "  B: {data: [{sentences: [go on], requires_context: {context: step}}]}\n"
    )

    found = select_sentences(load_sentences(tmp_path), lambda _: True)

    assert [(line.intent, line.text) for line in found.sentences] == [
        ("A", "go on"),
        ("B", "go on"),
    ]


OWN_SENTENCES = (
    "language: en\nintents:\n"
    "  Sea:\n    data:\n      - sentences: ['the sea']\n"
    "        requires_context: {context: [step]}\n"
    "  See:\n    data:\n      - sentences: ['the see']\n"
    "        requires_context: {context: [step]}\n"
    "  ChooseRoutine:\n    data:\n      - sentences: ['start the {routine}']\n"
    "        requires_context: {context: [choosing]}\n"
)
"""Two sentences that sound the same, and one with a place that packs fill."""


def test_unknown_words_are_reported_instead_of_said(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(OWN_SENTENCES)
    sentences = load_sentences(file, {"routine": ["trapezius", "neck"]})

    found = select_sentences(sentences, lambda word: word != "trapezius")

    assert [line.text for line in found.sentences] == ["the sea", "the see", "start the neck"]
    (unknown,) = unknown_word_results(found.unknown)
    assert (unknown.word, unknown.intent, unknown.value) == (
        "trapezius",
        "ChooseRoutine",
        "trapezius",
    )
    assert unknown.suggestion == (
        'the model has no word "trapezius": write "trapezius" with words it knows, or leave it out'
    )


# The guide's prompts


def test_all_prompts_are_found(selection: Selection) -> None:
    content = load_content(Settings(), [PACK])
    (routine,) = content.library.routines

    prompts = spoken_prompts(content, selection.sentences)

    texts = {prompt.text for prompt in prompts}
    for _, text in spoken_texts(routine):
        named = [text.replace("{side}", side) for side in ("left", "right")]
        assert any(text in found for text in named for found in texts), text
    for phase in set(Phase) - {Phase.ASLEEP}:
        area = content.library.example
        for name in (f"help.{phase}", f"hint.{phase}"):
            assert SpokenPrompt(phase, content.prompts(name, example=area)) in prompts
    for name in ("slowest", "loudest", "nothing_chosen", "first_step_already", "still_paused"):
        assert content.prompts(name) in texts


def test_commands_embedded_in_a_prompt_are_found(content: Content) -> None:
    def commands(text: str) -> list[tuple[str, str, bool]]:
        found = embedded_commands(SpokenPrompt("step", text), content.sentences)
        return [(part.words, part.meaning.intent, part.is_quoted) for part in found]

    assert commands("Stop now. The routine is over.") == [("stop now", "Stop", False)]
    assert commands('Time is up. Say "next" to finish.') == [("next", "Next", True)]
    assert commands("Stand up, with your back against the wall.") == []


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
    own_language("en", commands=OWN_SENTENCES)
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
