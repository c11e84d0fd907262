"""The graph of sentences tells how likely it is that a sentence goes on."""

import pytest
from hassil.intents import Intents

from voice_guide.nlu.sentence_prefixes import SentencePrefixes
from voice_guide.nlu.sentences import Sentences

SENTENCES = Sentences(
    Intents.from_dict(
        {
            "language": "en",
            "intents": {
                "Drink": {"data": [{"sentences": ["{drink} [with {milk}]", "{drink} now"]}]},
                "Next": {"data": [{"sentences": ["next [step]"]}]},
                "Back": {"data": [{"sentences": ["back"]}]},
                "Area": {"data": [{"sentences": ["back of my {area}"]}]},
            },
            "lists": {
                "drink": {"values": ["tea", "espresso"]},
                "milk": {"values": ["milk", "oat milk"]},
                "area": {"values": ["neck"]},
            },
        }
    )
)


@pytest.mark.parametrize(
    ("words", "chance"),
    [
        # Of two templates, one has a value in half of its sentences.
        ("tea", 1 / 4),
        ("tea with milk", 0.0),
        ("next", 0.0),
        # Another intent is not the same sentence.
        ("back", 0.0),
        ("coffee", 0.0),
    ],
)
def test_chance_of_more_is_the_share_of_sentences_that_go_on_to_a_value(
    words: str, chance: float
) -> None:
    prefixes = SentencePrefixes(SENTENCES.templates(None))
    assert prefixes.chance_of_more(words.split(), None) == pytest.approx(chance)
