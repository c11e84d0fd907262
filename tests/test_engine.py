"""The block loop with the real guide and the real voice: what is heard, and when.

Only the ear is the tests' own, so that a command is understood in exactly one block.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from statistics import median
from typing import TypeVar

import numpy as np
import pytest

from voice_guide.app.content import Content
from voice_guide.app.session import new_engine
from voice_guide.audio.pcm import BLOCK, RATE, Samples, silence
from voice_guide.config.settings import HearingSettings, Settings, VoiceSettings
from voice_guide.dialogue.actions import Action, PlayChime, PrepareSpeech, Say, SayIfFree, SetTimer
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.events import (
    Event,
    Idle,
    NewDay,
    SentenceFinished,
    SpeechEnded,
    Started,
    TimeUp,
)
from voice_guide.dialogue.plan.routine_plan import RoutinePlan
from voice_guide.dialogue.speech import sentences
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.intent import Intent
from voice_guide.routines.library import Library
from voice_guide.routines.model import Repeat, Step
from voice_guide.tts.cached_tts import CachedTts
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

SLEEP_AFTER_S = 20.0
"""Seconds of nothing after which it sleeps: less than the step that takes time."""

SETTINGS = Settings(
    VoiceSettings(rate=250, volume=0.5),
    hearing=HearingSettings(sleep_after_min=SLEEP_AFTER_S / 60),
)

ROUTINE = "tennis-ball-wall"

RENDERED_WITHIN_S = 20.0
"""How long preparing a routine's speech may take, in seconds."""

Kind = TypeVar("Kind")


class ScriptedEar:
    """Hears in the next block what the test says."""

    def __init__(self) -> None:
        self.context = ""
        self.hears_speech = False
        self._heard: list[Command | NotUnderstood] = []

    def listen_for(self, context: str) -> None:
        self.context = context

    def hear(self, heard: Samples, played: Samples) -> Sequence[Command | NotUnderstood]:
        events, self._heard = self._heard, []
        return events

    def will_hear(self, event: Command | NotUnderstood) -> None:
        self._heard.append(event)


class Session:
    """A session that the test moves on, block by block."""

    def __init__(self, content: Content) -> None:
        self.rendered: list[str] = []
        self.ear = ScriptedEar()
        self.voice = CachedTts(VoiceSpec(SETTINGS.voice.name, SETTINGS.voice.rate), self._render)
        self.events: list[tuple[float, Event | Action]] = []
        self.engine = new_engine(content, SETTINGS, self.ear, self.voice, self._observe, ROUTINE)

    def _render(self, text: str, speaker: VoiceSpec) -> Samples:
        self.rendered.append(text)
        return render(text, speaker)

    def _observe(self, at_s: float, happening: Event | Action) -> None:
        self.events.append((at_s, happening))

    def move_on(self, seconds: float) -> Samples:
        """Let this much audio pass; return what the speaker plays in it."""
        blocks = round(seconds * RATE / BLOCK)
        return np.concatenate(
            [self.engine.process(silence(), silence()) for _ in range(blocks)] or [silence(0)]
        )

    def let_speak(self) -> Samples:
        """Let the guide say what it has to say; return it."""
        said = [self.move_on(BLOCK / RATE)]
        while self.engine.is_speaking:
            said.append(self.move_on(BLOCK / RATE))
        return np.concatenate(said)

    def hear(self, intent: str) -> None:
        """Hear a command in the next block."""
        self.events.clear()
        self.ear.will_hear(Command(intent))

    def mumble(self) -> None:
        """Hear in the next block what nobody can understand."""
        self.ear.will_hear(NotUnderstood("[unk]", 0))

    def enter_first_step(self) -> None:
        """Listen to the introduction, and be in the midst of the first step's speech."""
        self.engine.start()
        self.let_speak()
        self.hear(Intent.READY)
        self.move_on(0.5)
        assert self.engine.is_speaking

    def enter_step_that_takes_time(self, content: Content) -> float:
        """Hear the first step that takes time to its end; return its seconds."""
        self.enter_first_step()
        for planned_step in RoutinePlan(content.library.by_id(ROUTINE)).steps:
            self.let_speak()
            if planned_step.step.seconds:
                return planned_step.step.seconds
            self.hear(Intent.NEXT)
        raise LookupError("no step takes time")

    def all_of(self, kind: type[Kind]) -> list[Kind]:
        """Return all of a kind since the last command."""
        return [what for _, what in self.events if isinstance(what, kind)]

    def first(self, kind: type[Kind]) -> tuple[float, Kind]:
        """Return the first of its kind since the last command, with its time."""
        return next((at_s, what) for at_s, what in self.events if isinstance(what, kind))

    def speech(self, text: str) -> Samples:
        """Return the first sentence of a text as the speaker plays it."""
        speech = self.voice.speech(sentences(text)[0])
        return (speech * SETTINGS.voice.volume).astype(np.int16)

    def wait_for_rendering(self) -> None:
        """Wait as long as a person would speak or be busy: until all is prepared."""
        texts = {
            t for _, what in self.events if isinstance(what, PrepareSpeech) for t in what.texts
        }
        wanted = {sentence for text in texts for sentence in sentences(text)}
        until_s = time.monotonic() + RENDERED_WITHIN_S
        while not wanted <= set(self.rendered):
            assert time.monotonic() < until_s, "not everything was rendered ahead"
            time.sleep(0.01)


