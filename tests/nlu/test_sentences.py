"""From templates to what can be said, and from words back to what is meant."""

from pathlib import Path

import pytest
from support.matchers import matcher_of

from voice_guide.app.content import Content, load_content
from voice_guide.app.speech_input import new_matcher
from voice_guide.config.settings import HearingSettings, Settings
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.errors import VoiceGuideError
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.matcher import Matcher
from voice_guide.nlu.sampling import drawn_from, drawn_sentences, words_of
from voice_guide.nlu.sentence_files import load_sentences
from voice_guide.nlu.sentence_prefixes import SentencePrefixes
from voice_guide.nlu.sentences import Meaning, Sentences

ORDER = """
language: en
intents:
  Order:
    data:
      - sentences:
          - "(give me|i'd like) [a] (<size>;<roast>;{drink};<milk>;<sweet>;<shots>) [please]"
lists:
  size: {values: [small, medium, large, eight ounce, twelve ounce, sixteen ounce]}
  roast: {values: [light roast, medium roast, dark roast]}
  drink: {values: [americano, cappuccino, coffee, espresso, latte, mocha]}
  milk: {values: [almond milk, cream, oat milk, skim milk, soy milk, whole milk]}
  sweet: {values: [brown sugar, honey, sugar, sweetener]}
  shots: {values: [{in: single shot, out: 1}, {in: double shot, out: 2}]}
expansion_rules:
  size: "[in] {size}"
  roast: "[with a] {roast}"
  milk: "[with|and] [some] {milk}"
  sweet: "[with|and] [some|a little] {sweet}"
  shots: "[with|and] [a] {shots}"
"""
"""720 orders of six slots with their connecting words: some 10^8 sentences."""


_ONE_IN_SO_MANY = 10
"""Sentences of a template of which one is matched, which takes fifty times as long as finding it
in the graph of all sentences."""


def sentences(tmp_path: Path, text: str) -> Sentences:
    file = tmp_path / "sentences.yaml"
    file.write_text(text, "utf-8")
    return load_sentences(file)


@pytest.fixture
def matcher(content: Content) -> Matcher:
    return matcher_of(content.sentences)


def intent_of(matcher: Matcher, text: str, context: str) -> str | None:
    meanings = matcher.interpret(text, context).meanings
    return meanings[0].intent if meanings else None


def test_the_guide_answers_every_intent_and_no_other(content: Content) -> None:
    guide = DialogueManager(content.library, content.prompts, Settings())
    spoken = {template.intent for template in content.sentences.templates(None)}
    assert guide.intents == spoken


def test_stop_pause_help_and_pain_are_heard_everywhere_but_asleep(content: Content) -> None:
    for context in set(content.sentences.contexts) - {"asleep"}:
        for text in ("stop", "wait", "help", "it hurts", "goodbye"):
            assert content.sentences.match(text, context), (text, context)


def test_the_model_can_hear_every_template_in_some_way(
    content: Content, model: SpeechModel
) -> None:
    unheard = [
        (template.intent, texts[0])
        for template in content.sentences.templates(None)
        if (texts := drawn_from(template))
        and not any(all(map(model.knows, text.split())) for text in texts)
    ]
    assert unheard == []


def test_every_sentence_means_something_and_a_safe_one_something_safe(content: Content) -> None:
    # Of several intents with the same sentence, the first or the more urgent one counts.
    safe = content.sentences.safe_intents
    prefixes = content.interpreter.prefixes
    for template in content.sentences.templates(None):
        texts = drawn_from(template) if template.is_said else []
        for text in texts[::_ONE_IN_SO_MANY]:
            found = content.sentences.meanings(text, None, template.intent)
            assert any(found), (template.intent, text)
        for context in filter(template.holds_in, content.sentences.contexts):
            for text in texts:
                intents = prefixes.intents(text.split(), context)
                assert template.intent in intents, (context, text)
                if template.intent in safe and not intents <= safe:
                    meaning = content.sentences.match(text, context)
                    assert meaning, (context, text)
                    assert meaning.intent in safe, (context, text)


