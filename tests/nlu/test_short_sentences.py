"""The short sentences of a template are listed one and all."""

import pytest
from hassil.intents import Intents

from voice_guide.nlu.sentences import Sentences
from voice_guide.nlu.short_sentences import short_sentences


def listed(sentence: str, max_count: int = 10) -> set[str]:
    """Return the sentences of no more than three words of a template."""
    intents = {"A": {"data": [{"sentences": [sentence]}]}}
    lists = {"drink": {"values": ["tea", "black tea"]}, "second": {"range": {"from": 0, "to": 59}}}
    rules = {"left": "(left|to go)"}
    described = {
        "language": "en",
        "intents": intents,
        "lists": lists,
        "expansion_rules": rules,
    }
    (template,) = Sentences(Intents.from_dict(described)).templates(None)
    return short_sentences(template, max_words=3, max_count=max_count)


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("next [step]", {"next", "next step"}),
        ("how (long|much) <left>", {"how long left", "how much left"}),
        ("a {drink} please", {"a tea please"}),
        ("[please] go on with the next step", set()),
    ],
)
def test_every_sentence_of_few_words_is_listed(sentence: str, found: set[str]) -> None:
    assert listed(sentence) == found


@pytest.mark.parametrize("sentence", ["wait {second} seconds", "(a;b;c)"])
def test_no_sentence_is_listed_of_a_template_that_has_very_many(sentence: str) -> None:
    assert listed(sentence) == set()


def test_no_sentence_is_listed_of_a_template_that_has_more_than_are_wanted() -> None:
    assert len(listed("(go|carry) (on|ahead)", max_count=4)) == 4
    assert listed("(go|carry) (on|ahead)", max_count=3) == set()
