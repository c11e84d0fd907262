"""Whether somebody who speaks is understood here, how well she is heard, and what to do about it.

She is asked to say a few things, and what is heard of her is measured. Nothing of it is stored.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from voice_guide.audio.pcm import BLOCK, RATE, Samples, level_dbfs
from voice_guide.dialogue.chime import Chime
from voice_guide.doctor.check_result import CheckResult
from voice_guide.doctor.echo_check import is_at_its_limits, sounds
from voice_guide.engine import SpeechInput
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.sampling import UNKNOWN
from voice_guide.nlu.sentences import Meaning
from voice_guide.tts import chimes
from voice_guide.tts.mixer import Mixer
from voice_guide.ui.console import describe_command

PART = "commands"
"""What findings call this part."""

_PATIENCE_S = 5.0
"""How long an answer is waited for, in seconds."""

_NOISE_PERCENT = 20
"""So much of the time in which she is listened to she does not speak, at the least: she takes a
moment to begin, and it takes another to be sure that she has ended."""

_FAINT_DB = 20.0
"""What is this much below the loudest of a sentence is no part of it ..."""

_OUT_OF_NOISE_DB = 3.0
"""... nor what stands out of the noise by less than this."""

_SHORTEST_BLOCKS = 10
"""What is shorter, 0.2 s, is a knock or a click, and no speech."""

_SOFT_DBFS = -45.0
"""Speech below this, in silence, is not always understood: 14 of 15 sentences at -50 dBFS, 11
at -60."""

_NEAR_NOISE_DB = 10.0
"""Speech that stands out of the noise by less than this is not always understood: 15 of 15
sentences at 16 dB, 13 at 9."""

_BEHIND_S = 0.3
"""How late a decision may come because this machine has so much to do, in seconds."""


@dataclass(frozen=True)
class Question:
    """Something that somebody is asked to say."""

    words: str
    """The words."""

    meaning: Meaning
    """What they mean."""

    prompt: str
    """How she is asked."""


@dataclass(frozen=True)
class Loudness:
    """How loud somebody was."""

    speech_dbfs: float
    """Level of her speech, without its pauses."""

    noise_dbfs: float
    """Level of what is to be heard while she does not speak."""

    is_clipped: bool
    """Whether she was too loud for the microphone."""

    silence_s: float
    """How long she had been silent when she was no longer listened to, in seconds."""

    @property
    def over_noise_db(self) -> float:
        """Level of her speech against that of the noise, in dB."""
        return self.speech_dbfs - self.noise_dbfs

    def __str__(self) -> str:
        return f"{self.speech_dbfs:.0f} dBFS, {self.over_noise_db:.0f} dB over the noise"


@dataclass(frozen=True)
class Answer:
    """What became of a question."""

    question: Question
    """The question."""

    heard: Command | NotUnderstood | None = None
    """What was heard; None for nothing."""

    loudness: Loudness | None = None
    """How loud it was; None where nothing stood out of the noise, or the guide was speaking."""

    is_early: bool = False
    """Whether it was heard while the guide was still asking: whoever said it cannot be told."""

    behind_s: float = 0.0
    """How late the decision came since this machine was not done with what it had heard, in
    seconds."""

    @property
    def is_understood(self) -> bool:
        """Whether it was taken for what it means."""
        heard = self.heard
        return (
            isinstance(heard, Command)
            and Meaning(heard.intent, heard.slots) == self.question.meaning
        )

    @property
    def decided_after_s(self) -> float | None:
        """Time from the last sound of the words to the decision, in seconds."""
        return self.loudness.silence_s + self.behind_s if self.heard and self.loudness else None

    @property
    def processor(self) -> float | None:
        """Processor time that hearing took, as a part of the time."""
        if not isinstance(self.heard, Command):
            return None
        return self.heard.compute_ms / 1000 / (self.heard.decided_s - self.heard.start_s)


class Asking:
    """Asks one question after the other, and listens for the answer to each.

    Where nobody answers the first one, the others are not asked.
    """

    def __init__(
        self,
        listener: SpeechInput,
        speech: Callable[[str], Samples],
        mixer: Mixer[str, None],
        questions: Iterable[Question],
        show: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`speech` turns what is asked into sound; `show` is told it as well.

        `clock` tells how many seconds have really passed.
        """
        self._listener = listener
        self._mixer = mixer
        self._show = show
        self._clock = clock
        self._waiting = deque(questions)
        # Rendered now: on a small machine, too late to be listening meanwhile.
        self._speech = {each.prompt: speech(each.prompt) for each in self._waiting}
        self._question: Question | None = None
        self._since_asked: list[Samples] = []
        self._heard_s = self._behind_s = 0.0
        self._earliest_s = inf
        self.answers: list[Answer] = []
        """What became of the questions so far."""

    @property
    def is_finished(self) -> bool:
        """Whether nothing is asked any more."""
        return self._question is None

    def start(self) -> None:
        """Ask the first question."""
        self._ask_next()

    def process(self, heard: Samples, played: Samples) -> Samples:
        """Take what is heard and what is played meanwhile; return what to play next."""
        events = self._listener.hear(heard, played)
        said = [event for event in events if isinstance(event, Command | NotUnderstood)]
        self._follow_the_clock()
        if self._question:
            is_asking = self._mixer.is_playing or bool(sounds(played).any())
            self._listen(self._question, heard, said, is_asking)
        block, started, _ = self._mixer.next_block()
        for prompt in started:
            self._show(prompt)
        return block

    def _listen(
        self,
        question: Question,
        heard: Samples,
        said: Sequence[Command | NotUnderstood],
        is_asking: bool,
    ) -> None:
        if is_asking:
            # Talk over the guide's voice is not answered in a session either.
            if commands := [each for each in said if isinstance(each, Command)]:
                self._take(Answer(question, commands[0], is_early=True))
            return
        self._since_asked.append(heard)
        if said or len(self._since_asked) * BLOCK >= _PATIENCE_S * RATE:
            loudness = _loudness(self._since_asked)
            words = said[0] if said else None
            self._take(Answer(question, words, loudness, behind_s=self._behind_s))

    def _take(self, answer: Answer) -> None:
        self.answers.append(answer)
        self._since_asked.clear()
        self._mixer.stop()
        self._ask_next()

    def _ask_next(self) -> None:
        is_answered = not self.answers or any(answer.heard for answer in self.answers)
        self._question = self._waiting.popleft() if self._waiting and is_answered else None
        if self._question:
            prompt = self._question.prompt
            self._mixer.play(self._speech[prompt], prompt)
            self._mixer.play(chimes.sound(Chime.START), None)

    def _follow_the_clock(self) -> None:
        """Note how long ago what was just heard came in, beside the time that it always takes."""
        self._heard_s += BLOCK / RATE
        late_s = self._clock() - self._heard_s
        self._earliest_s = min(self._earliest_s, late_s)
        self._behind_s = late_s - self._earliest_s


