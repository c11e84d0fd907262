"""The block loop with the real dialogue and the real voice: what is played, and when.

Only the speech input is scripted, so that a command is understood in exactly one block.
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
"""Idle seconds after which the guide sleeps: fewer than the timed step takes."""

SETTINGS = Settings(
    VoiceSettings(rate=250, volume=0.5),
    hearing=HearingSettings(sleep_after_min=SLEEP_AFTER_S / 60),
)

ROUTINE = "tennis-ball-wall"

RENDERED_WITHIN_S = 20.0
"""Seconds that rendering a routine's speech may take."""

Kind = TypeVar("Kind")


class ScriptedInput:
    """Understands in the next block what the test says."""

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
    """A session that the test runs block by block."""

    def __init__(self, content: Content) -> None:
        self.rendered: list[str] = []
        self.speech_input = ScriptedInput()
        self.voice = CachedTts(VoiceSpec(SETTINGS.voice.name, SETTINGS.voice.rate), self._render)
        self.events: list[tuple[float, Event | Action]] = []
        self.engine = new_engine(
            content, SETTINGS, self.speech_input, self.voice, self._observe, ROUTINE
        )

    def _render(self, text: str, speaker: VoiceSpec) -> Samples:
        self.rendered.append(text)
        return render(text, speaker)

    def _observe(self, at_s: float, happening: Event | Action) -> None:
        self.events.append((at_s, happening))

    def run(self, seconds: float) -> Samples:
        """Run this many seconds of audio; return what the speaker plays."""
        blocks = round(seconds * RATE / BLOCK)
        return np.concatenate(
            [self.engine.process(silence(), silence()) for _ in range(blocks)] or [silence(0)]
        )

    def finish_speech(self) -> Samples:
        """Play the current speech to its end; return it."""
        said = [self.run(BLOCK / RATE)]
        while self.engine.is_speaking:
            said.append(self.run(BLOCK / RATE))
        return np.concatenate(said)

    def hear(self, intent: str) -> None:
        """Hear a command in the next block."""
        self.events.clear()
        self.speech_input.will_hear(Command(intent))

    def mumble(self) -> None:
        """Hear in the next block speech that is not understood."""
        self.speech_input.will_hear(NotUnderstood("[unk]", 0))

    def enter_first_step(self) -> None:
        """Play the introduction, and the beginning of the first step."""
        self.engine.start()
        self.finish_speech()
        self.hear(Intent.READY)
        self.run(0.5)
        assert self.engine.is_speaking

    def enter_timed_step(self, content: Content) -> float:
        """Play the speech up to the end of the first timed step; return the step's seconds."""
        self.enter_first_step()
        for planned_step in RoutinePlan(content.library.by_id(ROUTINE)).steps:
            self.finish_speech()
            if planned_step.step.seconds:
                return planned_step.step.seconds
            self.hear(Intent.NEXT)
        raise LookupError("no step is timed")

    def all_of(self, kind: type[Kind]) -> list[Kind]:
        """Return all events and actions of a type since the last command."""
        return [what for _, what in self.events if isinstance(what, kind)]

    def first(self, kind: type[Kind]) -> tuple[float, Kind]:
        """Return the first event or action of a type since the last command, with its time."""
        return next((at_s, what) for at_s, what in self.events if isinstance(what, kind))

    def speech(self, text: str) -> Samples:
        """Return the first sentence of a text as the speaker plays it."""
        speech = self.voice.speech(sentences(text)[0])
        return (speech * SETTINGS.voice.volume).astype(np.int16)

    def wait_for_rendering(self) -> None:
        """Wait until all prepared speech is rendered, as a user's reaction time would."""
        texts = {
            t for _, what in self.events if isinstance(what, PrepareSpeech) for t in what.texts
        }
        expected = {sentence for text in texts for sentence in sentences(text)}
        until_s = time.monotonic() + RENDERED_WITHIN_S
        while not expected <= set(self.rendered):
            assert time.monotonic() < until_s, "not everything was rendered ahead"
            time.sleep(0.01)


@pytest.fixture
def session(content: Content) -> Iterator[Session]:
    session = Session(content)
    yield session
    session.voice.close()


