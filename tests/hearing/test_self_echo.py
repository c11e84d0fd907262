"""Words that the guide is saying are not taken for a person's, and a person's are not lost."""

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
"""What the guide might have to say, and would act on if a person said it."""

TIMES = 3
"""How often they are said, where what is rare is not to decide."""

LOUD = Acoustics(from_speaker=reverberation(0.4, 17, 5), echo_gain=0.8, delay_s=0.05)


@dataclass(frozen=True)
class Cut:
    """Something said over the guide's voice."""

    text: str
    at_s: float


@pytest.fixture(scope="module")
def matcher(model: SpeechModel, content: Content) -> Matcher:
    return new_matcher(content.sentences, model, content.language)


def hear(
    listener: Listener, played: Samples, room: Acoustics, cut: Cut | None = None
) -> list[str]:
    """Return the commands heard while this is played, and a person says something over it."""
    blocks = chain(blocks_of(played), repeat(silence()))
    commands: list[str] = []

    def process(heard: Samples, played: Samples) -> Samples:
        commands.extend(e.intent for e in listener.hear(heard, played) if isinstance(e, Command))
        return next(blocks)

    there = Room(room, process)
    said = Person("en-us+m3", "espeak").says(cut.text) // 3 if cut else silence(0)
    for number in range((len(played) + 2 * RATE) // BLOCK):
        if cut and number == round(cut.at_s * RATE / BLOCK):
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
    """Return them as they are rendered this time."""
    parts = [part for text in NAMING_COMMANDS for part in (render(text, GUIDE), silence(RATE))]
    return (np.concatenate(parts) * 0.7).astype(np.int16)


def test_the_guide_does_not_obey_itself(
    model: SpeechModel, matcher: Matcher, instruction: Samples, commands: Samples
) -> None:
    played = np.concatenate([commands, instruction, commands])

    assert hear(new_listener(model, matcher, "step", Settings()), played, LOUD) == []


@pytest.mark.parametrize("knows_own_words", [True, False])
def test_its_words_are_known_where_the_device_cancels_most_of_the_echo(
    model: SpeechModel, matcher: Matcher, knows_own_words: bool
) -> None:
    """And without that, it would obey them: something of the echo is always left."""
    listener = new_listener(
        model,
        matcher,
        "step",
        Settings(sound=SoundSettings(cancel_echo=False)),
        knows_own_words=knows_own_words,
    )

    # No two renderings are the same, and now and then one is heard otherwise than it was played.
    played = np.concatenate([named_commands() for _ in range(TIMES)])
    heard = hear(listener, played, replace(LOUD, echo_gain=0.1, delay_s=0.15))

    if knows_own_words:
        assert len(heard) <= 1
    else:
        assert len(heard) >= TIMES * len(NAMING_COMMANDS) / 2


@pytest.mark.parametrize("text", ["stop", "wait", "next step", "it hurts"])
def test_a_person_is_heard_over_the_guides_voice(
    model: SpeechModel, matcher: Matcher, instruction: Samples, text: str
) -> None:
    (meant,) = matcher.interpret(text, "step").meanings
    played = np.concatenate([instruction, silence(RATE // 2), instruction])
    at_s = len(instruction) / RATE + 2

    heard = hear(new_listener(model, matcher, "step", Settings()), played, LOUD, Cut(text, at_s))

    assert heard == [meant.intent]


def test_a_person_who_says_what_the_guide_says_is_heard_a_moment_later(
    model: SpeechModel, matcher: Matcher, instruction: Samples
) -> None:
    says_next = (render('Say "next" when you are ready.', GUIDE) * 0.7).astype(np.int16)
    played = np.concatenate([instruction, says_next])
    at_s = len(played) / RATE - 0.6

    heard = hear(new_listener(model, matcher, "step", Settings()), played, LOUD, Cut("next", at_s))

    assert heard == ["Next"]