@pytest.fixture
def session(content: Content) -> Iterator[Session]:
    session = Session(content)
    yield session
    session.voice.close()


def starts_at_s(sound: Samples, played: Samples) -> float | None:
    """Return when it is this and nothing else that is played, sample for sample."""
    starts = np.flatnonzero(played == sound[0])
    matches = (at for at in starts if np.array_equal(played[at : at + len(sound)], sound))
    at = next(matches, None)
    return None if at is None else float(at) / RATE


# Being interrupted


@pytest.mark.parametrize(
    "intent", [Intent.STOP, Intent.NEXT, Intent.PAUSE, Intent.REPEAT, Intent.HURTS]
)
def test_100_ms_after_a_command_nothing_but_its_answer_is_heard(
    session: Session, intent: str
) -> None:
    session.enter_first_step()

    session.hear(intent)
    played = session.move_on(5)

    _, answer = session.first(Say)
    starts_s = starts_at_s(session.speech(answer.text), played)
    assert starts_s is not None
    assert starts_s < 0.1


def test_the_answer_starts_within_50_ms_of_the_command(session: Session) -> None:
    session.enter_first_step()

    session.hear(Intent.NEXT)
    session.move_on(1)

    decided_s, _ = session.first(Command)
    starts_s, _ = session.first(Say)
    assert starts_s - decided_s < 0.05


def test_what_was_interrupted_does_not_come_back(session: Session) -> None:
    session.enter_first_step()
    session.hear(Intent.STOP)
    session.let_speak()

    assert not session.move_on(10).any()


def test_after_an_interruption_it_goes_on_at_the_sentence_that_was_cut(
    session: Session, content: Content
) -> None:
    session.enter_step_that_takes_time(content)
    session.hear(Intent.REPEAT)
    while not session.all_of(SentenceFinished):
        session.move_on(BLOCK / RATE)
    session.move_on(1)
    step, *_ = session.all_of(Say)
    session.hear(Intent.PAUSE)
    session.let_speak()

    session.hear(Intent.RESUME)
    session.let_speak()

    rest = " ".join(sentences(step.text)[1:])
    assert session.all_of(Say)[0].text == rest != ""


def test_a_sentence_is_heard_when_it_was_played_to_its_end(session: Session) -> None:
    session.engine.start()
    session.let_speak()

    heard = [what.sentence for what in session.all_of(SentenceFinished)]
    assert heard == [part for said in session.all_of(Say) for part in sentences(said.text)]
    ends_s = [at_s for at_s, what in session.events if isinstance(what, SentenceFinished)]
    for at_s, said in session.events:
        if isinstance(said, Say):
            end_s = ends_s[heard.index(sentences(said.text)[0])]
            length_s = len(session.speech(said.text)) / RATE
            assert end_s - at_s == pytest.approx(length_s, abs=2 * BLOCK / RATE)


# Giving way


def test_it_gives_way_while_somebody_is_heard_and_then_comes_back(session: Session) -> None:
    session.engine.start()
    loud = session.move_on(3)
    session.ear.hears_speech = True
    soft = session.move_on(3)
    session.ear.hears_speech = False
    back = session.move_on(3)

    # Lowered by 12 dB, to a quarter; what is said then may be a little louder by itself.
    peak = np.abs(loud).max()
    assert 0 < np.abs(soft[2 * BLOCK :]).max() < peak / 3
    assert np.abs(back).max() > peak / 2


def test_an_answer_is_heard_at_full_volume_when_the_command_has_been_said(
    session: Session,
) -> None:
    session.enter_first_step()
    session.ear.hears_speech = True
    session.move_on(0.5)
    session.ear.hears_speech = False

    session.hear(Intent.WHERE_AM_I)
    played = session.move_on(5)

    _, answer = session.first(Say)
    assert starts_at_s(session.speech(answer.text), played) is not None