def starts_at_s(sound: Samples, played: Samples) -> float | None:
    """Return when exactly this sound begins in what is played; None if it does not."""
    starts = np.flatnonzero(played == sound[0])
    matches = (at for at in starts if np.array_equal(played[at : at + len(sound)], sound))
    at = next(matches, None)
    return None if at is None else float(at) / RATE


# Being interrupted


@pytest.mark.parametrize(
    "intent", [Intent.STOP, Intent.NEXT, Intent.PAUSE, Intent.REPEAT, Intent.HURTS]
)
def test_an_answer_replaces_the_speech_within_100_ms_of_a_command(
    session: Session, intent: str
) -> None:
    session.enter_first_step()

    session.hear(intent)
    played = session.run(5)

    _, answer = session.first(Say)
    starts_s = starts_at_s(session.speech(answer.text), played)
    assert starts_s is not None
    assert starts_s < 0.1


def test_an_answer_starts_within_50_ms_of_a_command(session: Session) -> None:
    session.enter_first_step()

    session.hear(Intent.NEXT)
    session.run(1)

    decided_s, _ = session.first(Command)
    starts_s, _ = session.first(Say)
    assert starts_s - decided_s < 0.05


def test_speech_interrupted_by_a_stop_does_not_come_back(session: Session) -> None:
    session.enter_first_step()
    session.hear(Intent.STOP)
    session.finish_speech()

    assert not session.run(10).any()


def test_resume_continues_at_the_interrupted_sentence(session: Session, content: Content) -> None:
    session.enter_timed_step(content)
    session.hear(Intent.REPEAT)
    while not session.all_of(SentenceFinished):
        session.run(BLOCK / RATE)
    session.run(1)
    step, *_ = session.all_of(Say)
    session.hear(Intent.PAUSE)
    session.finish_speech()

    session.hear(Intent.RESUME)
    session.finish_speech()

    rest = " ".join(sentences(step.text)[1:])
    assert session.all_of(Say)[0].text == rest != ""


def test_a_sentence_is_finished_when_it_was_played_to_its_end(session: Session) -> None:
    session.engine.start()
    session.finish_speech()

    heard = [what.sentence for what in session.all_of(SentenceFinished)]
    assert heard == [part for said in session.all_of(Say) for part in sentences(said.text)]
    ends_s = [at_s for at_s, what in session.events if isinstance(what, SentenceFinished)]
    for at_s, said in session.events:
        if isinstance(said, Say):
            end_s = ends_s[heard.index(sentences(said.text)[0])]
            length_s = len(session.speech(said.text)) / RATE
            assert end_s - at_s == pytest.approx(length_s, abs=2 * BLOCK / RATE)


# Ducking


def test_the_voice_is_ducked_while_a_person_speaks(session: Session) -> None:
    session.engine.start()
    loud = session.run(3)
    session.speech_input.hears_speech = True
    soft = session.run(3)
    session.speech_input.hears_speech = False
    back = session.run(3)

    # Lowered by 12 dB, to a quarter; what is said then may be a little louder by itself.
    peak = np.abs(loud).max()
    assert 0 < np.abs(soft[2 * BLOCK :]).max() < peak / 3
    assert np.abs(back).max() > peak / 2


def test_an_answer_is_played_at_full_volume_after_the_command(
    session: Session,
) -> None:
    session.enter_first_step()
    session.speech_input.hears_speech = True
    session.run(0.5)
    session.speech_input.hears_speech = False

    session.hear(Intent.WHERE_AM_I)
    played = session.run(5)

    _, answer = session.first(Say)
    assert starts_at_s(session.speech(answer.text), played) is not None


def test_speech_over_the_guides_voice_does_not_count_as_not_understood(session: Session) -> None:
    session.enter_first_step()
    session.events.clear()
    for _ in range(3):
        session.mumble()
        session.run(BLOCK / RATE)
    session.finish_speech()

    assert not session.all_of(NotUnderstood)
    assert not session.all_of(PlayChime)

    # Nor does it count towards the hint.
    session.mumble()
    session.finish_speech()

    assert len(session.all_of(PlayChime)) == 1
    assert session.first(NotUnderstood)
    assert not any("not understand" in said.text for said in session.all_of(Say))


