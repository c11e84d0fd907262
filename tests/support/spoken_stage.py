"""Play stories aloud: people speak in a simulated room, and the whole engine answers.

Only the sound card is missing. Three rules fill in what a story leaves open:

- Several synthetic people take turns. A line that is not understood is said again by the next
  person, three times at most; the chime and the hint that follow are not part of the story. A
  line that is taken for another command fails the story.
- Speaking takes time here and none in a story. So the guide's timer runs only where the story
  lets time pass.
- An interruption must be understood during the sentence that the story names. If it comes too
  late, the story starts again with the next person.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from support.stage import FAULTS, INTERRUPTED, Heard, StoryLine, StoryStage
from support.synthetic_people import PEOPLE, Person

from voice_guide.app.content import Content, load_content
from voice_guide.app.speech_input import load_model, new_listener, new_matcher
from voice_guide.audio.faults import AudioFault
from voice_guide.audio.pcm import BLOCK, RATE, Samples, level_dbfs
from voice_guide.config.language import reference
from voice_guide.config.settings import Settings
from voice_guide.dialogue.actions import Action, PlayChime, Say, SayIfFree
from voice_guide.dialogue.events import Event, Idle, NewDay, SentenceFinished, SpeechEnded
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.speech import sentences
from voice_guide.engine import Engine
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.matcher import Matcher
from voice_guide.nlu.sentences import Meaning
from voice_guide.routines.model import Routine
from voice_guide.simulation.acoustics import DEMO_ROOM
from voice_guide.simulation.room import Room
from voice_guide.tts.cached_tts import CachedTts
from voice_guide.tts.mixer import Mixer
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render
from voice_guide.ui.console import describe_command

MOST_ATTEMPTS = 3
"""Attempts to say a line before the story fails."""

SPEECH_DBFS = -20.0
"""Level of every person's speech at the microphone, before the room."""

POLITE_S = 0.8
"""Seconds of the guide's silence before the person speaks."""

AFTER_TALK_S = 1.5
"""More seconds to wait after speech that was not understood, so that the next is not its rest."""

ANSWER_WITHIN_S = 2.0
"""Seconds in which the guide must react to what was said."""

DECIDED_AFTER_S = 0.35
"""Seconds from the last sound of a command to the decision, usually."""

SENTENCES_APART_S = 0.4
"""Seconds of silence between two sentences of the guide."""

LOOK_UP_S = 0.2
"""Seconds into a sentence after which the person interrupts it, at the latest."""

SLEEP_AFTER_MIN = 1.0
"""Minutes until the guide falls asleep: fewer than in the default settings."""

NONSENSE = (
    "my brother painted the kitchen yellow",
    "the roses are out in the garden",
    "we took the train into the city",
)
"""Sentences that are no commands."""

_says = cache(Person.says)
_rendered = cache(render)


@dataclass(frozen=True)
class Ear:
    """The parts of hearing that are loaded once for all stories."""

    content: Content
    model: SpeechModel
    matcher: Matcher

    @classmethod
    def load(cls) -> "Ear":
        """Take about a second and 200 MB."""
        content, model = load_content(Settings()), load_model(reference())
        return cls(content, model, new_matcher(content.interpreter, model, reference()))


@dataclass(frozen=True)
class SpokenLine:
    """One attempt to say something, and its result."""

    line: StoryLine
    text: str
    person: str
    attempt: int
    context: str
    is_interrupting: bool
    meant: bool
    """True if it is a command."""
    is_understood: bool
    """True if it was understood as meant, in time or late."""
    became: str
    """The failure; empty if it was understood as meant and in time."""

    def __str__(self) -> str:
        where = f"{self.context}, over the voice" if self.is_interrupting else self.context
        return f'{self.line.place}, {where}: "{self.text}" by {self.person} {self.became}'


class TooLateError(Exception):
    """An interruption was understood too late: the story starts again."""


class PlayedStory(NamedTuple):
    """The result of playing a story."""

    name: str
    failure: str
    """The line that did not hold, and why; empty if all held."""
    said: list[SpokenLine]
    """All utterances; one repeated because the story started again counts once."""
    heard_s: float
    """Seconds of audio, with all starts."""


