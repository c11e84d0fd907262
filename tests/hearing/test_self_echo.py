"""The self-echo filter drops the guide's own words and keeps a person's."""

from dataclasses import dataclass, replace
from itertools import chain, repeat

import numpy as np
import pytest
from support.synthetic_people import Person

from voice_guide.app.content import Content
from voice_guide.app.speech_input import new_listener, new_matcher
from voice_guide.audio.pcm import BLOCK, RATE, Samples, blocks_of, silence
from voice_guide.config.settings import Settings, SoundSettings
from voice_guide.hearing.listener import Listener
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.command import Command
from voice_guide.nlu.matcher import Matcher
from voice_guide.simulation.acoustics import Acoustics, reverberation
from voice_guide.simulation.room import Room
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

GUIDE = VoiceSpec("en-us", 140)

INSTRUCTION = (
    "Move up and down, or back and forth. Let the ball stay in the same place, "
    "and keep your shoulders loose while you do it."
)

NAMING_COMMANDS = ("Next.", "Stop.", "Say that again.", "Wait a moment.")
"""Sentences of the guide that would be commands if a person said them."""

TIMES = 3
"""Repetitions of these sentences, so that a rare mistake does not decide a test."""

LOUD = Acoustics(from_speaker=reverberation(0.4, 17, 5), echo_gain=0.8, delay_s=0.05)


@dataclass(frozen=True)
class Interruption:
    """A sentence that a person says over the guide's voice."""

    text: str
    at_s: float


@pytest.fixture(scope="module")
def matcher(model: SpeechModel, content: Content) -> Matcher:
    return new_matcher(content.interpreter, model, content.language)


def hear(
    listener: Listener, played: Samples, room: Acoustics, interruption: Interruption | None = None
) -> list[str]:
    """Return the commands heard while a sound is played and a person interrupts it."""
    blocks = chain(blocks_of(played), repeat(silence()))
    commands: list[str] = []

    def process(heard: Samples, played: Samples) -> Samples:
        commands.extend(e.intent for e in listener.hear(heard, played) if isinstance(e, Command))
        return next(blocks)

    there = Room(room, process)
    said = (
        Person("en-us+m3", "espeak").says(interruption.text) // 3 if interruption else silence(0)
    )
    for number in range((len(played) + 2 * RATE) // BLOCK):
        if interruption and number == round(interruption.at_s * RATE / BLOCK):
            there.say(said)
        there.move_on()
    return commands


@pytest.fixture(scope="module")
def instruction() -> Samples:
    return (render(INSTRUCTION, GUIDE) * 0.7).astype(np.int16)


@pytest.fixture(scope="module")
def commands() -> Samples:
    return named_commands()


def named_commands() -> Samples:
    """Return the commands as one sound, rendered again each time."""
    parts = [part for text in NAMING_COMMANDS for part in (render(text, GUIDE), silence(RATE))]
    return (np.concatenate(parts) * 0.7).astype(np.int16)


def test_the_guide_does_not_obey_its_own_words(
    model: SpeechModel, matcher: Matcher, instruction: Samples, commands: Samples
) -> None:
    played = np.concatenate([commands, instruction, commands])

    assert hear(new_listener(model, matcher, "step", Settings()), played, LOUD) == []


@pytest.mark.parametrize("knows_own_words", [True, False])
def test_own_words_are_recognized_where_the_device_cancels_most_of_the_echo(
    model: SpeechModel, matcher: Matcher, knows_own_words: bool
) -> None:
    """Without the filter the guide obeys them, since some of the echo is always left."""
    listener = new_listener(
        model,
        matcher,
        "step",
        Settings(sound=SoundSettings(cancel_echo=False)),
        knows_own_words=knows_own_words,
    )

    # No two renderings are the same, and a rare one is recognized differently by the two.
    played = np.concatenate([named_commands() for _ in range(TIMES)])
    heard = hear(listener, played, replace(LOUD, echo_gain=0.1, delay_s=0.15))

    if knows_own_words:
        assert len(heard) <= 1
    else:
        assert len(heard) >= TIMES * len(NAMING_COMMANDS) / 2


@pytest.mark.parametrize("text", ["stop", "wait", "next step", "it hurts"])
def test_a_person_is_understood_over_the_guides_voice(
    model: SpeechModel, matcher: Matcher, instruction: Samples, text: str
) -> None:
    (meant,) = matcher.interpret(text, "step").meanings
    played = np.concatenate([instruction, silence(RATE // 2), instruction])
    at_s = len(instruction) / RATE + 2

    heard = hear(
        new_listener(model, matcher, "step", Settings()), played, LOUD, Interruption(text, at_s)
    )

    assert heard == [meant.intent]


def test_a_person_who_repeats_the_guides_word_a_moment_later_is_understood(
    model: SpeechModel, matcher: Matcher, instruction: Samples
) -> None:
    says_next = (render('Say "next" when you are ready.', GUIDE) * 0.7).astype(np.int16)
    played = np.concatenate([instruction, says_next])
    at_s = len(played) / RATE - 0.6

    heard = hear(
        new_listener(model, matcher, "step", Settings()), played, LOUD, Interruption("next", at_s)
    )

    assert heard == ["Next"]