def _loudness(blocks: Sequence[Samples]) -> Loudness | None:
    """Return how loud somebody was who spoke in these blocks; None where nobody did."""
    levels_dbfs = np.array([level_dbfs(block) for block in blocks])
    noise_dbfs = float(np.percentile(levels_dbfs, _NOISE_PERCENT))
    faintest_dbfs = max(levels_dbfs.max() - _FAINT_DB, noise_dbfs + _OUT_OF_NOISE_DB)
    loud = np.flatnonzero(levels_dbfs > faintest_dbfs)
    if len(loud) < _SHORTEST_BLOCKS:
        return None
    speech = np.stack(blocks)[loud].ravel()
    return Loudness(
        level_dbfs(speech),
        noise_dbfs,
        is_at_its_limits(speech),
        float(len(blocks) - 1 - loud[-1]) * BLOCK / RATE,
    )


def report(answers: Sequence[Answer], breaks: int) -> Iterator[CheckResult]:
    """Tell of each answer how well it was heard, and what to do about it.

    `breaks` is how often the sound broke off meanwhile.
    """
    if not any(answer.heard for answer in answers):
        silence = _silence(answers[0])
        # Where something was to be heard, somebody may have spoken, and in pieces.
        yield _broken_off(breaks) if breaks and answers[0].loudness else silence
        return
    findings = []
    for answer in answers:
        advice = _advice(answer)
        told = f"{_told(answer)}: {advice}" if advice else _told(answer)
        findings.append(CheckResult(PART, not advice, told, _figures(answer)))
    if breaks and not all(finding.is_well for finding in findings):
        yield _broken_off(breaks)
    else:
        yield from findings


