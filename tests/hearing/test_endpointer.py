"""The endpointer ends an utterance when its words and the silence after them say so."""

import pytest
from hassil.intents import Intents
from support.matchers import matcher_of

from voice_guide.hearing.endpointer import Endpointer, extensible_s
from voice_guide.hearing.vad import HANGOVER_S, VoiceActivityDetector
from voice_guide.nlu.sentences import Sentences

SENTENCES = Sentences(
    Intents.from_dict(
        {
            "language": "en",
            "intents": {
                "Stop": {"data": [{"sentences": ["stop"]}]},
                "Back": {"data": [{"sentences": ["back"]}]},
                "Area": {"data": [{"sentences": ["back of my neck"]}]},
            },
        }
    )
)


class AfterSpeech(VoiceActivityDetector):
    """A detector in the middle of an utterance, after a silence of this length."""

    def __init__(self, silence_s: float) -> None:
        super().__init__()
        self.is_open = True
        self._after_s = silence_s

    @property
    def silence_s(self) -> float:
        return self._after_s


def ending(words: str, silence_s: float) -> tuple[bool, float]:
    """Return whether an utterance of these words is over, and the hangover it has then."""
    matcher = matcher_of(SENTENCES)
    vad = AfterSpeech(silence_s)
    is_over = Endpointer(matcher, vad).is_over(words.split, None)
    return is_over, vad.hangover_s


@pytest.mark.parametrize(
    ("words", "silence_s", "is_over"),
    [
        ("stop", 0.10, False),
        ("stop", 0.14, True),
        ("back", 0.14, False),
        ("back", 0.20, True),
        ("back of my neck", 0.14, True),
        ("banana", 0.14, False),
        ("banana", 0.20, True),
        ("banana split", 0.40, False),
        ("", 0.40, False),
    ],
)
def test_endpointer_waits_longer_where_more_words_could_follow(
    words: str, silence_s: float, is_over: bool
) -> None:
    assert ending(words, silence_s)[0] == is_over


@pytest.mark.parametrize(("words", "hangover_s"), [("back of", 1.0), ("banana split", HANGOVER_S)])
def test_endpointer_lengthens_the_hangover_after_the_beginning_of_a_sentence(
    words: str, hangover_s: float
) -> None:
    assert ending(words, 0.4) == (False, hangover_s)


def test_endpointer_ends_an_utterance_that_the_detector_has_ended() -> None:
    matcher = matcher_of(SENTENCES)
    assert Endpointer(matcher, VoiceActivityDetector()).is_over(list, None)


@pytest.mark.parametrize(
    ("chance", "needed_s"), [(0.0, 0.2), (0.1, 0.2), (0.5, 0.576), (1.0, 0.8)]
)
def test_endpointer_waits_the_longer_the_likelier_a_sentence_goes_on(
    chance: float, needed_s: float
) -> None:
    assert extensible_s(chance) == pytest.approx(needed_s, abs=0.001)
