"""Tests of the sentences and prompts that a rehearsal says."""

from pathlib import Path

import pytest
from support.own_languages import SMALL_LANGUAGE_COMMANDS

from voice_guide.app.content import Content, load_content
from voice_guide.config.settings import Settings
from voice_guide.dialogue.phase import Phase
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.sampling import words_of, words_of_templates
from voice_guide.nlu.sentence_files import load_sentences
from voice_guide.rehearsal.analysis import unknown_word_results
from voice_guide.rehearsal.prompts import SpokenPrompt, embedded_commands, spoken_prompts
from voice_guide.rehearsal.sentences import (
    RehearsalSentence,
    Selection,
    covering_sentences,
    select_sentences,
)
from voice_guide.routines.packs import BUILT_IN_PACKS, spoken_texts

PACK = BUILT_IN_PACKS / "tennis-ball-wall.toml"


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


def test_unknown_words_are_reported_instead_of_said(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(SMALL_LANGUAGE_COMMANDS)
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
