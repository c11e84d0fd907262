"""Telling the guide's own words from a person's.

What is left of an echo sounds like what was said, or like what the recognizer takes that for.
So a second recognizer listens to nothing but what is played, side by side with the one that
listens to the room: what both hear in the same moment is the guide's own voice, unless what is
left after cancelling is much more than an echo.
"""

from collections import deque
from collections.abc import Sequence
from functools import cache

import numpy as np

from voice_guide.audio.pcm import BLOCK, RATE, Samples
from voice_guide.hearing.echo.alignment import LONGEST_DELAY_S
from voice_guide.hearing.gain import GainControl
from voice_guide.hearing.recognizer import Hypothesis, Recognizer, SpeechModel, Word

_SAME_MOMENT_S = 0.25
"""How far apart two words may begin that are the same sound, in seconds."""

_SAID_PART = 0.5
"""What part of a command's words the guide has to be saying for them to be its own: the room
changes some."""

_LOUD_PART = 75
"""The part of a command that has to be louder than an echo is its loudest quarter: the
percentile. Once the canceller has learnt, echo alone was at -3 dB and below there, people
at 6 dB and above, also over noise and 15 dB below the voice."""

_NOT_ECHO_DB, _NOT_OWN_WORDS_DB = 4.0, 12.0
"""How far above noise and echo that is for anything to be a person's voice, and for words
that the guide is saying in that moment to be."""

_SAFE_DB = 2.0
"""How much less that may be where it is safe to obey."""


class SelfEchoFilter:
    """Listens to what is played while somebody may be speaking."""

    def __init__(
        self,
        model: SpeechModel,
        sentences: Sequence[str],
        remembered_blocks: int,
        is_cancelled: bool = True,
        knows_words: bool = True,
    ) -> None:
        """Expect these sentences, and any part of them.

        `remembered_blocks` is how far back an utterance may begin when it is noticed. Unless
        the echo is cancelled here, nothing is known of how much of it is left, nor of when it
        is heard.
        """
        self._make_recognizer = cache(lambda: Recognizer(model, sentences))
        self._is_cancelled = is_cancelled
        self._knows_words = knows_words
        self._gain = GainControl()
        self._recent: deque[tuple[Samples, float]] = deque(maxlen=remembered_blocks)
        self._excess_db: list[float] = []
        self._said: list[Word] = []
        self._began_s = 0.0
        self._skipped_s: float | None = None

    def prepare(self) -> None:
        """Make what is needed to listen to anything."""
        self._make_recognizer()

    def follow(self, played: Samples, excess_db: float) -> None:
        """Take a block that was played, when it was heard, and how far it was over the echo."""
        self._recent.append((played, excess_db))
        if played.any():
            # It takes longer than a block: now, and not while somebody waits for an answer.
            self.prepare()

    def begin(self, at_s: float) -> None:
        """Forget what was said; an utterance begins here, in seconds of audio."""
        self._excess_db.clear()
        self._said.clear()
        self._began_s = at_s
        self._skipped_s = None

    def take(self, blocks: int) -> None:
        """Listen to so many of the newest blocks, as the room is listened to."""
        for played, excess_db in list(self._recent)[len(self._recent) - blocks :]:
            if self._skipped_s is None and played.any():
                now_s = self._began_s + len(self._excess_db) * BLOCK / RATE
                self._skipped_s = now_s - self._make_recognizer().taken_samples / RATE
            if self._skipped_s is not None:
                self._gain.follow(played)
                self._note(self._make_recognizer().take(self._gain.level(played)))
            self._excess_db.append(excess_db)

    def finish(self) -> None:
        """End the utterance here."""
        if self._skipped_s is not None:
            self._note(self._make_recognizer().finish())

    def is_own(self, words: Sequence[Word], is_safe: bool = False) -> bool:
        """Tell whether this was the guide; the words' times are in seconds of audio.

        What is safe to obey is taken for a person's sooner.
        """
        if self._skipped_s is None or not words:
            return False
        said = sum(map(self._has_said, words)) if self._knows_words else 0
        has_said = bool(said) and said >= _SAID_PART * len(words)
        if not self._is_cancelled:
            return has_said
        start, end = (
            round((at_s - self._began_s) * RATE / BLOCK)
            for at_s in (words[0].start_s, words[-1].end_s)
        )
        heard_db = self._excess_db[start : end + 1] or self._excess_db
        over_echo_db = np.percentile(heard_db, _LOUD_PART)
        needed_db = _NOT_OWN_WORDS_DB if has_said else _NOT_ECHO_DB
        return bool(over_echo_db < needed_db - is_safe * _SAFE_DB)

    def _has_said(self, word: Word) -> bool:
        latest_s = _SAME_MOMENT_S if self._is_cancelled else LONGEST_DELAY_S
        return any(
            said.text == word.text and -_SAME_MOMENT_S < word.start_s - said.start_s < latest_s
            for said in self._said
        )

    def _note(self, hypotheses: Sequence[Hypothesis]) -> None:
        skipped_s = self._skipped_s or 0.0
        self._said += [
            Word(word.text, skipped_s + word.start_s, skipped_s + word.end_s)
            for hypothesis in hypotheses
            for word in hypothesis.words
        ]
