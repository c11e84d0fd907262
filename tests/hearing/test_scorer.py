"""What an utterance is taken to mean, given all that the recognizer makes of it."""

from math import inf

import numpy as np
import pytest
from hassil.intents import Intents
from support.matchers import matcher_of

from voice_guide.hearing.recognizer import Hypothesis, Word
from voice_guide.hearing.scorer import ScoredCommand, read
from voice_guide.nlu.sentences import Sentences

SENTENCES = Sentences(
    Intents.from_dict(
        {
            "language": "en",
            "intents": {
                "Stop": {"data": [{"sentences": ["stop [now|please]"]}]},
                "Pause": {"data": [{"sentences": ["pause"], "metadata": {"safe": True}}]},
                "Louder": {"data": [{"sentences": ["louder"]}]},
                "GoTo": {
                    "data": [
                        {
                            "sentences": ["go to step {number}"],
                            "requires_context": {"context": "step"},
                        }
                    ]
                },
                "Wake": {
                    "data": [
                        {"sentences": ["hey guide"]},
                        {"sentences": ["hey guy"], "requires_context": {"meant_for": "another"}},
                    ]
                },
                "Resume": {
                    "data": [{"sentences": ["go on"], "requires_context": {"context": "paused"}}]
                },
            },
            "lists": {"number": {"values": [{"in": "two", "out": 2}, {"in": "three", "out": 3}]}},
        }
    )
)

UNDERSTANDING = matcher_of(SENTENCES)


def heard(**score_of: float) -> ScoredCommand | None:
    """Read what may have been said in the middle of a step, `go_on=-1` for "go on"."""
    by_score = sorted(score_of.items(), key=lambda item: -item[1])
    return read(
        [
            Hypothesis(tuple(Word(text, 0, 0) for text in name.split("_") if text), score)
            for name, score in by_score
        ],
        UNDERSTANDING,
        "step",
    )


def meant(reading: ScoredCommand | None) -> tuple[str, dict[str, object]] | None:
    if reading is None:
        return None
    (meaning,) = reading.meanings
    return meaning.intent, dict(meaning.slots)


def odds(reading: ScoredCommand | None) -> float:
    assert reading is not None
    return reading.odds


def test_a_sentence_alone_is_beyond_doubt() -> None:
    reading = heard(stop=0)
    assert meant(reading) == ("Stop", {})
    assert odds(reading) == inf
    assert reading is not None
    assert reading.confidence == 1


def test_words_that_mean_nothing_are_no_command() -> None:
    assert heard(kitchen=0, lovely=-1) is None


def test_silence_may_be_the_likelier_alternative() -> None:
    assert odds(heard(_=0, stop=-2)) == pytest.approx(-2)


def test_different_words_for_the_same_thing_support_one_another() -> None:
    alone = heard(kitchen=0, stop=-0.5)
    together = heard(kitchen=0, stop=-0.5, stop_now=-0.5, stop_please=-0.5)
    assert odds(alone) == pytest.approx(-0.5)
    assert odds(together) == pytest.approx(-0.5 + np.log(3))


def test_the_likeliest_words_are_those_reported() -> None:
    reading = heard(kitchen=0, stop_now=-1, stop=-2)
    assert reading is not None
    assert reading.hypothesis.text == "stop now"


def test_a_likelier_sentence_of_another_context_wins() -> None:
    assert heard(go_on=0, stop=-1) is None
    assert meant(heard(stop=0, go_on=-1)) == ("Stop", {})


def test_another_command_that_is_less_likely_takes_confidence_but_not_odds() -> None:
    reading = heard(stop=0, go_to_step_three=-1)
    assert meant(reading) == ("Stop", {})
    assert odds(reading) == inf
    assert reading is not None
    assert reading.confidence == pytest.approx(1 / (1 + np.exp(-1)))


def test_decoys_speak_against_a_command_together() -> None:
    assert odds(heard(stop=0, kitchen=-1)) == pytest.approx(1)
    assert odds(heard(stop=0, kitchen=-1, lovely=-1)) == pytest.approx(1 - np.log(2))


def test_a_plausible_negation_is_heeded_whatever_the_odds() -> None:
    assert heard(stop=0, **{"don't_stop": -1}) is None
    assert meant(heard(stop=0, **{"don't_stop": -9})) == ("Stop", {})


def test_a_negation_that_changes_nothing_supports_its_sentence() -> None:
    assert odds(heard(pause=0, no_pause=-1)) == inf


@pytest.mark.parametrize(("pause_s", "obeyed"), [(0.2, ("Pause", {})), (0.0, None)])
def test_a_safe_sentence_apart_from_other_words_is_obeyed(
    pause_s: float, obeyed: tuple[str, dict[str, object]] | None
) -> None:
    words = (Word("pause", 0, 0.4), Word("the", 0.4 + pause_s, 0.6), Word("kettle", 0.6, 1))
    assert meant(read([Hypothesis(words, 0)], UNDERSTANDING, "step")) == obeyed


def test_a_safe_sentence_among_other_words_is_no_other_command_than_itself() -> None:
    assert odds(heard(pause_the_kettle=0, pause=-2)) == pytest.approx(-2)
    assert heard(go_on=0, pause=-4) is None


def test_other_sentences_are_not_obeyed_among_other_words() -> None:
    assert meant(heard(go_to_step_three_the_kettle_is_boiling=0)) is None


def test_two_commands_in_one_utterance_are_both_read() -> None:
    reading = heard(go_to_step_three_and_louder=0)
    assert reading
    assert [meaning.intent for meaning in reading.meanings] == ["GoTo", "Louder"]


def test_a_value_that_was_not_heard_is_not_guessed() -> None:
    assert heard(go_to_step_tree=0) is None
    assert heard(go_to_step=0) is None


def test_a_command_is_in_doubt_where_what_only_sounds_like_it_is_likelier() -> None:
    likelier, likely = heard(hey_guide=0, hey_guy=-1), heard(hey_guide=-2, hey_guy=0)

    assert likelier
    assert likely
    assert meant(likelier) == meant(likely) == ("Wake", {})
    assert (likelier.is_doubtful, likely.is_doubtful) == (False, True)
    assert likely.confidence < 0.5 < likelier.confidence


def test_what_sounds_much_more_like_something_else_is_no_command() -> None:
    assert heard(hey_guide=-6, hey_guy=0) is None