def play_aloud(story: Path, ear: Ear) -> PlayedStory:
    """Play a story until it ends or fails."""
    said: dict[tuple[int, int], SpokenLine] = {}
    attempts: dict[int, int] = {}
    failure, heard_s = "", 0.0
    is_over = False
    while not is_over:
        stage = SpokenStage(story, ear, attempts, said)
        try:
            stage.play()
            is_over = True
        except TooLateError:
            pass
        except pytest.fail.Exception as failed:
            failure, is_over = str(failed), True
        finally:
            heard_s += stage.heard_s
            stage.close()
    return PlayedStory(story.name, failure, list(said.values()), heard_s)


def figures(stories: Sequence[PlayedStory]) -> Iterator[str]:
    """Yield lines with the share of utterances understood."""
    meant = [said for played in stories for said in played.said if said.meant]
    firsts = [said for said in meant if said.attempt == 0]
    groups = {"all": firsts, "over the voice": [said for said in firsts if said.is_interrupting]}
    for said in sorted(firsts, key=lambda said: said.context):
        groups.setdefault(f"while {said.context}", []).append(said)
    for name, group in groups.items():
        if group:
            good = sum(said.is_understood for said in group)
            yield (
                f"stories, {name}: {good} of {len(group)} utterances understood at the first "
                f"attempt ({good / len(group):.0%})"
            )
    heard_min = sum(played.heard_s for played in stories) / 60
    yield f"stories: {len(meant)} attempts, in {heard_min:.0f} minutes of sound"


class StoryEngine(Engine):
    """An engine whose timer runs only while the story lets time pass.

    Speaking takes time here, and none in a story.
    """

    passes_s = 0.0
    """Seconds that the timer may still run."""

    _seen: object = None

    @property
    def timer_left_s(self) -> float | None:
        """The seconds left on the timer; None if it does not run."""
        left = self._timer.end - self._samples if self._timer else None
        # One block is over before a story can look at the timer.
        return None if left is None else round((left + BLOCK * self._is_counted) / RATE, 1)

    @property
    def _is_counted(self) -> bool:
        return self._timer is self._seen

    def _run_timer(self) -> None:
        timer = self._timer
        if timer is not None and timer is self._seen:
            if self.passes_s > 0:
                self.passes_s = round(self.passes_s - BLOCK / RATE, 6)
            else:
                self._timer = replace(
                    timer, end=timer.end + BLOCK, next_tick=timer.next_tick + BLOCK
                )
        super()._run_timer()
        self._seen = self._timer