def test_talk_over_the_voice_is_not_what_it_has_not_understood(session: Session) -> None:
    session.enter_first_step()
    session.events.clear()
    for _ in range(3):
        session.mumble()
        session.move_on(BLOCK / RATE)
    session.let_speak()

    assert not session.all_of(NotUnderstood)
    assert not session.all_of(PlayChime)

    # Nor does it count towards the hint.
    session.mumble()
    session.let_speak()

    assert len(session.all_of(PlayChime)) == 1
    assert session.first(NotUnderstood)
    assert not any("not understand" in said.text for said in session.all_of(Say))


# Being ready


def test_the_next_step_was_rendered_before_it_is_asked_for(
    session: Session, content: Content, report_figure: Callable[[str], None]
) -> None:
    session.enter_first_step()
    took_ms = []
    for _ in content.library.by_id(ROUTINE).steps[1:]:
        session.wait_for_rendering()
        session.let_speak()
        rendered_ahead = list(session.rendered)

        session.hear(Intent.NEXT)
        before_s = time.perf_counter()
        block = session.move_on(BLOCK / RATE)
        took_ms.append((time.perf_counter() - before_s) * 1000)

        assert block.any()
        _, step = session.first(Say)
        for sentence in sentences(step.text):
            assert sentence in rendered_ahead
            assert session.rendered.count(sentence) == 1
    report_figure(
        f"the next step starts in a block that takes {median(took_ms):.2f} ms to make "
        f"(median of {len(took_ms)}, worst {max(took_ms):.2f} ms)"
    )


def test_speech_that_was_not_prepared_is_rendered_at_once(session: Session) -> None:
    session.enter_first_step()

    session.hear(Intent.WHERE_AM_I)
    played = session.move_on(0.1)

    assert played.any()


def test_a_slower_pace_is_heard_in_the_answer_already(session: Session) -> None:
    session.enter_first_step()

    session.hear(Intent.SLOWER)
    played = session.move_on(3)

    _, answer = session.first(Say)
    at_old_pace = render(
        sentences(answer.text)[0], VoiceSpec(SETTINGS.voice.name, SETTINGS.voice.rate)
    )
    at_new_pace = session.speech(answer.text)
    assert len(at_new_pace) > 1.1 * len(at_old_pace)
    assert starts_at_s(at_new_pace, played) is not None


# Time


def test_a_hold_takes_its_seconds_of_audio_from_the_moment_somebody_is_ready(
    session: Session, content: Content
) -> None:
    seconds = session.enter_step_that_takes_time(content)
    session.move_on(5)
    assert not session.all_of(SetTimer)

    session.hear(Intent.READY)
    session.move_on(seconds + 1)

    ready_s, _ = session.first(Command)
    up_s, _ = session.first(TimeUp)
    chimes = [(at_s, what.chime) for at_s, what in session.events if isinstance(what, PlayChime)]
    assert up_s == pytest.approx(ready_s + seconds, abs=2 * BLOCK / RATE)
    assert chimes == [(ready_s, Chime.START), (up_s, Chime.TIME_UP)]


def test_the_end_of_a_hold_is_counted_to_its_second(session: Session, content: Content) -> None:
    seconds = session.enter_step_that_takes_time(content)
    session.hear(Intent.READY)
    session.move_on(seconds + 1)

    ready_s, _ = session.first(Command)
    told = [
        (at_s - ready_s, what.text) for at_s, what in session.events if isinstance(what, SayIfFree)
    ]
    assert [text for _, text in told] == ["Halfway.", "3.", "2.", "1."]
    for (at_s, _), due_s in zip(told, (15, 27, 28, 29), strict=True):
        assert at_s == pytest.approx(due_s, abs=2 * BLOCK / RATE)


def test_what_is_being_said_is_not_talked_over_and_the_end_is_on_time(
    session: Session, content: Content
) -> None:
    seconds = session.enter_step_that_takes_time(content)
    session.hear(Intent.READY)
    session.move_on(seconds - 3.5)
    session.hear(Intent.WHO_TO_CALL)
    session.move_on(4.5)

    assert not session.all_of(SayIfFree)
    up_s, _ = session.first(TimeUp)
    assert session.all_of(PlayChime)[-1].chime is Chime.TIME_UP
    assert up_s - session.first(Command)[0] == pytest.approx(3.5, abs=2 * BLOCK / RATE)


def test_a_call_that_would_not_be_over_in_time_is_left_out(content: Content) -> None:
    calls = ("In", "and out, as far as that goes, without ever holding it for any longer")
    breathing = Step("breathing", "Breathe.", repeat=Repeat(3, 2.0, calls))
    routine = replace(content.library.by_id(ROUTINE), steps=(breathing,))
    session = Session(replace(content, library=Library([routine])))
    session.enter_first_step()
    session.let_speak()
    session.hear(Intent.READY)
    session.move_on(breathing.total_s or 0)
    session.voice.close()

    ready_s, _ = session.first(Command)
    told = [
        (at_s - ready_s, what.text) for at_s, what in session.events if isinstance(what, SayIfFree)
    ]
    assert [text for _, text in told] == ["1, in.", "Halfway, in.", "Last one, in."]
    for (at_s, _), due_s in zip(told, (0, 2, 4), strict=True):
        assert at_s == pytest.approx(due_s, abs=2 * BLOCK / RATE)


