"""The listener understands what synthetic people say, with the real speech model."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np
import pytest
from support.synthetic_people import PEOPLE, Person, in_a_quiet_room

from voice_guide.app.content import Content
from voice_guide.app.speech_input import new_listener, new_matcher
from voice_guide.audio.pcm import BLOCK, RATE, Samples, blocks_of, level_dbfs, silence, to_int16
from voice_guide.config.settings import Settings
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.ui.console import describe_command

MIN_UNDERSTOOD = 0.97
"""Part of all sentences, from all people together, that is understood."""

MIN_UNDERSTOOD_PER_PERSON = 0.92
"""The same for each person: some are harder to understand than others."""


CALLS, EVERY_S = 3, 2.5
"""Calls of a person who gets no answer, and seconds of silence between them."""

NOISE_DB = -20.0
"""Level of the noise against the voice, in dB."""


def over_noise(said: Samples, times: int) -> Samples:
    """Return what a microphone hears of words said several times over white noise."""
    level_db = NOISE_DB + level_dbfs(said)
    sound = np.tile(np.concatenate([silence(round(EVERY_S * RATE)), said]), times)
    sound = np.concatenate([sound, silence(RATE)]).astype(float)
    sound += np.random.default_rng(0).normal(0, 32768 * 10 ** (level_db / 20), len(sound))
    return to_int16(sound / 32768 / 2)


@dataclass(frozen=True)
class SpokenSentence:
    context: str
    text: str
    meaning: str


def said() -> list[SpokenSentence]:
    lines = (Path(__file__).parent / "spoken_sentences.txt").read_text("utf-8").splitlines()
    rows = [line.split("|") for line in lines if line and not line.startswith("#")]
    return [SpokenSentence(*(cell.strip() for cell in row)) for row in rows]


class Listeners:
    """One listener for each context, since building one takes longer than listening."""

    def __init__(self, model: SpeechModel, content: Content) -> None:
        matcher = new_matcher(content.interpreter, model, content.language)
        self._listeners = {
            context: new_listener(model, matcher, context, Settings())
            for context in content.sentences.contexts
        }

    def hear(self, sound: Samples, context: str, far_end: Samples | None = None) -> list[object]:
        played = blocks_of(far_end) if far_end is not None else []
        heard = blocks_of(sound)
        played += [silence()] * (len(heard) - len(played))
        listener = self._listeners[context]
        return [
            found for pair in zip(heard, played, strict=True) for found in listener.hear(*pair)
        ]

    def commands(self, sound: Samples, context: str) -> list[str]:
        return [describe_command(f) for f in self.hear(sound, context) if isinstance(f, Command)]


@pytest.fixture(scope="module")
def listeners(model: SpeechModel, content: Content) -> Listeners:
    return Listeners(model, content)


@pytest.fixture(scope="module")
def heard_from(listeners: Listeners) -> dict[Person, dict[SpokenSentence, list[str]]]:
    """The commands heard from every person and sentence."""
    return {
        person: {
            line: listeners.commands(in_a_quiet_room(person.says(line.text)), line.context)
            for line in said()
        }
        for person in PEOPLE
    }


def test_the_listener_understands_people(
    heard_from: dict[Person, dict[SpokenSentence, list[str]]],
) -> None:
    misheard = {
        person.name: {
            line.text: heard
            for line, heard in lines.items()
            if line.meaning != "nothing" and heard != [line.meaning]
        }
        for person, lines in heard_from.items()
    }
    said_by_each = sum(line.meaning != "nothing" for line in said())
    from_each = {name: 1 - len(lines) / said_by_each for name, lines in misheard.items()}
    assert mean(from_each.values()) >= MIN_UNDERSTOOD, misheard
    assert min(from_each.values()) >= MIN_UNDERSTOOD_PER_PERSON, misheard


def test_the_listener_understands_every_sentence_from_most_people(
    heard_from: dict[Person, dict[SpokenSentence, list[str]]],
) -> None:
    understood = Counter(
        line
        for lines in heard_from.values()
        for line, got in lines.items()
        if got == [line.meaning]
    )
    lines = [line for line in said() if line.meaning != "nothing"]
    assert [line for line in lines if understood[line] <= len(PEOPLE) / 2] == []


def test_every_person_can_wake_the_listener(
    heard_from: dict[Person, dict[SpokenSentence, list[str]]],
) -> None:
    deaf_to = {
        person.name: heard
        for person, lines in heard_from.items()
        for line, heard in lines.items()
        if (line.context, line.text) == ("asleep", "hey guide") and heard != [line.meaning]
    }
    assert deaf_to == {}


def test_sentences_of_other_contexts_are_no_commands(
    heard_from: dict[Person, dict[SpokenSentence, list[str]]],
) -> None:
    not_meant = {
        (person.name, line.text): heard
        for person, lines in heard_from.items()
        for line, heard in lines.items()
        if line.meaning == "nothing" and heard
    }
    assert not_meant == {}


def test_a_command_has_the_times_at_which_it_was_said(listeners: Listeners) -> None:
    words = PEOPLE[0].says("go to step three")
    before_s = sum(len(block) for block in blocks_of(in_a_quiet_room(words))) / RATE
    listeners.hear(in_a_quiet_room(words), "step")
    [command] = listeners.hear(in_a_quiet_room(words), "step")
    assert isinstance(command, Command)
    # The listener counts from its own start: other tests have used it before.
    started_s = command.decided_s - command.decided_s % BLOCK / RATE
    assert command.start_s < command.end_s < command.decided_s <= started_s + before_s
    assert command.end_s - command.start_s == pytest.approx(len(words) / RATE, abs=0.25)
    assert command.compute_ms > 0
    assert 0 < command.confidence <= 1


def test_a_command_is_decided_before_stock_vosk_would(listeners: Listeners) -> None:
    """Vosk itself waits for at least half a second of silence."""
    sound = in_a_quiet_room(PEOPLE[0].says("next step"), before_s=0.4)
    assert [type(found) for found in listeners.hear(sound, "step")] == [Command]
    listeners.hear(silence(RATE), "step")


def test_two_commands_in_a_row_are_two(listeners: Listeners) -> None:
    sound = np.concatenate([in_a_quiet_room(PEOPLE[0].says(text)) for text in ("next", "wait")])
    assert listeners.commands(sound, "step") == ["Next", "Pause"]


def test_the_rest_of_a_sentence_decided_early_is_no_second_utterance(listeners: Listeners) -> None:
    person = PEOPLE[0]
    pause = silence(round(0.3 * RATE))
    sound = np.concatenate([person.says("next"), pause, person.says("step")])
    assert [type(found) for found in listeners.hear(in_a_quiet_room(sound), "step")] == [Command]


def test_a_sentence_without_a_meaning_is_reported_as_not_understood(listeners: Listeners) -> None:
    sound = in_a_quiet_room(PEOPLE[0].says("what a lovely evening"))
    assert [type(found) for found in listeners.hear(sound, "step")] == [NotUnderstood]


def test_a_long_talk_is_ignored(listeners: Listeners) -> None:
    talk = "i told her that the train was late again and that we should have taken the other one"
    assert listeners.hear(in_a_quiet_room(PEOPLE[0].says(talk)), "step") == []


def test_a_click_is_ignored(listeners: Listeners) -> None:
    click = np.zeros(RATE, np.int16)
    click[5000:5100] = 20000
    assert listeners.hear(in_a_quiet_room(click), "step") == []


def test_noise_alone_is_ignored(listeners: Listeners) -> None:
    noise = np.random.default_rng(1).normal(0, 1000, 10 * RATE).astype(np.int16)
    assert listeners.commands(np.concatenate([noise, silence(RATE)]), "step") == []


def test_the_guides_own_voice_is_ignored(listeners: Listeners) -> None:
    voice = PEOPLE[0].says("say next when you are ready")
    heard = in_a_quiet_room(voice, after_s=0)
    assert listeners.hear(heard, "step", far_end=voice) == []


def test_a_command_right_after_the_guides_voice_is_understood(listeners: Listeners) -> None:
    voice = PEOPLE[2].says("say next when you are ready")
    answer = in_a_quiet_room(PEOPLE[0].says("next"))
    heard = np.concatenate([in_a_quiet_room(voice, after_s=0, before_s=0), answer])
    found = listeners.hear(heard, "step", far_end=voice)
    assert [isinstance(f, Command) and describe_command(f) for f in found] == ["Next"]


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_a_repeated_wake_phrase_over_noise_wakes_the_listener(
    listeners: Listeners, person: Person
) -> None:
    called = listeners.hear(over_noise(person.says("hey guide"), times=CALLS), "asleep")

    assert [describe_command(f) for f in called if isinstance(f, Command)][:1] == [
        "Wake wake_phrase=hey guide"
    ]


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_a_similar_name_does_not_wake_the_listener(listeners: Listeners, person: Person) -> None:
    for text in ("hey guys", "the guide", "hey gary"):
        assert not listeners.commands(over_noise(person.says(text), times=1), "asleep"), text