# Rendering ahead


def test_the_next_step_is_rendered_before_it_is_needed(
    session: Session, content: Content, report_figure: Callable[[str], None]
) -> None:
    session.enter_first_step()
    took_ms = []
    for _ in content.library.by_id(ROUTINE).steps[1:]:
        session.wait_for_rendering()
        session.finish_speech()
        rendered_ahead = list(session.rendered)

        session.hear(Intent.NEXT)
        before_s = time.perf_counter()
        block = session.run(BLOCK / RATE)
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
    played = session.run(0.1)

    assert played.any()


def test_the_answer_to_slower_is_spoken_at_the_new_rate(session: Session) -> None:
    session.enter_first_step()

    session.hear(Intent.SLOWER)
    played = session.run(3)

    _, answer = session.first(Say)
    at_old_pace = render(
        sentences(answer.text)[0], VoiceSpec(SETTINGS.voice.name, SETTINGS.voice.rate)
    )
    at_new_pace = session.speech(answer.text)
    assert len(at_new_pace) > 1.1 * len(at_old_pace)
    assert starts_at_s(at_new_pace, played) is not None


# Time


def test_the_time_of_a_step_takes_its_seconds_of_audio_from_ready_on(
    session: Session, content: Content
) -> None:
    seconds = session.enter_timed_step(content)
    session.run(5)
    assert not session.all_of(SetTimer)

    session.hear(Intent.READY)
    session.run(seconds + 1)

    ready_s, _ = session.first(Command)
    up_s, _ = session.first(TimeUp)
    chimes = [(at_s, what.chime) for at_s, what in session.events if isinstance(what, PlayChime)]
    assert up_s == pytest.approx(ready_s + seconds, abs=2 * BLOCK / RATE)
    assert chimes == [(ready_s, Chime.START), (up_s, Chime.TIME_UP)]


def test_the_end_of_a_step_is_counted_down_to_the_second(
    session: Session, content: Content
) -> None:
    seconds = session.enter_timed_step(content)
    session.hear(Intent.READY)
    session.run(seconds + 1)

    ready_s, _ = session.first(Command)
    announced = [
        (at_s - ready_s, what.text) for at_s, what in session.events if isinstance(what, SayIfFree)
    ]
    assert [text for _, text in announced] == ["Halfway.", "3.", "2.", "1."]
    for (at_s, _), due_s in zip(announced, (15, 27, 28, 29), strict=True):
        assert at_s == pytest.approx(due_s, abs=2 * BLOCK / RATE)


def test_the_countdown_waits_for_an_answer_and_the_end_does_not(
    session: Session, content: Content
) -> None:
    seconds = session.enter_timed_step(content)
    session.hear(Intent.READY)
    session.run(seconds - 3.5)
    session.hear(Intent.WHO_TO_CALL)
    session.run(4.5)

    assert not session.all_of(SayIfFree)
    up_s, _ = session.first(TimeUp)
    assert session.all_of(PlayChime)[-1].chime is Chime.TIME_UP
    assert up_s - session.first(Command)[0] == pytest.approx(3.5, abs=2 * BLOCK / RATE)


def test_a_call_too_long_for_its_time_is_left_out(content: Content) -> None:
    calls = ("In", "and out, as far as that goes, without ever holding it for any longer")
    breathing = Step("breathing", "Breathe.", repeat=Repeat(3, 2.0, calls))
    routine = replace(content.library.by_id(ROUTINE), steps=(breathing,))
    session = Session(replace(content, library=Library([routine])))
    session.enter_first_step()
    session.finish_speech()
    session.hear(Intent.READY)
    session.run(breathing.total_s or 0)
    session.voice.close()

    ready_s, _ = session.first(Command)
    announced = [
        (at_s - ready_s, what.text) for at_s, what in session.events if isinstance(what, SayIfFree)
    ]
    assert [text for _, text in announced] == ["1, in.", "Halfway, in.", "Last one, in."]
    for (at_s, _), due_s in zip(announced, (0, 2, 4), strict=True):
        assert at_s == pytest.approx(due_s, abs=2 * BLOCK / RATE)


