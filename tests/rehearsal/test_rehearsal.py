"""Rehearsing: what is said, what is made of what was heard, and one real run."""

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
from voice_guide.nlu.sampling import words_of
from voice_guide.nlu.sentences import Sentences
from voice_guide.rehearsal import run
from voice_guide.rehearsal.acoustic_test import Condition, Take
from voice_guide.rehearsal.output import as_json, show
from voice_guide.rehearsal.prompts import Prompt, contained, prompts_of
from voice_guide.rehearsal.report import (
    Outcome,
    Report,
    advised,
    confusions_in,
    echoes_of,
    outcome_of,
    unheard,
)
from voice_guide.rehearsal.sentences import Line, Lines, UnknownWord, covering, lines_of
from voice_guide.routines.library import FOLDER, said
from voice_guide.tts.pyttsx3_tts import VoiceSpec

PACK = FOLDER / "tennis-ball-wall.toml"


# What is said


@pytest.fixture(scope="module")
def lines(content: Content, model: SpeechModel) -> Lines:
    return lines_of(content.sentences, model.knows)


def test_every_word_that_people_can_say_is_said(content: Content, lines: Lines) -> None:
    said = {word for line in lines.lines for word in line.text.split()}
    not_said = {"guy", "tide"}

    assert said < words_of(content.sentences, None)
    assert not_said <= words_of(content.sentences, None) - said
    assert lines.unknown == ()


def test_what_nobody_says_is_listened_for_and_not_rehearsed(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "language: en\nintents:\n"
        "  Hurts:\n    data:\n      - sentences: [it's painful]\n"
        "      - sentences: [it spain full]\n        metadata: {said: false}\n"
    )
    sentences = Sentences.load(tmp_path)

    found = lines_of(sentences, lambda _: True)

    assert [line.text for line in found.lines] == ["it's painful"]
    meaning = sentences.match("it spain full", "step")
    assert meaning is not None
    assert meaning.intent == "Hurts"


def test_every_intent_and_every_value_is_said(content: Content, lines: Lines) -> None:
    intents = {template.intent for template in content.sentences.templates(None)}
    values = {value for line in lines.lines for value in line.slots.items()}

    assert {line.intent for line in lines.lines} == intents
    for name, texts in content.library.lists.items():
        assert {(name, text) for text in texts} <= values
    assert {("number", number) for number in range(1, 31)} <= values


def test_a_sentence_of_several_contexts_is_said_in_one(lines: Lines) -> None:
    said = [(line.intent, line.text) for line in lines.lines]
    places = {line.context for line in lines.lines if line.intent in ("Stop", "GoTo", "Next")}

    assert len(said) == len(set(said))
    assert places == {Phase.STEP}


def test_a_list_without_values_has_no_sentences(content: Content) -> None:
    pack = FOLDER / "hand-massage.toml"
    needing_nothing = load_content(Settings(), [pack])

    found = lines_of(needing_nothing.sentences, lambda _: True)

    choices = [line for line in found.lines if line.intent.startswith("Choose")]
    assert "ChooseThing" not in {line.intent for line in choices}
    assert prompts_of(needing_nothing, choices)


def test_what_is_short_is_said_and_else_as_little_as_will_do() -> None:
    parts = {
        Line("step", "Stop", {}, text): set(parts)
        for text, parts in {
            "stop": "a",
            "stop now": "ab",
            "will you stop": "ac",
            "will you stop now": "abc",
            "could you please stop": "cd",
        }.items()
    }

    assert [line.text for line in covering(parts)] == ["stop", "stop now", "could you please stop"]


def test_words_that_two_intents_have_are_said_for_both(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "language: en\nintents:\n"
        "  A: {data: [{sentences: [go on], requires_context: {context: step}}]}\n"
        "  B: {data: [{sentences: [go on], requires_context: {context: step}}]}\n"
    )

    found = lines_of(Sentences.load(tmp_path), lambda _: True)

    assert [(line.intent, line.text) for line in found.lines] == [("A", "go on"), ("B", "go on")]


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


