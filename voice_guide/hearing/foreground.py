"""Foreground: the person in front of the microphone, over others who talk in the same room.

A television or a conversation is speech too; what tells it from the person is its level, which is
lower, and that it goes on for long. What is as soft as that is not part of an utterance, neither
in the sound that the recognizer gets nor in its words.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from voice_guide.audio.pcm import BLOCK, RATE, SILENCE_DBFS, Samples, level_dbfs
from voice_guide.hearing.recognizer import Hypothesis, Word

_MEMORY_S = 20
"""Seconds whose levels are known: longer than a person talks to the guide."""

_MIN_TALK_SHARE = 0.55
"""Part of that time in which there must have been speech for it to be the background."""

_TALK_PERCENTILE = 80
"""Percentile of the levels of all speech that is the level of talk: most syllables are softer."""

_WORD_PERCENTILE = 90
"""Percentile of the levels in a word that is its level: its vowels."""

_MIN_SPREAD_DB = 6.0
"""Decibels between a tenth and nine tenths of the levels of talk. Those of steady noise are
closer together, and the noise reduction removes it."""

_MARGIN_DB = 6.0
"""Decibels above the background from which on speech is in the foreground."""

_HYSTERESIS_DB = 6.0
"""Decibels by which it may get softer before it is background."""

_HOLD_BLOCKS = round(0.2 * RATE / BLOCK)
"""Blocks for which speech stays in the foreground after its last loud one: soft syllables."""

_ATTENUATION = 10 ** (-20 / 20)
"""Factor for the background, -20 dB."""

_MAX_SOFTER_DB = 8.0
"""Decibels by which a word at the edge of an utterance may be softer than its loudest word."""

_UPDATE_BLOCKS = 10
"""Blocks after which the background's level is estimated again."""

_GAP_S = 0.1
"""Seconds next to a command that belong to it: times of words are not more exact."""


@dataclass(frozen=True)
class Surroundings:
    """The level of a command against what was heard before it."""

    talk_share: float
    """The part of the last 20 s before it in which there was speech, from 0 to 1."""

    over_talk_db: float
    """Decibels by which it is louder than that talk."""


class Foreground:
    """Follows the levels of what is spoken in a room."""

    def __init__(self) -> None:
        blocks = _MEMORY_S * RATE // BLOCK
        self._levels_db: deque[float] = deque(maxlen=blocks)
        self._is_speech: deque[bool] = deque(maxlen=blocks)
        self._blocks = 0
        self._blocks_since_loud = _HOLD_BLOCKS
        self._background_dbfs = SILENCE_DBFS

    def follow(self, block: Samples, is_speech: bool) -> None:
        """Take the newest block, and whether it may be speech of someone in the room."""
        level = level_dbfs(block)
        self._levels_db.append(level)
        self._is_speech.append(is_speech)
        self._blocks += 1
        if self._blocks % _UPDATE_BLOCKS == 0:
            self._background_dbfs = self._estimate_background()
        needed_dbfs = self._background_dbfs + _MARGIN_DB
        if self.is_foreground:
            needed_dbfs -= _HYSTERESIS_DB
        self._blocks_since_loud = 0 if level > needed_dbfs else self._blocks_since_loud + 1

    @property
    def is_foreground(self) -> bool:
        """True if the newest block stands out from the background, or there is none."""
        return not self._has_background or self._blocks_since_loud < _HOLD_BLOCKS

    def without_background(self, block: Samples) -> Samples:
        """Return the newest block, attenuated where it is background."""
        if self.is_foreground:
            return block
        attenuated: Samples = (block * _ATTENUATION).astype(np.int16)
        return attenuated

    def without_flanks(
        self, hypotheses: Sequence[Hypothesis], newest_s: float
    ) -> Sequence[Hypothesis]:
        """Return hypotheses without the words at their edges that are background.

        `newest_s` is when the newest block ends, in the seconds of the words.
        """
        if not self._has_background:
            return hypotheses
        return [replace(each, words=self._loud_part(each.words, newest_s)) for each in hypotheses]

    def surroundings(self, words: Sequence[Word], newest_s: float) -> Surroundings:
        """Return the level of words against what was heard before them.

        `newest_s` is when the newest block ends, in the seconds of the words.
        """
        start_s = words[0].start_s
        level = self._level(start_s, words[-1].end_s, newest_s)
        until = self._index(start_s, newest_s)
        is_speech = np.array(self._is_speech)[:until]
        talk = np.array(self._levels_db)[:until][is_speech]
        talk_level = np.percentile(talk, _TALK_PERCENTILE) if len(talk) else SILENCE_DBFS
        share = len(talk) * BLOCK / RATE / _MEMORY_S
        return Surroundings(share, float(level - talk_level))

    def forget(self, words: Sequence[Word], newest_s: float) -> None:
        """Count words that were spoken to the guide as no talk.

        `newest_s` is when the newest block ends, in the seconds of the words.
        """
        first = self._index(words[0].start_s - _GAP_S, newest_s)
        for at in range(first, self._index(words[-1].end_s + _GAP_S, newest_s)):
            self._is_speech[at] = False

    @property
    def _has_background(self) -> bool:
        return self._background_dbfs > SILENCE_DBFS

    def _loud_part(self, words: tuple[Word, ...], newest_s: float) -> tuple[Word, ...]:
        levels = [self._level(word.start_s, word.end_s, newest_s) for word in words]
        if max(levels, default=SILENCE_DBFS) < self._background_dbfs + _MARGIN_DB:
            return words
        loud = [at for at, level in enumerate(levels) if level > max(levels) - _MAX_SOFTER_DB]
        return words[loud[0] : loud[-1] + 1] if loud else ()

    def _level(self, start_s: float, end_s: float, newest_s: float) -> float:
        """Return the level of a stretch of time in dBFS."""
        first, last = self._index(start_s, newest_s), self._index(end_s, newest_s)
        levels = [self._levels_db[at] for at in range(first, last)]
        return float(np.percentile(levels, _WORD_PERCENTILE)) if levels else SILENCE_DBFS

    def _index(self, at_s: float, newest_s: float) -> int:
        count = len(self._levels_db)
        return min(max(0, count - round((newest_s - at_s) * RATE / BLOCK)), count)

    def _estimate_background(self) -> float:
        """Return the level of talk in the room in dBFS; SILENCE_DBFS where there is none."""
        is_speech: npt.NDArray[np.bool_] = np.array(self._is_speech)
        talk = np.array(self._levels_db)[is_speech]
        if len(talk) < _MIN_TALK_SHARE * _MEMORY_S * RATE / BLOCK:
            return SILENCE_DBFS
        low, high, level = np.percentile(talk, (10, 90, _TALK_PERCENTILE))
        return float(level) if high - low >= _MIN_SPREAD_DB else SILENCE_DBFS