class SpokenStage(StoryStage):
    """Plays a story aloud."""

    def __init__(
        self,
        story: Path,
        ear: Ear,
        attempts: dict[int, int],
        said: dict[tuple[int, int], SpokenLine],
    ) -> None:
        """`attempts` counts the interruptions that came too late, by line; `said` collects all."""
        settings = Settings()
        hearing = replace(settings.hearing, sleep_after_min=SLEEP_AFTER_MIN)
        super().__init__(story, ear.content, replace(settings, hearing=hearing))
        self._ear = ear
        self._attempts = attempts
        self._said = said
        self._voice: CachedTts | None = None
        self._spoke_at_s = 0.0
        self._was_understood = True
        self._answer: Command | NotUnderstood | None = None
        self._expects_command = False
        self._is_interrupting = False
        self._has_happened: list[type[Event]] = []
        self._over = 0
        """The number of sentences that the guide has finished."""
        self._text = ""
        """The text begun last; empty if none was since the last command."""
        self._begun_at_s = 0.0
        self._over_at_start = 0
        """The number of finished sentences when this text began."""
        self._over_at_interruption = 0
        """The number of finished sentences at which the guide is interrupted."""
        self._is_first_text = True
        """True if the story has not yet shown a text since the last event."""
        self.heard_s = 0.0
        """Seconds of audio so far."""

    def close(self) -> None:
        """Release the voice."""
        if self._voice:
            self._voice.close()

    # How things are made to happen

    def _start(self, routine: Routine | None) -> None:
        self.close()
        content, settings = self._content, self._settings
        self._voice = CachedTts(VoiceSpec(settings.voice.name, settings.voice.rate), _rendered)
        ear = self._ear
        self._engine = StoryEngine(
            DialogueManager(content.library, content.prompts, settings, routine, self._is_device),
            new_listener(ear.model, ear.matcher, Phase.CHOOSING, settings),
            self._voice,
            Mixer(settings.voice.volume),
            self._observe,
            settings.hearing.sleep_after_min * 60,
            self._started,
            lambda: self._today,
        )
        self._room = Room(DEMO_ROOM, self._engine.process)
        self._spoke_at_s = 0.0
        self._over_at_interruption = self._over
        self._engine.start()

    @property
    def _context(self) -> str:
        return self._engine.context

    @property
    def _timer_left_s(self) -> float | None:
        return self._engine.timer_left_s

    @property
    def _is_speaking(self) -> bool:
        return self._engine.is_speaking

    def _say(self, text: str, meanings: tuple[Meaning, ...], is_interrupting: bool) -> None:
        meaning = meanings[0] if meanings else None
        if is_interrupting:
            self._interrupt(text, meaning)
            return
        for attempt in range(MOST_ATTEMPTS):
            became = self._try_to_say(text, meaning, attempt)
            if not became:
                return
            self._finish_speech()
            self._heard.clear()
        self._fail(f'"{text}" to be understood', became)

    def _interrupt(self, text: str, meaning: Meaning | None) -> None:
        if not self._is_interrupted:
            # The interruption comes in the first sentence since the last event.
            if not self._text:
                self._hear_next()
                self._heard.clear()
            self._over_at_interruption = self._over
        number = self._line.number
        attempt = self._attempts.get(number, 0)
        became = self._try_to_say(text, meaning, attempt, is_interrupting=True)
        if not became:
            return
        if attempt + 1 == MOST_ATTEMPTS:
            self._fail(f'"{text}" to be understood in time', became)
        self._attempts[number] = attempt + 1
        raise TooLateError

    def _try_to_say(
        self, text: str, meaning: Meaning | None, attempt: int, is_interrupting: bool = False
    ) -> str:
        """Let the next person say this; return the failure, empty if it was understood."""
        person = PEOPLE[(self._line.number + attempt) % len(PEOPLE)]
        context = self._context
        answer = self._answer_to(_says(person, text), is_interrupting)
        became = ""
        if isinstance(answer, Command):
            if Meaning(answer.intent, answer.slots) != meaning:
                became = f"was taken for {describe_command(answer)}"
            elif is_interrupting and self._over != self._over_at_interruption:
                became = f"was understood {self._over - self._over_at_interruption} sentences late"
        elif meaning:
            became = f'was heard as "{answer.text}"' if answer else "was not heard"
        elif answer is None and context != Phase.ASLEEP:
            became = "was not noticed"
        self._said[self._line.number, attempt] = SpokenLine(
            line=self._line,
            text=text,
            person=person.name,
            attempt=attempt,
            context=context,
            is_interrupting=is_interrupting,
            meant=meaning is not None,
            is_understood=isinstance(answer, Command) and "taken for" not in became,
            became=became,
        )
        self._was_understood = isinstance(answer, Command)
        if isinstance(answer, Command) and "taken for" in became:
            self._fail(f'"{text}" to be understood', f"{person.name} {became}")
        return became

    def _answer_to(self, sound: Samples, is_interrupting: bool) -> Command | NotUnderstood | None:
        """Play this in the room; return the event that it caused, if any."""
        if is_interrupting:
            begins_s = self._when_to_interrupt(len(sound) / RATE)
            self._move_on_until(lambda: self._engine.now_s >= begins_s)
        elif not self._was_understood:
            self._let_pass(AFTER_TALK_S)
        self._answer, self._expects_command, self._is_interrupting = None, True, is_interrupting
        self._room.say(sound, 10 ** ((SPEECH_DBFS - level_dbfs(sound)) / 20))
        until_s = self._engine.now_s + len(sound) / RATE + ANSWER_WITHIN_S
        self._move_on_until(lambda: self._answer is not None or self._engine.now_s >= until_s)
        self._expects_command = self._is_interrupting = False
        return self._answer

    def _say_nonsense(self) -> None:
        for attempt in range(MOST_ATTEMPTS):
            text = NONSENSE[(self._line.number + attempt) % len(NONSENSE)]
            if not self._try_to_say(text, None, attempt):
                return
        self._fail("nonsense to be noticed", "nothing")

    def _finish_speech(self) -> None:
        self._move_on_until(lambda: self._engine.now_s >= self._spoke_at_s + POLITE_S)

    def _interrupt_after(self, beginning: str) -> None:
        """Set when the guide is interrupted; the person who interrupts waits until then."""
        all_parts = sentences(self._matched_text)
        over = sum(part in all_parts for part in sentences(beginning))
        self._over_at_interruption = self._over_at_start + over

    def _when_to_interrupt(self, takes_s: float) -> float:
        """Return when to begin an utterance of this length, so that it is understood in time."""
        over = self._over_at_interruption - self._over_at_start
        assert self._voice
        lengths_s = [len(self._voice.speech(part)) / RATE for part in sentences(self._text)]
        begins_s = self._begun_at_s + sum(lengths_s[:over]) + SENTENCES_APART_S * over
        # The length of a sentence after this text is not known yet.
        long_s = lengths_s[over] if over < len(lengths_s) else takes_s + 2 * DECIDED_AFTER_S
        middle_s = begins_s + long_s / 2 - takes_s - DECIDED_AFTER_S
        return min(begins_s + LOOK_UP_S, middle_s)

    def _pass_time(self, seconds: float, is_in_speech: bool) -> None:
        if is_in_speech:
            self._move_on_until(lambda: self._over >= self._over_at_interruption)
        self._engine.passes_s = seconds
        self._move_on_until(lambda: self._engine.passes_s <= 0 or self._is_at_rest)
        if self._engine.passes_s > 0:
            too_few_s = self._engine.passes_s
            self._engine.passes_s = 0
            self._fail("a timer that runs as long", f"{too_few_s:g} seconds too few")
        if is_in_speech and self._over != self._over_at_interruption:
            self._fail("a sentence that is as long", "one that ended sooner")

    @property
    def _is_at_rest(self) -> bool:
        return self._engine.timer_left_s is None and not self._engine.is_speaking

    def _fall_idle(self) -> None:
        self._wait_for(Idle, SLEEP_AFTER_MIN * 60)

    def _break_sound(self, fault: AudioFault, is_in_speech: bool) -> None:
        if is_in_speech:
            self._move_on_until(lambda: self._over >= self._over_at_interruption)
        self._engine.notice(fault)

    def _begin_day(self) -> None:
        self._wait_for(NewDay, 60)

    def _wait_for(self, event: type[Event], most_s: float) -> None:
        self._has_happened.clear()
        until_s = self._engine.now_s + most_s + 1
        self._move_on_until(lambda: event in self._has_happened or self._engine.now_s >= until_s)
        if event not in self._has_happened:
            self._fail(event.__name__, "no such event")

    def _hear_next(self) -> bool:
        self._has_happened.clear()
        count = len(self._heard)
        self._move_on_until(
            lambda: (
                len(self._heard) > count
                or SpeechEnded in self._has_happened
                or not self._engine.is_speaking
            )
        )
        return len(self._heard) > count

    def _play(self, line: StoryLine) -> None:
        super()._play(line)
        if line.who == "Guide":
            self._is_first_text = False
        elif line.who.startswith(("Person", "(")):
            self._is_first_text = True

    def _expect(self, expected: Heard) -> None:
        # The interruption comes in the first sentence: the texts after it are never heard.
        if self._is_first_text or self._heard or not self._is_about_to_be_interrupted:
            super()._expect(expected)

    @property
    def _is_about_to_be_interrupted(self) -> bool:
        """True if the current speech will be interrupted, though no line says where."""
        for line in [self._line, *self._to_come]:
            if line.who not in ("Guide", "Sound"):
                return line.who in ("Person, cutting in", "(the power fails)", *FAULTS)
            if line.text.endswith(INTERRUPTED):
                return False
        return False

    # Time

    def _let_pass(self, seconds: float) -> None:
        until_s = self._engine.now_s + seconds
        self._move_on_until(lambda: self._engine.now_s >= until_s)

    def _move_on_until(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            self._room.move_on()
            self.heard_s += BLOCK / RATE
            if self._engine.is_speaking:
                self._spoke_at_s = self._engine.now_s

    def _observe(self, at_s: float, happening: Event | Action) -> None:
        match happening:
            case Say(text) | SayIfFree(text):
                self._heard.append(("Guide", text))
                self._text, self._begun_at_s, self._over_at_start = text, at_s, self._over
            case PlayChime(chime):
                self._heard.append(("Sound", chime.name.lower().replace("_", " ")))
            case SentenceFinished():
                self._over += 1
            case Command() | NotUnderstood():
                if isinstance(happening, Command) and not self._expects_command:
                    self._fail("no command that was not said", describe_command(happening))
                self._answer, self._text = happening, ""
                if self._is_interrupting:
                    # The guide went on speaking meanwhile.
                    self._heard.clear()
            case Idle() | NewDay() | SpeechEnded():
                self._has_happened.append(type(happening))
            case _ if isinstance(happening, Action):
                self._keep(happening)