def test_what_the_model_cannot_hear_is_not_said_but_told(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(OWN_SENTENCES)
    sentences = Sentences.load(file, {"routine": ["trapezius", "neck"]})

    found = lines_of(sentences, lambda word: word != "trapezius")

    assert [line.text for line in found.lines] == ["the sea", "the see", "start the neck"]
    (unknown,) = unheard(found.unknown)
    assert (unknown.word, unknown.intent, unknown.value) == (
        "trapezius",
        "ChooseRoutine",
        "trapezius",
    )
    assert unknown.suggestion == (
        'the model has no word "trapezius": write "trapezius" with words it knows, or leave it out'
    )


# What the guide says


def test_everything_that_the_guide_says_is_found(lines: Lines) -> None:
    content = load_content(Settings(), [PACK])
    (routine,) = content.library.routines

    prompts = prompts_of(content, lines.lines)

    texts = {prompt.text for prompt in prompts}
    for _, text in said(routine):
        named = [text.replace("{side}", side) for side in ("left", "right")]
        assert any(text in found for text in named for found in texts), text
    for phase in set(Phase) - {Phase.ASLEEP}:
        place = content.library.example
        for name in (f"help.{phase}", f"hint.{phase}"):
            assert Prompt(phase, content.prompts(name, example=place)) in prompts
    for name in ("slowest", "loudest", "nothing_chosen", "first_step_already", "still_paused"):
        assert content.prompts(name) in texts


def test_a_command_in_a_prompt_is_found_by_its_words(content: Content) -> None:
    def commands(text: str) -> list[tuple[str, str, bool]]:
        found = contained(Prompt("step", text), content.sentences)
        return [(part.words, part.meaning.intent, part.is_quoted) for part in found]

    assert commands("Stop now. The routine is over.") == [("stop now", "Stop", False)]
    assert commands('Time is up. Say "next" to finish.') == [("next", "Next", True)]
    assert commands("Stand up, with your back against the wall.") == []


# What is made of it


def takes(condition: Condition, *heard: tuple[str, str]) -> list[Take]:
    """Return takes by what each was taken for, and the words heard."""
    return [
        Take("en", condition, (command,) if command else (), words) for command, words in heard
    ]


def unlike(name: str, value: object) -> tuple[str, ...]:
    """No two values come to the same."""
    return ()


def outcome(text: str, intent: str, quiet: int, noise: int, **slots: Any) -> Outcome:
    """Return the outcome of a sentence said ten times in each condition."""
    line = Line("step", intent, slots, text)
    meaning = outcome_of(line, [], unlike).meaning
    heard = []
    for condition, understood in ((Condition.QUIET, quiet), (Condition.NOISE, noise)):
        heard += takes(condition, *[(meaning, text)] * understood)
        heard += takes(condition, *[("", "a noise")] * (10 - understood))
    return outcome_of(line, heard, unlike)


def report(outcomes: Iterable[Outcome], **others: Any) -> Report:
    return Report(
        **{
            "threshold": 95.0,
            "voices": ("en",),
            "voices_left_out": (),
            "sentences": advised(list(outcomes), 95.0),
            "confusions": (),
            "unknown": (),
            "echoes": (),
            **others,
        }
    )


def test_what_was_heard_is_counted() -> None:
    line = Line("step", "GoTo", {"number": 3}, "step three")
    quiet = takes(
        Condition.QUIET,
        ("GoTo number=3", "step three"),
        ("GoTo number=3", "steps three"),
        ("", "three"),
        ("", "three"),
        ("GoTo number=13", "step thirteen"),
    )

    heard = outcome_of(line, [*quiet, *takes(Condition.NOISE, ("", ""))], unlike).heard

    assert (heard[Condition.QUIET].said, heard[Condition.QUIET].understood) == (5, 2)
    assert [(m.taken_for, m.words, m.times) for m in heard[Condition.QUIET].misheard] == [
        ((), "three", 2),
        (("GoTo number=13",), "step thirteen", 1),
    ]
    assert heard[Condition.NOISE].percent == 0


def test_what_comes_to_the_same_is_understood(content: Content) -> None:
    line = Line("choosing", "ChooseArea", {"area": "shoulders"}, "my shoulders")
    heard = takes(
        Condition.QUIET,
        ("ChooseArea area=shoulder", "my shoulder"),
        ("ChooseArea area=neck", "my neck"),
    )

    tally = outcome_of(line, heard, content.library.alike).heard[Condition.QUIET]

    assert (tally.understood, tally.misheard[0].words) == (1, "my neck")


def test_two_commands_are_not_what_was_meant() -> None:
    line = Line("step", "Next", {}, "next")

    heard = outcome_of(
        line, [Take("en", Condition.QUIET, ("Next", "Stop"), "next stop")], unlike
    ).heard

    assert heard[Condition.QUIET].understood == 0


def test_a_confused_pair_is_told_with_what_to_do() -> None:
    line = Line("step", "Resume", {}, "go on")
    heard = [
        *takes(Condition.QUIET, ("Pause", "hold on"), ("Resume", "go on")),
        *takes(Condition.NOISE, ("Pause", "hold on"), ("Pause", "hold on")),
    ]

    (found,) = confusions_in([outcome_of(line, heard, unlike)])

    assert (found.text, found.meant, found.taken_for) == ("go on", "Resume", "Pause")
    assert found.times == {Condition.QUIET: 1, Condition.NOISE: 2}
    assert found.suggestion == (
        '"go on" sounds like "hold on" in step: give one of them a longer wording'
    )


def test_the_same_words_for_two_commands_are_told() -> None:
    heard = outcome_of(
        Line("step", "A", {}, "go on"), takes(Condition.QUIET, ("B", "go on")), unlike
    )

    (found,) = confusions_in([heard])

    assert found.suggestion == '"go on" means A and B in step: take it out of one of them'


def test_the_best_wording_is_named() -> None:
    weak, good, fair = advised(
        [
            outcome("i'm done", "Next", 7, 7),
            outcome("next step", "Next", 10, 10),
            outcome("carry on", "Next", 10, 6),
        ],
        95.0,
    )

    assert weak.suggestion == '"next step" is well heard: have the guide suggest that one'
    assert good.suggestion == ""
    assert fair.suggestion == weak.suggestion


def test_a_value_that_is_misheard_needs_another_way_to_say_it() -> None:
    weak, *_ = advised(
        [
            outcome("start hand neck massage", "ChooseRoutine", 4, 1, routine="hand neck massage"),
            outcome("twisted scarf", "ChooseRoutine", 10, 9, routine="twisted scarf"),
        ],
        95.0,
    )
    wording, *_ = advised(
        [
            outcome("give me ball one", "ChooseRoutine", 4, 1, routine="ball one"),
            outcome("start ball one", "ChooseRoutine", 10, 9, routine="ball one"),
        ],
        95.0,
    )

    assert weak.suggestion == (
        'add another way to say "hand neck massage": "twisted scarf" is well heard'
    )
    assert wording.suggestion == '"start ball one" is well heard: have the guide suggest that one'


def test_a_number_that_is_misheard_needs_another_wording() -> None:
    weak, *_ = advised(
        [
            outcome("step thirteen", "GoTo", 4, 1, number=13),
            outcome("go to step number ten", "GoTo", 10, 9, number=10),
        ],
        95.0,
    )

    assert weak.suggestion == 'try the wording of "go to step number ten", which is well heard'


def test_without_a_better_wording_one_is_asked_for() -> None:
    (weak,) = advised([outcome("skip", "Next", 2, 0)], 95.0)

    assert weak.suggestion == (
        "no wording of Next is well heard: add one with more or longer words"
    )


def test_the_same_command_in_many_prompts_is_one_finding(content: Content) -> None:
    prompts = [Prompt("step", "Louder."), Prompt("paused", "Louder."), Prompt("step", "Stop it.")]
    parts = [(p, part) for p in prompts for part in contained(p, content.sentences)]
    heard = takes(Condition.QUIET, ("Louder", "louder"), ("Pause", "hold on"))

    found = echoes_of(parts, [(prompts[0], take) for take in heard])

    assert [(e.by, e.command, e.contexts, e.prompts) for e in found] == [
        ("sound", "Pause", ("step",), ("Louder.",)),
        ("text", "Louder", ("paused", "step"), ("Louder.",)),
        ("text", "Stop", ("step",), ("Stop it.",)),
    ]
    assert all(echo.suggestion for echo in found)


def test_what_fails_is_a_quiet_room_below_the_threshold_or_an_unknown_word() -> None:
    good, weak = outcome("next step", "Next", 10, 0), outcome("skip", "Next", 8, 0)
    (word,) = unheard([UnknownWord("trapezius", "ChooseRoutine", "", "trapezius")])

    assert report([good]).passed
    assert not report([good, weak]).passed
    assert report([good, weak], threshold=90.0).passed
    assert not report([good], unknown=(word,)).passed


# At a shell


@pytest.mark.parametrize(("quiet", "status"), [(10, 0), (9, 1)])
def test_an_author_can_use_it_as_a_test(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], quiet: int, status: int
) -> None:
    made_up = report([outcome("next step", "Next", quiet, 8)])
    monkeypatch.setattr(run, "rehearse", lambda packs, threshold: made_up)

    with pytest.raises(SystemExit) as caught:
        main(["rehearse"])

    assert caught.value.code == status
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("1 sentences in 1 voices")
    verdict = "failed" if status else "passed"
    assert told[-1] == f"{verdict}: {quiet}0.0 % understood in the quiet room, 95 % asked for"