def _broken_off(breaks: int) -> CheckResult:
    return CheckResult(
        PART,
        False,
        f"not measured, for the sound broke off ({breaks} times): try again while nothing else "
        "keeps this machine busy",
    )


def _silence(answer: Answer) -> CheckResult:
    """Tell that nobody answered, which is no fault of the machine's."""
    loudest = f", the loudest sound was {answer.loudness}" if answer.loudness else ""
    return CheckResult(
        PART,
        True,
        f'nobody was heard to say "{answer.question.words}" within {_PATIENCE_S:.0f} s{loudest}; '
        "if you did, come nearer, turn the microphone's gain up, or choose another microphone",
        _figures(answer),
    )


def _told(answer: Answer) -> str:
    parts = [f'"{answer.question.words}" {_outcome(answer)}']
    if answer.loudness:
        parts.append(str(answer.loudness))
    if answer.decided_after_s is not None:
        parts.append(f"decided after {answer.decided_after_s:.2f} s")
    if answer.processor is not None:
        parts.append(f"{answer.processor:.2f} of the processor's time")
    return ", ".join(parts)


def _outcome(answer: Answer) -> str:
    if answer.is_understood:
        return "understood"
    match answer.heard:
        case Command(text=text):
            return f'heard as "{text}" ({describe_command(answer.heard)})'
        case NotUnderstood(text):
            return f'heard as "{text.replace(UNKNOWN, "…")}", not understood'
    return "not heard"


def _advice(answer: Answer) -> str | None:
    """Return what to do; None where all is well."""
    loudness = answer.loudness
    if answer.is_early:
        return (
            "that was before the sound: wait for it; if nobody had spoken, the guide hears "
            "itself: see echo"
        )
    if loudness and loudness.is_clipped:
        return "too loud: turn the microphone's gain down, or speak from farther away"
    if loudness and loudness.over_noise_db < _NEAR_NOISE_DB:
        return "hardly louder than the noise: come nearer, or turn off what makes it"
    if loudness is None or loudness.speech_dbfs < _SOFT_DBFS:
        return "too soft: turn the microphone's gain up, or come nearer"
    if answer.behind_s > _BEHIND_S:
        return "this machine is too busy, or too slow: end what else runs on it"
    if not answer.is_understood:
        return "try once more; if it is missed often, set hearing.sensitivity higher"
    return None


def _figures(answer: Answer) -> dict[str, object]:
    heard, loudness = answer.heard, answer.loudness
    return {
        "asked": answer.question.words,
        "is_understood": answer.is_understood,
        "heard": heard.text if heard else None,
        "meaning": describe_command(heard) if isinstance(heard, Command) else None,
        "is_early": answer.is_early,
        "speech_dbfs": loudness.speech_dbfs if loudness else None,
        "noise_dbfs": loudness.noise_dbfs if loudness else None,
        "is_clipped": loudness.is_clipped if loudness else None,
        "decided_after_s": answer.decided_after_s,
        "behind_s": answer.behind_s,
        "processor": answer.processor,
    }
