"""Commands among other sounds: what goes on before, between and after them."""

from collections.abc import Callable, Iterator
from functools import cache
from math import inf

import numpy as np
import pytest
from hassil.intents import Intents
from support.synthetic_people import PEOPLE, ROOM_NOISE, Person

from voice_guide.app.content import Content
from voice_guide.app.session import new_engine, new_tts
from voice_guide.app.speech_input import new_listener, new_matcher
from voice_guide.audio.pcm import BLOCK, RATE, Samples, blocks_of, level_dbfs, silence
from voice_guide.config.language import reference
from voice_guide.config.settings import Settings
from voice_guide.dialogue.actions import Action, PlayChime, Say
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.events import Event, SentenceFinished
from voice_guide.dialogue.speech import sentences
from voice_guide.hearing.background_talk import BackgroundTalk
from voice_guide.hearing.listener import Listener
from voice_guide.hearing.recognizer import SpeechModel, Word
from voice_guide.nlu.command import Command
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.matcher import Matcher
from voice_guide.nlu.sentences import Sentences
from voice_guide.simulation.acoustics import DEMO_ROOM
from voice_guide.simulation.room import Room
from voice_guide.ui.console import describe_command

TALK = "he told us about the house by the sea"

LONG_TALK = (
    "the weather has been lovely since we came home and all of the roses are out, "
    "my brother says that his children want to paint the kitchen yellow this summer, "
    "so we took the train into the city and bought them some brushes and a ladder"
)

ROUTINE = "tennis-ball-wall"

BEFORE_CUT = "Nothing here should press directly on your back."
CUT = "Direct pressure there is work for a professional therapist."
"""Two sentences of its cautions that are said in one go."""

SILENT_WITHIN_S = 0.1
"""How soon nothing is left of what was being said, in seconds."""

SPEECH_DBFS = -20.0
"""How loud people speak, whatever their synthesizer makes of it."""

everybody = pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)

says = cache(Person.says)


@pytest.fixture(scope="module")
def guide(content: Content, model: SpeechModel) -> Matcher:
    return new_matcher(content.interpreter, model, content.language)


@pytest.fixture(scope="module")
def neck(model: SpeechModel) -> Matcher:
    """Sentences of which one begins with another."""
    intents = {
        "Back": {"data": [{"sentences": ["[go] back"]}]},
        "Area": {"data": [{"sentences": ["[the] (back of my neck|upper arm|foot)"]}]},
    }
    sentences = Sentences(Intents.from_dict({"language": "en", "intents": intents}))
    return new_matcher(Interpreter(sentences), model, reference())


@pytest.fixture
def ear(model: SpeechModel, guide: Matcher) -> Listener:
    return new_listener(model, guide, "step", Settings())


@pytest.fixture
def neck_ear(model: SpeechModel, neck: Matcher) -> Listener:
    return new_listener(model, neck, None, Settings())


def scene(person: Person, *parts: str | float, noise: float = ROOM_NOISE) -> Samples:
    """Return what a microphone hears of somebody who says words, with pauses in seconds."""
    sound = np.concatenate(
        [
            says(person, part) // 2 if isinstance(part, str) else silence(round(part * RATE))
            for part in (0.5, *parts, 1.5)
        ]
    )
    return in_noise(sound, noise)


def in_noise(sound: Samples, noise: float) -> Samples:
    noisy = sound + np.random.default_rng(0).normal(0, noise, len(sound))
    return noisy.clip(-32768, 32767).astype(np.int16)


def commands(ear: Listener, heard: Samples, played: Samples | None = None) -> list[str]:
    """Return the commands in what is heard while the speaker plays, at first, what is played."""
    playing = blocks_of(played) if played is not None else []
    found: list[object] = []
    for number, block in enumerate(blocks_of(heard)):
        found += ear.hear(block, playing[number] if number < len(playing) else silence())
    return [describe_command(f) for f in [*found, *ear.finish()] if isinstance(f, Command)]


@everybody
def test_two_commands_in_one_breath_are_two(person: Person, ear: Listener) -> None:
    assert commands(ear, scene(person, "louder", 0.3, "next step")) == ["Louder", "Next"]


@everybody
def test_wait_comes_first_whatever_follows_in_one_breath(person: Person, ear: Listener) -> None:
    # Taken as one utterance, "wait" alone is obeyed; taken apart, "next step" follows it.
    heard = commands(ear, scene(person, "wait", 0.3, "next step"))

    assert heard[0] == "Pause"
    assert heard[1:] in ([], ["Next"])