def test_yes_no_on_and_off_are_words(tmp_path: Path) -> None:
    text = "language: en\nintents: {Answer: {data: [{sentences: [yes, no, on, off]}]}}"
    assert sentences(tmp_path, text).match("no", None) is not None


def test_a_context_hides_the_sentences_of_the_others(content: Content) -> None:
    assert content.sentences.match("next step", "step") is not None
    assert content.sentences.match("next step", "choosing") is None


def test_asleep_there_is_nothing_but_the_wake_phrase(content: Content) -> None:
    templates = content.sentences.templates("asleep")
    assert {template.intent for template in templates} == {"Wake"}
    assert content.sentences.match("hey guide", "asleep") == Meaning(
        "Wake", {"wake_phrase": "hey guide"}
    )


def test_what_only_sounds_like_the_wake_phrase_is_expected_and_means_nothing(
    matcher: Matcher,
) -> None:
    for text in ("hey guy", "the guide", "my guide"):
        assert text in matcher.expected("asleep")
        assert intent_of(matcher, text, "asleep") is None


def test_the_wake_phrase_is_what_was_set() -> None:
    content = load_content(Settings(hearing=HearingSettings(wake_phrase="Computer")))
    assert content.sentences.match("computer", "asleep") is not None
    assert content.sentences.match("hey guide", "asleep") is None


def test_a_list_of_the_file_itself_is_what_it_says(tmp_path: Path) -> None:
    file = tmp_path / "lights.yaml"
    file.write_text(
        "language: en\nintents: {Light: {data: [{sentences: ['light the {area}']}]}}\n"
        "lists: {area: {values: [kitchen]}}",
        "utf-8",
    )
    lights = load_sentences(file, {"area": ["upper back"]})
    assert lights.match("light the kitchen", None) is not None
    assert lights.match("light the upper back", None) is None


def test_a_context_may_be_left_out(tmp_path: Path) -> None:
    lamp = sentences(
        tmp_path,
        """
language: en
intents:
  Lamp: {data: [{sentences: [lamp on], excludes_context: {context: [night, away]}}]}
  Door: {data: [{sentences: [close the door], requires_context: {context: night}}]}
""",
    )
    assert lamp.contexts == ("night", "away")
    assert lamp.match("lamp on", "day") is not None
    assert lamp.match("lamp on", "night") is None
    assert lamp.match("lamp on", "away") is None
    assert lamp.match("lamp on", None) is not None


SUB_CONTEXTS = """
language: en
intents:
  Next: {data: [{sentences: [next], requires_context: {context: step}}]}
  Ready: {data: [{sentences: [okay], requires_context: {context: step.ready}}]}
  Faster: {data: [{sentences: [faster], excludes_context: {context: step.running}}]}
  Louder: {data: [{sentences: [louder], excludes_context: {context: step}}]}
"""


def test_a_sub_context_has_its_parents_sentences_and_its_own(tmp_path: Path) -> None:
    step = sentences(tmp_path, SUB_CONTEXTS)
    assert step.contexts == ("step", "step.ready", "step.running")
    understood = {
        context: {
            text for text in ("next", "okay", "faster", "louder") if step.match(text, context)
        }
        for context in (*step.contexts, "paused")
    }
    assert understood == {
        "step": {"next", "faster"},
        "step.ready": {"next", "okay", "faster"},
        "step.running": {"next"},
        "paused": {"faster", "louder"},
    }


def test_numbers_are_numbers(content: Content) -> None:
    meaning = content.sentences.match("go to step twenty one", "step")
    assert meaning is not None
    assert meaning.slots == {"number": 21}


def test_every_word_that_can_be_said_is_expected(content: Content, model: SpeechModel) -> None:
    for context in content.sentences.contexts:
        drawn = drawn_sentences(content.sentences, context, model.knows)
        known = {word for word in words_of(content.sentences, context) if model.knows(word)}
        assert {word for text in drawn for word in text.split()} == known


def test_sentences_of_other_contexts_are_expected_too(
    content: Content, model: SpeechModel
) -> None:
    expected = new_matcher(content.interpreter, model, content.language).expected("paused")
    assert "next step" in expected


