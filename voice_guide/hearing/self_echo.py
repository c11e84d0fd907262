"""Self-echo filter: distinguish the guide's own words from a person's.

The residue of an echo sounds like the words played, or like what the recognizer takes them for.
A second recognizer therefore listens only to what is played, in parallel with the one that
listens to the room. Words that both recognize at the same moment are the guide's own, unless
the microphone signal is far above any echo.
"""

from collections import deque
from collections.abc import Sequence
from functools import cache

import numpy as np

from voice_guide.audio.pcm import BLOCK, RATE, Samples, is_zero
from voice_guide.hearing.echo.alignment import LONGEST_DELAY_S
from voice_guide.hearing.gain import GainControl
from voice_guide.hearing.recognizer import Hypothesis, Recognizer, SpeechModel, Word

_MAX_OFFSET_S = 0.25
"""Seconds between the starts of two recognized words that are the same sound."""

_MIN_OWN_WORDS = 0.5
"""Part of a command's words that the guide has to be saying for all to be its own: the room
changes some of them."""

_EXCESS_PERCENTILE = 75
"""Percentile of a command's blocks, by their power over noise and echo, that is compared with
the limits below. Once the canceller has adapted, echo alone is at -3 dB and less there, people
at 6 dB and more, also over noise and 15 dB below the guide's voice."""

_MIN_EXCESS_DB, _MIN_OWN_WORDS_EXCESS_DB = 4.0, 12.0
"""Decibels above noise and echo from which on words are a person's: for any words, and for words
that the guide is saying at that moment."""

_SAFE_INTENT_DB = 2.0
"""Decibels by which these limits are lower for intents that are safe to obey by mistake."""


class SelfEchoFilter:
    """Recognizes what is played during each utterance, to compare the words with it."""

    def __init__(
        self,
        model: SpeechModel,
        sentences: Sequence[str],
        remembered_blocks: int,
        is_cancelled: bool = True,
        knows_words: bool = True,
    ) -> None:
        """Recognize these sentences, and any part of them, in what is played.

        An utterance may begin `remembered_blocks` before it is detected. If the echo is not
        cancelled here (`is_cancelled`), neither its level nor its delay is known. `knows_words`
        is false only to measure what comparing the words is worth.
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
        """Create the recognizer."""
        self._make_recognizer()

    def follow(self, played: Samples, excess_db: float) -> None:
        """Take a block that was played, as it is heard, and its power over noise and echo."""
        self._recent.append((played, excess_db))
        if not is_zero(played):
            # Takes longer than a block: better now than when a person waits for an answer.
            self.prepare()

    def begin(self, at_s: float) -> None:
        """Start an utterance, at this time in seconds of audio."""
        self._excess_db.clear()
        self._said.clear()
        self._began_s = at_s
        self._skipped_s = None

    def take(self, blocks: int) -> None:
        """Recognize so many of the newest blocks, those in which the room is listened to."""
        for played, excess_db in list(self._recent)[len(self._recent) - blocks :]:
            if self._skipped_s is None and not is_zero(played):
                now_s = self._began_s + len(self._excess_db) * BLOCK / RATE
                self._skipped_s = now_s - self._make_recognizer().taken_samples / RATE
            if self._skipped_s is not None:
                self._gain.follow(played)
                self._add(self._make_recognizer().take(self._gain.level(played)))
            self._excess_db.append(excess_db)

    def finish(self) -> None:
        """End the utterance here."""
        if self._skipped_s is not None:
            self._add(self._make_recognizer().finish())

    def is_own(self, words: Sequence[Word], is_safe: bool = False) -> bool:
        """Return whether these are the guide's own words; their times are in seconds of audio.

        Words that are safe to obey by mistake are accepted as a person's sooner.
        """
        if self._skipped_s is None or not words:
            return False
        said = sum(map(self._has_said, words)) if self._knows_words else 0
        has_said = bool(said) and said >= _MIN_OWN_WORDS * len(words)
        if not self._is_cancelled:
            return has_said
        start, end = (
            round((at_s - self._began_s) * RATE / BLOCK)
            for at_s in (words[0].start_s, words[-1].end_s)
        )
        excess_db = self._excess_db[start : end + 1] or self._excess_db
        loud_db = np.percentile(excess_db, _EXCESS_PERCENTILE)
        needed_db = _MIN_OWN_WORDS_EXCESS_DB if has_said else _MIN_EXCESS_DB
        return bool(loud_db < needed_db - is_safe * _SAFE_INTENT_DB)

    def _has_said(self, word: Word) -> bool:
        latest_s = _MAX_OFFSET_S if self._is_cancelled else LONGEST_DELAY_S
        return any(
            said.text == word.text and -_MAX_OFFSET_S < word.start_s - said.start_s < latest_s
            for said in self._said
        )

    def _add(self, hypotheses: Sequence[Hypothesis]) -> None:
        skipped_s = self._skipped_s or 0.0
        self._said += [
            Word(word.text, skipped_s + word.start_s, skipped_s + word.end_s)
            for hypothesis in hypotheses
            for word in hypothesis.words
        ]
