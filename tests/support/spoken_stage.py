"""Stories played aloud: somebody speaks in a room, the ear hears her, and the voice answers.

It is the Guide's own engine that answers, with everything of it but the sound card. What a
story leaves open is settled so:

- In turn, each of several synthetic people says what there is to say. Who is not understood
  is followed by the next, at most three in all; the sound and the hint that this brings are
  no part of the story. What is taken for another command fails the story.
- Talking takes time here, and in a story it takes none. So the guide's timer stands still
  but where the story lets time pass.
- Who cuts in is to be understood while the sentence is being said that the story tells.
  Where she is not, the story is told again from its beginning, with the next one in her
  place.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from support.stage import CUT_SHORT, TROUBLES, Heard, Line, Stage
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
"""How often something is said, at the most, until it is understood."""

SPEECH_DBFS = -20.0
"""How loud people speak, whatever their synthesizer makes of it."""

POLITE_S = 0.8
"""How long the guide has been silent when the person speaks, in seconds."""

AFTER_TALK_S = 1.5
"""How long she waits besides after what made no sense, so as not to be taken to go on, in
seconds."""

ANSWER_WITHIN_S = 2.0
"""How long she waits for a sign of having been heard, in seconds."""

DECIDED_AFTER_S = 0.35
"""How long after its last sound a command is usually decided on, in seconds."""

SENTENCES_APART_S = 0.4
"""What the guide leaves between two sentences, in seconds."""

LOOK_UP_S = 0.2
"""How far into a sentence she begins to speak over it, at the latest, in seconds."""

SLEEP_AFTER_MIN = 1.0
"""How many minutes have to pass until the guide falls asleep; people wait for longer."""

NONSENSE = (
    "my brother painted the kitchen yellow",
    "the roses are out in the garden",
    "we took the train into the city",
)
"""What no command can be made of."""

_says = cache(Person.says)
_rendered = cache(render)


@dataclass(frozen=True)
class Ear:
    """What hearing needs, and what is made once for all stories."""

    content: Content
    model: SpeechModel
    matcher: Matcher

    @classmethod
    def load(cls) -> "Ear":
        """Take about a second and 200 MB."""
        content, model = load_content(Settings()), load_model(reference())
        return cls(content, model, new_matcher(content.sentences, model, reference()))


@dataclass(frozen=True)
class Utterance:
    """Something that was said, and what became of it."""

    line: Line
    text: str
    person: str
    attempt: int
    context: str
    is_cutting_in: bool
    meant: bool
    """Whether there is anything to understand."""
    is_understood: bool
    """Whether it was understood as it was meant, if not in time."""
    became: str
    """Empty where it was understood as it was meant, and in time."""

    def __str__(self) -> str:
        where = f"{self.context}, over the voice" if self.is_cutting_in else self.context
        return f'{self.line.place}, {where}: "{self.text}" by {self.person} {self.became}'


class TooLateError(Exception):
    """Somebody was not understood at the moment that the story tells: it begins anew."""


class Told(NamedTuple):
    """A story that was played."""

    name: str
    failure: str
    """Where it went otherwise, and how; empty where it did not."""
    said: list[Utterance]
    """What was said again, since the story had to begin anew, counts once."""
    heard_s: float
    """How long it was, with all beginnings."""


def tell(story: Path, ear: Ear) -> Told:
    """Play a story until it fails or is over."""
    said: dict[tuple[int, int], Utterance] = {}
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
    return Told(story.name, failure, list(said.values()), heard_s)


def figures(stories: Sequence[Told]) -> Iterator[str]:
    """Yield lines that tell how well people were understood."""
    meant = [said for told in stories for said in told.said if said.meant]
    firsts = [said for said in meant if said.attempt == 0]
    groups = {"all": firsts, "over the voice": [said for said in firsts if said.is_cutting_in]}
    for said in sorted(firsts, key=lambda said: said.context):
        groups.setdefault(f"while {said.context}", []).append(said)
    for name, group in groups.items():
        if group:
            good = sum(said.is_understood for said in group)
            yield (
                f"stories, {name}: {good} of {len(group)} utterances understood at the first "
                f"attempt ({good / len(group):.0%})"
            )
    heard_min = sum(told.heard_s for told in stories) / 60
    yield f"stories: {len(meant)} attempts, in {heard_min:.0f} minutes of sound"


class StoryEngine(Engine):
    """An engine whose timer runs only while the story lets time pass."""

    passes_s = 0.0
    """For how long it is to run still, in seconds."""

    _seen: object = None

    @property
    def timer_left_s(self) -> float | None:
        """How much is left of the time that runs, in seconds."""
        left = self._timer and self._timer.end - self._samples
        # A block of it is over before anybody can look at it.
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


class SpokenStage(Stage):
    """Plays a story aloud."""

    def __init__(
        self,
        story: Path,
        ear: Ear,
        attempts: dict[int, int],
        said: dict[tuple[int, int], Utterance],
    ) -> None:
        """`attempts` tells how often somebody cut in in vain, by line; `said`, what was said."""
        settings = Settings()
        hearing = replace(settings.hearing, sleep_after_min=SLEEP_AFTER_MIN)
        super().__init__(story, ear.content, replace(settings, hearing=hearing))
        self._ear = ear
        self._attempts = attempts
        self._said = said
        self._voice: CachedTts | None = None
        self._spoke_at_s = 0.0
        self._made_sense = True
        self._answer: Command | NotUnderstood | None = None
        self._is_asked_for = False
        self._is_cutting_in = False
        self._has_happened: list[type[Event]] = []
        self._over = 0
        """How many sentences the guide has said to their end."""
        self._text = ""
        """The text that was begun last; empty where none was since somebody was understood."""
        self._begun_at_s = 0.0
        self._over_at_start = 0
        """How many sentences it had said as it began."""
        self._over_at_cut = 0
        """How many it has to have said when it is interrupted."""
        self._is_first_text = True
        """Whether no text is told yet of what comes of the thing that happened last."""
        self.heard_s = 0.0
        """For how long it was played, in seconds."""

    def close(self) -> None:
        """Give back what the voice needs."""
        if self._voice:
            self._voice.close()

    # How things are made to happen

    def _start(self, routine: Routine | None) -> None:
        self.close()
        content, settings = self._content, self._settings
        self._voice = CachedTts(VoiceSpec(settings.voice.name, settings.voice.rate), _rendered)
        ear = self._ear
        self._engine = StoryEngine(
            DialogueManager(content.library, content.prompts, settings, routine, self._stays_on),
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
        self._over_at_cut = self._over
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

    def _say(self, text: str, meanings: tuple[Meaning, ...], is_cutting_in: bool) -> None:
        meaning = meanings[0] if meanings else None
        if is_cutting_in:
            self._cut_in(text, meaning)
            return
        for attempt in range(MOST_ATTEMPTS):
            became = self._try_to_say(text, meaning, attempt)
            if not became:
                return
            self._let_everything_be_said()
            self._heard.clear()
        self._fail(f'somebody who says "{text}"', became)

    def _cut_in(self, text: str, meaning: Meaning | None) -> None:
        if not self._is_cut_short:
            # In the first sentence since something happened.
            if not self._text:
                self._hear_more()
                self._heard.clear()
            self._over_at_cut = self._over
        number = self._line.number
        attempt = self._attempts.get(number, 0)
        became = self._try_to_say(text, meaning, attempt, is_cutting_in=True)
        if not became:
            return
        if attempt + 1 == MOST_ATTEMPTS:
            self._fail(f'somebody who cuts in with "{text}"', became)
        self._attempts[number] = attempt + 1
        raise TooLateError

    def _try_to_say(
        self, text: str, meaning: Meaning | None, attempt: int, is_cutting_in: bool = False
    ) -> str:
        """Let the next one say this; return what became of it, or nothing if all is well."""
        person = PEOPLE[(self._line.number + attempt) % len(PEOPLE)]
        context = self._context
        answer = self._answer_to(_says(person, text), is_cutting_in)
        became = ""
        if isinstance(answer, Command):
            if Meaning(answer.intent, answer.slots) != meaning:
                became = f"was taken for {describe_command(answer)}"
            elif is_cutting_in and self._over != self._over_at_cut:
                became = f"was understood {self._over - self._over_at_cut} sentences late"
        elif meaning:
            became = f'was heard as "{answer.text}"' if answer else "was not heard"
        elif answer is None and context != Phase.ASLEEP:
            became = "was not noticed"
        self._said[self._line.number, attempt] = Utterance(
            line=self._line,
            text=text,
            person=person.name,
            attempt=attempt,
            context=context,
            is_cutting_in=is_cutting_in,
            meant=meaning is not None,
            is_understood=isinstance(answer, Command) and "taken for" not in became,
            became=became,
        )
        self._made_sense = isinstance(answer, Command)
        if isinstance(answer, Command) and "taken for" in became:
            self._fail(f'somebody who says "{text}"', f"{person.name}, who {became}")
        return became

    def _answer_to(self, sound: Samples, is_cutting_in: bool) -> Command | NotUnderstood | None:
        """Let this be said; return what it was taken for, if it was noticed at all."""
        if is_cutting_in:
            begins_s = self._when_to_cut_in(len(sound) / RATE)
            self._move_on_until(lambda: self._engine.now_s >= begins_s)
        elif not self._made_sense:
            self._let_pass(AFTER_TALK_S)
        self._answer, self._is_asked_for, self._is_cutting_in = None, True, is_cutting_in
        self._room.say(sound, 10 ** ((SPEECH_DBFS - level_dbfs(sound)) / 20))
        until_s = self._engine.now_s + len(sound) / RATE + ANSWER_WITHIN_S
        self._move_on_until(lambda: self._answer is not None or self._engine.now_s >= until_s)
        self._is_asked_for = self._is_cutting_in = False
        return self._answer

    def _make_no_sense(self) -> None:
        for attempt in range(MOST_ATTEMPTS):
            text = NONSENSE[(self._line.number + attempt) % len(NONSENSE)]
            if not self._try_to_say(text, None, attempt):
                return
        self._fail("somebody who makes no sense", "nobody who was noticed")

    def _let_everything_be_said(self) -> None:
        self._move_on_until(lambda: self._engine.now_s >= self._spoke_at_s + POLITE_S)

    def _let_be_cut(self, beginning: str) -> None:
        """Tell when the guide is to be cut short; it is for who cuts in to wait until then."""
        all_parts = sentences(self._fitting)
        over = sum(part in all_parts for part in sentences(beginning))
        self._over_at_cut = self._over_at_start + over

    def _when_to_cut_in(self, takes_s: float) -> float:
        """Return when to begin to say what takes so long, to be understood in the sentence."""
        over = self._over_at_cut - self._over_at_start
        assert self._voice
        lengths_s = [len(self._voice.speech(part)) / RATE for part in sentences(self._text)]
        begins_s = self._begun_at_s + sum(lengths_s[:over]) + SENTENCES_APART_S * over
        # Of a sentence that comes after the text, nobody knows yet how long it is.
        long_s = lengths_s[over] if over < len(lengths_s) else takes_s + 2 * DECIDED_AFTER_S
        middle_s = begins_s + long_s / 2 - takes_s - DECIDED_AFTER_S
        return min(begins_s + LOOK_UP_S, middle_s)

    def _let_time_pass(self, seconds: float, is_in_speech: bool) -> None:
        if is_in_speech:
            self._move_on_until(lambda: self._over >= self._over_at_cut)
        self._engine.passes_s = seconds
        self._move_on_until(lambda: self._engine.passes_s <= 0 or self._stands_still)
        if self._engine.passes_s > 0:
            too_few_s = self._engine.passes_s
            self._engine.passes_s = 0
            self._fail("a timer that runs as long", f"{too_few_s:g} seconds too few")
        if is_in_speech and self._over != self._over_at_cut:
            self._fail("a sentence that is as long", "one that is over sooner")

    @property
    def _stands_still(self) -> bool:
        return self._engine.timer_left_s is None and not self._engine.is_speaking

    def _let_minutes_pass(self) -> None:
        self._wait_for(Idle, SLEEP_AFTER_MIN * 60)

    def _have_trouble(self, trouble: AudioFault, is_in_speech: bool) -> None:
        if is_in_speech:
            self._move_on_until(lambda: self._over >= self._over_at_cut)
        self._engine.notice(trouble)

    def _let_a_day_begin(self) -> None:
        self._wait_for(NewDay, 60)

    def _wait_for(self, event: type[Event], most_s: float) -> None:
        self._has_happened.clear()
        until_s = self._engine.now_s + most_s + 1
        self._move_on_until(lambda: event in self._has_happened or self._engine.now_s >= until_s)
        if event not in self._has_happened:
            self._fail(event.__name__, "nothing of the kind")

    def _hear_more(self) -> bool:
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

    def _play(self, line: Line) -> None:
        super()._play(line)
        if line.who == "Guide":
            self._is_first_text = False
        elif line.who.startswith(("Person", "(")):
            self._is_first_text = True

    def _expect(self, expected: Heard) -> None:
        # Who cuts in does so in the first sentence: what was to come after it, nobody hears.
        if self._is_first_text or self._heard or not self._is_about_to_be_cut:
            super()._expect(expected)

    @property
    def _is_about_to_be_cut(self) -> bool:
        """Whether what is being said will not be told further, though no line says where."""
        for line in [self._line, *self._to_come]:
            if line.who not in ("Guide", "Sound"):
                return line.who in ("Person, cutting in", "(the power fails)", *TROUBLES)
            if line.text.endswith(CUT_SHORT):
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
                if isinstance(happening, Command) and not self._is_asked_for:
                    self._fail("nothing that nobody said", describe_command(happening))
                self._answer, self._text = happening, ""
                if self._is_cutting_in:
                    # What the guide went on to say meanwhile.
                    self._heard.clear()
            case Idle() | NewDay() | SpeechEnded():
                self._has_happened.append(type(happening))
            case _ if isinstance(happening, Action):
                self._keep(happening)
