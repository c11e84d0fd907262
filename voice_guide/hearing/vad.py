"""Voice activity detection: passes on what may be speech, from a little before it begins."""

from collections import deque

import webrtcvad

from voice_guide.audio.pcm import BLOCK, RATE, SILENCE_DBFS, Samples, level_dbfs

_AGGRESSIVENESS = 2
"""WebRTC's detector, 0 to 3: how sure it must be. It costs 0.1 ms of CPU time per second of
sound, a two-hundredth of the recognizer's."""

_ONSET_BLOCKS, _ONSET_WINDOW_BLOCKS = 3, 5
"""Speech blocks out of the newest so many that begin an utterance: a click has fewer."""

LEAD_BLOCKS = round(0.4 * RATE / BLOCK)
"""Blocks from before the onset that are passed on with it, 0.4 s: first consonants are softer
than what is detected as speech."""

_MAX_RANGE_DB = 20.0
"""Decibels below the loudest block of an utterance at which a block counts as silence. The
detector alone notices the end 0.1 s late, and over noise later still."""

HANGOVER_S = 0.5
"""Seconds of silence that end an utterance unless `hangover_s` says otherwise."""


class VoiceActivityDetector:
    """Cuts a stream of blocks into utterances."""

    def __init__(self) -> None:
        self._detector = webrtcvad.Vad(_AGGRESSIVENESS)
        self._lead: deque[Samples] = deque(maxlen=LEAD_BLOCKS)
        self._recent_speech: deque[bool] = deque(maxlen=_ONSET_WINDOW_BLOCKS)
        self._silent_blocks = 0
        self._loudest_dbfs = SILENCE_DBFS
        self.is_open = False
        """True during an utterance."""
        self.hangover_s = HANGOVER_S
        """Seconds of silence that end the present utterance; each begins with HANGOVER_S."""

    @property
    def silence_s(self) -> float:
        """The length of the silence in an utterance that is not over yet, in seconds."""
        return self._silent_blocks * BLOCK / RATE

    def detects(self, block: Samples) -> bool:
        """Return whether a block sounds like speech."""
        return bool(self._detector.is_speech(block.tobytes(), RATE))

    def push(self, block: Samples, is_speech: bool) -> list[Samples]:
        """Take one block; return the blocks of an utterance that it brings, oldest first.

        After the last block of an utterance `is_open` is false. `is_speech` tells whether the
        block is speech in the foreground.
        """
        self._recent_speech.append(is_speech)
        # Also during an utterance: the next one may begin at the moment this one ends.
        self._lead.append(block)
        if self.is_open:
            level = level_dbfs(block)
            self._loudest_dbfs = max(self._loudest_dbfs, level)
            is_faint = level < self._loudest_dbfs - _MAX_RANGE_DB
            self._silent_blocks = self._silent_blocks + 1 if is_faint or not is_speech else 0
            self.is_open = self.silence_s < self.hangover_s
            return [block]
        if sum(self._recent_speech) < _ONSET_BLOCKS:
            return []
        self.is_open = True
        self.hangover_s = HANGOVER_S
        self._silent_blocks = 0
        self._loudest_dbfs = max(map(level_dbfs, self._lead))
        return list(self._lead)

    def shut(self) -> None:
        """End the utterance and forget all blocks so far."""
        self._lead.clear()
        self._recent_speech.clear()
        self.is_open = False