def test_the_day_is_told_when_another_begins(content: Content) -> None:
    session = Session(content)
    days = iter([date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 2)])
    session.engine = new_engine(
        content,
        SETTINGS,
        session.ear,
        session.voice,
        session._observe,
        ROUTINE,
        Started(today=date(2026, 3, 1)),
        lambda: next(days, date(2026, 3, 2)),
    )
    session.engine.start()
    session.move_on(200)
    session.voice.close()

    assert session.all_of(NewDay) == [NewDay(date(2026, 3, 2))]


def test_audio_time_needs_no_wall_time(session: Session) -> None:
    session.enter_first_step()
    started_s = time.monotonic()

    session.move_on(600)

    assert session.engine.now_s > 600
    assert time.monotonic() - started_s < 60


# Falling asleep


def test_it_is_idle_from_the_end_of_what_it_says(session: Session) -> None:
    session.enter_first_step()
    session.let_speak()
    session.move_on(SLEEP_AFTER_S + 1)

    spoken_s, _ = session.first(SpeechEnded)
    idle_s, _ = session.first(Idle)
    assert idle_s - spoken_s == pytest.approx(SLEEP_AFTER_S, abs=2 * BLOCK / RATE)
    assert session.ear.context == "asleep"


def test_a_step_that_takes_time_keeps_it_awake(session: Session, content: Content) -> None:
    seconds = session.enter_step_that_takes_time(content)
    session.hear(Intent.READY)
    assert seconds > SLEEP_AFTER_S
    session.move_on(seconds + 1)
    session.let_speak()
    session.move_on(SLEEP_AFTER_S - 1)
    assert session.ear.context == "step"

    session.move_on(2)

    assert session.ear.context == "asleep"


def test_a_command_keeps_it_awake(session: Session) -> None:
    session.engine.start()
    for _ in range(3):
        session.let_speak()
        session.move_on(SLEEP_AFTER_S - 1)
        session.hear(Intent.NEEDS)
    session.move_on(1)

    assert session.ear.context == "preparing"


def test_talk_that_it_does_not_understand_lets_it_fall_asleep(session: Session) -> None:
    session.enter_first_step()
    session.let_speak()
    for _ in range(round(SLEEP_AFTER_S)):
        session.mumble()
        session.move_on(1.5)

    assert session.ear.context == "asleep"


def test_it_says_once_that_it_sleeps_and_then_nothing(session: Session) -> None:
    session.enter_first_step()
    session.let_speak()
    session.move_on(SLEEP_AFTER_S + 1)
    session.let_speak()
    session.move_on(1)
    session.events.clear()

    session.mumble()
    played = session.move_on(3 * SLEEP_AFTER_S)

    assert not played.any()
    assert session.events == []


def test_it_wakes_with_a_chime_before_it_speaks(session: Session) -> None:
    session.enter_first_step()
    session.hear(Intent.SLEEP)
    session.let_speak()

    session.hear(Intent.WAKE)
    played = session.let_speak()

    woken_s, _ = session.first(Command)
    chimed_s, chime = session.first(PlayChime)
    spoken_s, _ = session.first(Say)
    assert (chimed_s, chime.chime) == (woken_s, Chime.WAKE)
    assert spoken_s > chimed_s
    assert played[:BLOCK].any()


# Telling


def test_what_is_said_is_told_when_it_starts_and_not_when_it_is_asked_for(
    session: Session,
) -> None:
    session.engine.start()
    session.let_speak()

    said_s = [at_s for at_s, what in session.events if isinstance(what, Say)]

    assert len(said_s) > 1
    assert said_s[0] == 0
    assert all(later - earlier > 0.5 for earlier, later in pairwise(said_s))


def test_the_ear_is_told_what_to_listen_for(session: Session) -> None:
    session.engine.start()
    assert session.ear.context == "preparing"

    session.let_speak()
    session.hear(Intent.READY)
    session.move_on(0.1)

    assert session.ear.context == "step"


# Ending


def test_it_is_finished_when_goodbye_has_been_heard_to_its_end(session: Session) -> None:
    session.enter_first_step()

    session.hear(Intent.GOODBYE)
    session.move_on(0.1)
    assert not session.engine.is_finished

    session.let_speak()
    assert session.engine.is_finished
