"""A test of how well the user is heard: asks for a few sentences, and measures the answers.

Nothing that is heard is stored.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from voice_guide.audio.pcm import BLOCK, RATE, Samples, level_dbfs
from voice_guide.dialogue.chime import Chime
from voice_guide.doctor.echo_check import is_clipped, is_played
from voice_guide.engine import SpeechInput
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.sentences import Meaning
from voice_guide.tts import chimes
from voice_guide.tts.mixer import Mixer

ANSWER_WITHIN_S = 5.0
"""Seconds to wait for an answer."""

_NOISE_PERCENTILE = 20
"""Percentile of the levels that is taken for the noise: people are silent for at least this
part of the time, before they begin and until it is sure that they have ended."""

_SPEECH_RANGE_DB = 20.0
"""Range below the loudest block of a sentence in which blocks belong to it."""

_MIN_OVER_NOISE_DB = 3.0
"""Level over the noise that a block of speech has at least."""

_MIN_SPEECH_BLOCKS = 10
"""Blocks that speech has at least, 0.2 s: what is shorter is a knock or a click."""


@dataclass(frozen=True)
class Question:
    """A sentence that the user is asked to say."""

    words: str
    """The words to say."""

    meaning: Meaning
    """Their meaning."""

    prompt: str
    """The guide's request to say them."""


@dataclass(frozen=True)
class Loudness:
    """The loudness of the user and of the noise."""

    speech_dbfs: float
    """Level of the speech, without its pauses."""

    noise_dbfs: float
    """Level of the sound while the user is silent."""

    is_clipped: bool
    """True if the speech was too loud for the microphone."""

    silence_s: float
    """Seconds from the last sound of the speech to the end of the measurement."""

    @property
    def over_noise_db(self) -> float:
        """Level of the speech over that of the noise, in dB."""
        return self.speech_dbfs - self.noise_dbfs

    def __str__(self) -> str:
        return f"{self.speech_dbfs:.0f} dBFS, {self.over_noise_db:.0f} dB over the noise"


@dataclass(frozen=True)
class Answer:
    """The answer to a question."""

    question: Question
    """The question."""

    heard: Command | NotUnderstood | None = None
    """The sentence that was heard; None if nothing was."""

    loudness: Loudness | None = None
    """Its loudness; None if nothing stood out of the noise, or the guide was speaking."""

    is_early: bool = False
    """True if it was heard while the guide was still asking, and may be the guide's own voice."""

    behind_s: float = 0.0
    """Seconds that the decision came late because the machine had not kept up with the sound."""

    @property
    def is_understood(self) -> bool:
        """True if it was understood as it was meant."""
        heard = self.heard
        return (
            isinstance(heard, Command)
            and Meaning(heard.intent, heard.slots) == self.question.meaning
        )

    @property
    def decided_after_s(self) -> float | None:
        """Seconds from the last sound of the words to the decision."""
        return self.loudness.silence_s + self.behind_s if self.heard and self.loudness else None

    @property
    def processor(self) -> float | None:
        """Processor time of hearing it, as a fraction of the time."""
        if not isinstance(self.heard, Command):
            return None
        return self.heard.compute_ms / 1000 / (self.heard.decided_s - self.heard.start_s)


class SpeechTest:
    """Asks one question after another, and listens for the answer to each.

    Ends after the first question if there is no answer to it.
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
        """`speech` renders a prompt, and `show` shows it; `clock` gives real time in seconds."""
        self._listener = listener
        self._mixer = mixer
        self._show = show
        self._clock = clock
        self._waiting = deque(questions)
        # Rendered now: a small machine could not do it while it listens.
        self._speech = {each.prompt: speech(each.prompt) for each in self._waiting}
        self._question: Question | None = None
        self._since_asked: list[Samples] = []
        self._heard_s = self._behind_s = 0.0
        self._earliest_s = inf
        self.answers: list[Answer] = []
        """The answers so far."""

    @property
    def is_finished(self) -> bool:
        """True when there are no more questions."""
        return self._question is None

    def start(self) -> None:
        """Ask the first question."""
        self._ask_next()

    def process(self, heard: Samples, played: Samples) -> Samples:
        """Take a block that was heard and the one played with it; return the next to play."""
        events = self._listener.hear(heard, played)
        spoken = [event for event in events if isinstance(event, Command | NotUnderstood)]
        self._follow_clock()
        if self._question:
            is_asking = self._mixer.is_playing or bool(is_played(played).any())
            self._listen(self._question, heard, spoken, is_asking)
        block, started, _ = self._mixer.next_block()
        for prompt in started:
            self._show(prompt)
        return block

    def _listen(
        self,
        question: Question,
        heard: Samples,
        spoken: Sequence[Command | NotUnderstood],
        is_asking: bool,
    ) -> None:
        if is_asking:
            # As in a session, talk over the guide's voice is not answered; commands are.
            if commands := [each for each in spoken if isinstance(each, Command)]:
                self._take(Answer(question, commands[0], is_early=True))
            return
        self._since_asked.append(heard)
        if spoken or len(self._since_asked) * BLOCK >= ANSWER_WITHIN_S * RATE:
            loudness = _loudness(self._since_asked)
            first = spoken[0] if spoken else None
            self._take(Answer(question, first, loudness, behind_s=self._behind_s))

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

    def _follow_clock(self) -> None:
        """Measure how late the last block was processed, beyond the least delay so far."""
        self._heard_s += BLOCK / RATE
        late_s = self._clock() - self._heard_s
        self._earliest_s = min(self._earliest_s, late_s)
        self._behind_s = late_s - self._earliest_s


def _loudness(blocks: Sequence[Samples]) -> Loudness | None:
    """Return the loudness of the speech in these blocks; None if there is none."""
    levels_dbfs = np.array([level_dbfs(block) for block in blocks])
    noise_dbfs = float(np.percentile(levels_dbfs, _NOISE_PERCENTILE))
    faintest_dbfs = max(levels_dbfs.max() - _SPEECH_RANGE_DB, noise_dbfs + _MIN_OVER_NOISE_DB)
    loud = np.flatnonzero(levels_dbfs > faintest_dbfs)
    if len(loud) < _MIN_SPEECH_BLOCKS:
        return None
    speech = np.stack(blocks)[loud].ravel()
    return Loudness(
        level_dbfs(speech),
        noise_dbfs,
        is_clipped(speech),
        float(len(blocks) - 1 - loud[-1]) * BLOCK / RATE,
    )