def test_what_the_model_cannot_hear_is_not_expected(tmp_path: Path) -> None:
    text = "language: en\nintents: {Rub: {data: [{sentences: ['rub the (trapezius|neck)']}]}}"
    drawn = drawn_sentences(sentences(tmp_path, text), None, lambda word: word != "trapezius")
    assert set(drawn) == {"rub the neck"}


def test_the_same_is_expected_each_time(content: Content, model: SpeechModel) -> None:
    once, again = (
        new_matcher(content.interpreter, model, content.language).expected("step")
        for _ in range(2)
    )
    assert once == again


def test_sentences_too_many_to_list_are_understood(tmp_path: Path) -> None:
    orders = sentences(tmp_path, ORDER)
    assert len(drawn_sentences(orders, None, lambda _: True)) < 10_000
    text = (
        "give me a large latte with oat milk dark roast and a double shot with some honey please"
    )
    (meaning,) = matcher_of(orders).interpret(text, None).meanings
    assert meaning.slots == {
        "size": "large",
        "drink": "latte",
        "milk": "oat milk",
        "roast": "dark roast",
        "shots": 2,
        "sweet": "honey",
    }


def test_a_dropped_article_is_forgiven(matcher: Matcher) -> None:
    assert intent_of(matcher, "i have towel", "choosing") == "ChooseThing"
    assert intent_of(matcher, "go to third step", "step") == "GoTo"


def test_a_command_is_not_picked_out_of_talk(matcher: Matcher) -> None:
    for text in (
        "he said stop and went on",
        "the next step would be to ask her",
        "i was hurt",
        "back then it was different",
        "[unk] next",
    ):
        assert intent_of(matcher, text, "step") is None, text


def test_a_safe_sentence_beside_talk_may_begin_with_an_article(matcher: Matcher) -> None:
    assert intent_of(matcher, "the pain is terrible my brother said", "step") == "Hurts"
    assert intent_of(matcher, "an emergency on tv yesterday", "step") is None


def test_no_word_is_taken_for_another(matcher: Matcher) -> None:
    for text in ("how many steps or left", "got bye", "nest step", "go to step tree"):
        assert intent_of(matcher, text, "step") is None, text


@pytest.fixture
def prefixes(content: Content) -> SentencePrefixes:
    return SentencePrefixes(content.sentences.templates(None))


def test_next_means_the_same_however_it_goes_on(prefixes: SentencePrefixes) -> None:
    assert not prefixes.may_change(["next"], "step")
    assert not prefixes.may_change(["stop"], "step")


def test_back_may_go_on_to_mean_something_else(prefixes: SentencePrefixes) -> None:
    assert prefixes.may_change(["back"], "choosing")
    assert prefixes.may_change(["go", "to", "step", "twenty"], "step")


def test_a_context_knows_only_its_own_beginnings(prefixes: SentencePrefixes) -> None:
    assert prefixes.may_begin(["go", "to"], "step")
    assert not prefixes.may_begin(["go", "to", "step"], "choosing")
    assert not prefixes.may_begin(["kitchen"], None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a list", "no keys at the top"),
        ("language: [", "not YAML"),
        ("language: en", "intents"),
        ("language: en\nintents: {A: {data: [{sentences: ['{x}']}]}}", "no list {x}"),
        ("language: en\nintents: {A: {data: [{sentences: ['<x>']}]}}", "no rule <x>"),
        ("language: en\nintents: {A: {data: [{sentences: ['(a']}]}}", "(a"),
        (
            "language: en\nintents: {A: {data: [{sentences: ['<x>']}]}}\n"
            "expansion_rules: {x: 'a [<x>]'}",
            "refers to itself",
        ),
    ],
)
def test_a_bad_sentence_file_is_named_with_what_is_wrong(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(VoiceGuideError) as failure:
        sentences(tmp_path, text)
    assert "sentences.yaml" in str(failure.value)
    assert says in str(failure.value)
    assert "\n" not in str(failure.value)