def test_a_new_day_is_reported_once(content: Content) -> None:
    session = Session(content)
    days = iter([date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 2)])
    session.engine = new_engine(
        content,
        SETTINGS,
        session.speech_input,
        session.voice,
        session._observe,
        ROUTINE,
        Started(today=date(2026, 3, 1)),
        lambda: next(days, date(2026, 3, 2)),
    )
    session.engine.start()
    session.run(200)
    session.voice.close()

    assert session.all_of(NewDay) == [NewDay(date(2026, 3, 2))]


def test_audio_runs_faster_than_real_time(session: Session) -> None:
    session.enter_first_step()
    started_s = time.monotonic()

    session.run(600)

    assert session.engine.now_s > 600
    assert time.monotonic() - started_s < 60


# Falling asleep


def test_idle_time_begins_at_the_end_of_speech(session: Session) -> None:
    session.enter_first_step()
    session.finish_speech()
    session.run(SLEEP_AFTER_S + 1)

    spoken_s, _ = session.first(SpeechEnded)
    idle_s, _ = session.first(Idle)
    assert idle_s - spoken_s == pytest.approx(SLEEP_AFTER_S, abs=2 * BLOCK / RATE)
    assert session.speech_input.context == "asleep"


def test_a_running_timer_keeps_the_guide_awake(session: Session, content: Content) -> None:
    seconds = session.enter_timed_step(content)
    session.hear(Intent.READY)
    assert seconds > SLEEP_AFTER_S
    session.run(seconds + 1)
    session.finish_speech()
    session.run(SLEEP_AFTER_S - 1)
    assert session.speech_input.context == "step"

    session.run(2)

    assert session.speech_input.context == "asleep"


def test_a_command_keeps_the_guide_awake(session: Session) -> None:
    session.engine.start()
    for _ in range(3):
        session.finish_speech()
        session.run(SLEEP_AFTER_S - 1)
        session.hear(Intent.NEEDS)
    session.run(1)

    assert session.speech_input.context == "preparing"


def test_speech_not_understood_does_not_keep_the_guide_awake(session: Session) -> None:
    session.enter_first_step()
    session.finish_speech()
    for _ in range(round(SLEEP_AFTER_S)):
        session.mumble()
        session.run(1.5)

    assert session.speech_input.context == "asleep"


def test_the_guide_says_once_that_it_sleeps(session: Session) -> None:
    session.enter_first_step()
    session.finish_speech()
    session.run(SLEEP_AFTER_S + 1)
    session.finish_speech()
    session.run(1)
    session.events.clear()

    session.mumble()
    played = session.run(3 * SLEEP_AFTER_S)

    assert not played.any()
    assert session.events == []


def test_the_guide_wakes_with_a_chime_before_it_speaks(session: Session) -> None:
    session.enter_first_step()
    session.hear(Intent.SLEEP)
    session.finish_speech()

    session.hear(Intent.WAKE)
    played = session.finish_speech()

    woken_s, _ = session.first(Command)
    chimed_s, chime = session.first(PlayChime)
    spoken_s, _ = session.first(Say)
    assert (chimed_s, chime.chime) == (woken_s, Chime.WAKE)
    assert spoken_s > chimed_s
    assert played[:BLOCK].any()


# Telling


def test_observers_see_speech_when_it_begins(
    session: Session,
) -> None:
    session.engine.start()
    session.finish_speech()

    said_s = [at_s for at_s, what in session.events if isinstance(what, Say)]

    assert len(said_s) > 1
    assert said_s[0] == 0
    assert all(later - earlier > 0.5 for earlier, later in pairwise(said_s))


def test_the_speech_input_is_given_the_context(session: Session) -> None:
    session.engine.start()
    assert session.speech_input.context == "preparing"

    session.finish_speech()
    session.hear(Intent.READY)
    session.run(0.1)

    assert session.speech_input.context == "step"


# Ending


def test_the_session_is_finished_after_goodbye_was_played(session: Session) -> None:
    session.enter_first_step()

    session.hear(Intent.GOODBYE)
    session.run(0.1)
    assert not session.engine.is_finished

    session.finish_speech()
    assert session.engine.is_finished