@everybody
def test_each_of_several_commands_is_heard_once(person: Person, ear: Listener) -> None:
    said = scene(person, "next", 0.6, "repeat", 0.6, "louder")
    assert commands(ear, said) == ["Next", "Repeat", "Louder"]


def test_over_noise_commands_in_a_row_are_heard_and_none_twice(
    model: SpeechModel, guide: Matcher
) -> None:
    meant = ["Next", "Repeat", "Louder"]
    missed = 0
    for person in PEOPLE:
        words = np.concatenate([says(person, text) // 2 for text in ("next", "repeat", "louder")])
        at_15_db = 32768 * 10 ** ((level_dbfs(words) - 15) / 20)
        said = scene(person, 2.0, "next", 0.6, "repeat", 0.6, "louder", noise=at_15_db)
        ear = new_listener(model, guide, "step", Settings())
        heard = commands(ear, said)
        assert heard == [command for command in meant if command in heard]
        missed += len(meant) - len(heard)
    assert missed <= 1


@everybody
def test_a_sentence_that_begins_another_is_taken_where_nothing_follows(
    person: Person, neck_ear: Listener
) -> None:
    said = scene(person, "back", 0.6, "upper arm")
    assert commands(neck_ear, said) == ["Back", "Area"]


@everybody
def test_a_sentence_that_goes_on_is_not_taken_for_its_beginning(
    person: Person, neck_ear: Listener
) -> None:
    assert commands(neck_ear, scene(person, "back of my neck")) == ["Area"]


@everybody
def test_a_word_at_the_end_of_talk_is_no_command(person: Person, ear: Listener) -> None:
    assert commands(ear, scene(person, "he told us to go on and then we had to stop")) == []


@everybody
def test_a_clear_command_soon_after_talk_is_heard(person: Person, ear: Listener) -> None:
    assert commands(ear, scene(person, TALK, 0.6, "next step")) == ["Next"]


def test_a_single_word_soon_after_talk_has_to_be_surer() -> None:
    talk = BackgroundTalk()
    talk.begin(1.0)
    talk.add([Word("once", 1.0, 1.4), Word("upon", 1.5, 2.3)])

    assert talk.needed_odds([Word("next", 2.5, 2.9)], is_safe=False) == inf
    assert talk.needed_odds([Word("next", 2.9, 3.3)], is_safe=False) > 0
    assert talk.needed_odds([Word("stop", 2.9, 3.3)], is_safe=True) == 0
    assert talk.needed_odds([Word("next", 2.9, 3.3), Word("step", 3.3, 3.7)], is_safe=False) == 0
    assert talk.needed_odds([Word("next", 4.4, 4.8)], is_safe=False) == 0


def test_noise_is_no_talk() -> None:
    talk = BackgroundTalk()
    talk.begin(1.0)
    talk.add([Word("the", 1.0, 1.4)])

    assert talk.needed_odds([Word("next", 1.5, 1.9)], is_safe=False) == 0


@pytest.mark.parametrize("after_s", [0.4, 0.45, 0.5, 0.55, 0.6, 0.65])
def test_what_begins_as_the_gate_shuts_is_heard_from_its_first_sound(
    after_s: float, ear: Listener
) -> None:
    """Without it, "stop" is "top"."""
    for person in (PEOPLE[0], PEOPLE[3]):
        burst = np.random.default_rng(3).normal(0, 2000, round(0.3 * RATE)).astype(np.int16)
        said = scene(person, after_s, "stop")[RATE // 2 :]
        assert commands(ear, np.concatenate([scene(person), burst, said])) == ["Stop"]
        assert commands(ear, scene(person, "next", after_s, "stop")) == ["Next", "Stop"]


@pytest.mark.parametrize("after_s", [0.5, 0.6, 0.7, 0.8])
@pytest.mark.parametrize("person", [PEOPLE[0], PEOPLE[3]], ids=lambda person: person.name)
def test_of_what_goes_before_the_guides_first_words_nothing_is_left(
    person: Person, after_s: float, ear: Listener
) -> None:
    """Else "go to step" and, after the guide has spoken, "wait" are "step wait"."""
    voice = np.random.default_rng(1).normal(0, 3000, RATE // 2).astype(np.int16)
    begun = scene(person, "go to step three")[: round((0.5 + after_s) * RATE)]
    heard = np.concatenate([begun, voice, scene(person, "wait")])
    assert commands(ear, heard, np.concatenate([silence(len(begun)), voice])) == ["Pause"]


# While the guide speaks


class Session:
    """The guide and somebody else in a room, from the cautions of a routine on."""

    def __init__(self, content: Content, model: SpeechModel, guide: Matcher) -> None:
        settings = Settings()
        self.voice = new_tts(settings, content, lambda *_: None)
        ear = new_listener(model, guide, "preparing", settings)
        self.engine = new_engine(content, settings, ear, self.voice, self._observe, ROUTINE)
        self.room = Room(DEMO_ROOM, self._process)
        self.happened: list[Event | Action] = []
        self.played: list[Samples] = []
        self.engine.start()

    @property
    def said(self) -> list[str]:
        """All that was begun to be said."""
        return [action.text for action in self.happened if isinstance(action, Say)]

    @property
    def heard(self) -> list[str]:
        return [describe_command(found) for found in self.happened if isinstance(found, Command)]

    def let_pass(self, is_over: Callable[[], bool], most_s: float = 60.0) -> None:
        until_s = self.engine.now_s + most_s
        while not is_over():
            assert self.engine.now_s < until_s
            self.room.move_on()

    def pause(self, seconds: float) -> None:
        until_s = self.engine.now_s + seconds
        self.let_pass(lambda: self.engine.now_s >= until_s)

    def silence(self) -> None:
        """Let the guide finish, and a moment pass."""
        self.let_pass(lambda: not self.engine.is_speaking)
        self.pause(0.8)

    def say(self, person: Person, text: str) -> None:
        sound = says(person, text)
        self.room.say(sound, 10 ** ((SPEECH_DBFS - level_dbfs(sound)) / 20))

    def order(self, person: Person, text: str) -> str:
        """Say this; return what it was taken for, as soon as it was."""
        before = len(self.heard)
        self.say(person, text)
        self.let_pass(lambda: len(self.heard) > before, most_s=4)
        return self.heard[-1]

    def _observe(self, at_s: float, happening: Event | Action) -> None:
        self.happened.append(happening)

    def _process(self, heard: Samples, played: Samples) -> Samples:
        self.played.append(self.engine.process(heard, played))
        return self.played[-1]


@pytest.fixture
def session(content: Content, model: SpeechModel, guide: Matcher) -> Iterator[Session]:
    session = Session(content, model, guide)
    yield session
    session.voice.close()


# How often "wait" is missed over the voice, by whom, is for the bench to tell.
@pytest.mark.parametrize("person", PEOPLE[:3], ids=lambda person: person.name)
def test_wait_silences_a_sentence_and_go_on_begins_it_again(
    person: Person, session: Session
) -> None:
    session.let_pass(lambda: SentenceFinished(BEFORE_CUT) in session.happened)
    session.pause(1)

    assert session.order(person, "wait") == "Pause"
    decided = len(session.played) - 1
    answer = session.voice.speech("Paused.").astype(float)
    session.pause(len(answer) / RATE)
    played = np.concatenate(session.played[decided:]).astype(float)
    begins = int(np.argmax(np.correlate(played, answer)))
    assert begins < SILENT_WITHIN_S * RATE
    for at in range(round(SILENT_WITHIN_S * RATE), len(answer) - BLOCK, BLOCK):
        # Nothing is played but the answer, which may be lowered still.
        block, part = played[begins + at :][:BLOCK], answer[at:][:BLOCK]
        gain = block @ part / (part @ part)
        assert np.abs(block - gain * part).max() <= 0.25 * np.abs(block).max() + 2

    session.silence()
    before = len(session.said)
    assert session.order(person, "go on") == "Resume"
    session.let_pass(lambda: len(session.said) >= before + 3)
    assert session.said[before : before + 2] == ["Going on.", CUT]
    assert SentenceFinished(CUT) in session.happened


def test_stop_over_a_chime_is_heard(session: Session) -> None:
    person = PEOPLE[1]
    session.silence()
    for order in ("ready", "go to step three", "ready"):
        session.order(person, order)
        session.silence()
    session.let_pass(lambda: PlayChime(Chime.TIME_UP) in session.happened)
    assert session.order(person, "stop") == "Stop"


@everybody
def test_talk_of_others_does_not_cut_what_is_said(person: Person, session: Session) -> None:
    session.pause(4)
    session.say(person, LONG_TALK)
    session.silence()

    assert session.heard == []
    said = [
        happening.sentence
        for happening in session.happened
        if isinstance(happening, SentenceFinished)
    ]
    assert said == [sentence for text in session.said for sentence in sentences(text)]
    assert not session.room.person_is_speaking