def test_the_report_shows_the_worst_first(capsys: pytest.CaptureFixture[str]) -> None:
    show(report([outcome("skip", "Next", 8, 0), outcome("back", "Back", 3, 0)]))

    told = capsys.readouterr().out
    assert told.index("step     back") < told.index("step     skip")
    assert "a noise → not understood" in told
    assert "Taken for another command" not in told


@pytest.mark.parametrize("wrong", ["lots", "-1", "101"])
def test_a_threshold_is_a_percentage(capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["rehearse", "--threshold", wrong])

    assert caught.value.code == 2
    assert "--threshold" in capsys.readouterr().err


def test_a_pack_that_cannot_be_read_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["rehearse", str(PACK), str(tmp_path / "none.toml")])

    told = capsys.readouterr()
    assert (caught.value.code, told.out) == (2, "")
    assert told.err == f"voice-guide: {tmp_path / 'none.toml'}: no such file\n"


def test_a_real_rehearsal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own_language("en", commands=OWN_SENTENCES)
    # As if nothing more were needed of a language.
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
    monkeypatch.setattr(run, "speakers", lambda language: (voices, ("en-gb",)))
    prompts = [Prompt("step", "The sea."), Prompt("step", "The see.")]
    monkeypatch.setattr(run, "prompts_of", lambda *_: prompts)

    with pytest.raises(SystemExit) as caught:
        main(["rehearse", "--json", str(pack)])

    told = capsys.readouterr()
    assert (caught.value.code, told.err) == (1, "")
    found = json.loads(told.out)
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
    # They sound the same: one of them is always taken for the other.
    pairs = {(each["meant"], each["taken_for"]) for each in found["confusions"]}
    assert pairs & {("Sea", "See"), ("See", "Sea")}
    (unknown,) = found["unknown"]
    assert (unknown["word"], unknown["value"]) == ("trapezius", "trapezius massage")
    # By its words each prompt is the one command; by its sound one of them is the other.
    assert [each["by"] for each in found["echoes"]] == ["sound", "text", "text"]


def test_the_json_has_all_there_is() -> None:
    found = json.loads(json.dumps(as_json(report([outcome("next", "Next", 10, 5)]))))

    assert set(found) == {
        *("passed", "understood", "contexts", "threshold", "voices", "voices_left_out"),
        *("sentences", "confusions", "unknown", "echoes"),
    }
    (sentence,) = found["sentences"]
    assert set(sentence) == {"context", "intent", "slots", "text", "heard", "suggestion"}
    assert found["understood"] == {"quiet": 100.0, "noise": 50.0}
