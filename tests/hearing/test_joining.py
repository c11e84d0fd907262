"""What is said after a pause is read together with what was said before it."""

from collections.abc import Iterator

import pytest
from hassil.intents import Intents
from support.matchers import matcher_of

from voice_guide.hearing.joining import Joining
from voice_guide.hearing.recognizer import Hypothesis, Word
from voice_guide.nlu.sentences import Sentences

SENTENCES = Sentences(
    Intents.from_dict(
        {
            "language": "en",
            "intents": {
                "Next": {"data": [{"sentences": ["next [step]"]}]},
                "Louder": {"data": [{"sentences": ["louder"]}]},
                "Drink": {"data": [{"sentences": ["an espresso [with {milk}]"]}]},
            },
            "lists": {"milk": {"values": ["milk", "soy milk"]}},
        }
    )
)


def words(text: str, start_s: float) -> tuple[Word, ...]:
    """Return words of 0.3 s each."""
    starts: Iterator[tuple[int, str]] = enumerate(text.split())
    return tuple(Word(word, start_s + 0.3 * n, start_s + 0.3 * n + 0.3) for n, word in starts)


def joined(before: str, after: str, pause_s: float = 0.5) -> str | None:
    """Return the words that two parts of an utterance are read as, if they are one sentence."""
    joining = Joining(matcher_of(SENTENCES))
    first = words(before, 1.0)
    joining.remember(first)
    scored = joining.read([Hypothesis(words(after, first[-1].end_s + pause_s), 0.0)], None)
    return scored.hypothesis.text if scored else None


@pytest.mark.parametrize(("before", "after"), [("an espresso", "with soy milk"), ("next", "step")])
def test_joining_makes_one_sentence_of_what_a_pause_has_divided(before: str, after: str) -> None:
    assert joined(before, after) == f"{before} {after}"


@pytest.mark.parametrize("after", ["next", "louder", "kitchen"])
def test_joining_leaves_alone_what_is_a_command_of_its_own_or_none(after: str) -> None:
    assert joined("next", after) is None


def test_joining_ends_after_a_long_pause() -> None:
    assert joined("an espresso", "with soy milk", pause_s=2.0) is None


def test_joining_weighs_that_nothing_was_said_on() -> None:
    joining = Joining(matcher_of(SENTENCES))
    joining.remember(words("an espresso", 1.0))
    with_milk, nothing = words("with milk", 2.1), ()
    alone = joining.read([Hypothesis(with_milk, 0.0)], None)
    likely = joining.read([Hypothesis(with_milk, 2.0), Hypothesis(nothing, 0.0)], None)
    unlikely = joining.read([Hypothesis(nothing, 2.0), Hypothesis(with_milk, 0.0)], None)
    assert alone is not None
    assert likely is not None
    assert likely.confidence < alone.confidence
    assert unlikely is None


def test_joining_obeys_the_same_command_once() -> None:
    joining = Joining(matcher_of(SENTENCES))
    first = joining.read([Hypothesis(words("next step", 1.0), 0.0)], None)
    assert first is None
    joining.remember(words("next", 1.0))
    again = joining.read([Hypothesis(words("step", 1.8), 0.0)], None)
    assert again is not None
    assert not joining.is_obeyed(again)
    joining.was_obeyed(again)
    assert joining.is_obeyed(again)
