"""The matcher tells what is usually said, and what the recognizer is to expect."""

from itertools import product

import pytest
from hassil.intents import Intents
from support.matchers import matcher_of

from voice_guide.app.content import Content
from voice_guide.dialogue.phase import Phase
from voice_guide.nlu.matcher import Matcher
from voice_guide.nlu.sentences import Sentences


@pytest.fixture(scope="module")
def guide(content: Content) -> Matcher:
    return matcher_of(content.sentences)


@pytest.mark.parametrize("text", ["next step", "okay next", "stop stop please", "how long left"])
def test_what_people_say_to_the_guide_is_usual(guide: Matcher, text: str) -> None:
    assert guide.is_usual(text, Phase.STEP)


@pytest.mark.parametrize(
    "text",
    [
        "okay",  # said to other people as often
        "the next that",  # obeyed, but not how it is said
        "upper back",  # not listened for in a step
        "banana",
    ],
)
def test_what_is_as_often_talk_is_not_usual(guide: Matcher, text: str) -> None:
    assert not guide.is_usual(text, Phase.STEP)


def test_every_short_sentence_is_expected() -> None:
    described = {
        "language": "en",
        "intents": {"A": {"data": [{"sentences": ["(a|b|c|d) (e|f|g|h) (i|j|k)"]}]}},
    }
    expected = matcher_of(Sentences(Intents.from_dict(described))).expected(None)
    assert {" ".join(words) for words in product("abcd", "efgh", "ijk")} <= set(expected)
