"""The speech gate: lets through what may be speech, from a little before it starts."""

from collections import deque

import webrtcvad

from voice_guide.audio.pcm import BLOCK, RATE, SILENCE_DBFS, Samples, level_dbfs

_AGGRESSIVENESS = 2
"""WebRTC's detector, 0 to 3: how sure it must be. It costs 0.1 ms of processor a second
of sound, a two-hundredth of what the recognizer does."""

_ONSET_BLOCKS = 3
"""This many speech blocks ..."""

_ONSET_WINDOW = 5
"""... out of this many open the gate: a click does not."""

LEAD_BLOCKS = round(0.4 * RATE / BLOCK)
"""Blocks from before the gate opened that are let through with it, 0.4 s: first consonants
are softer than what opens it."""

_FAINT_DB = 20.0
"""What is this much below the loudest of an utterance is no longer part of it. The detector
alone notices the end 0.1 s late, and over noise later still."""

HANGOVER_S = 0.5
"""Silence after which an utterance is over where nothing else is asked for, in seconds."""


class VoiceActivityDetector:
    """One utterance after the other, from a stream of blocks."""

    def __init__(self) -> None:
        self._detector = webrtcvad.Vad(_AGGRESSIVENESS)
        self._lead: deque[Samples] = deque(maxlen=LEAD_BLOCKS)
        self._recent: deque[bool] = deque(maxlen=_ONSET_WINDOW)
        self._silent_blocks = 0
        self._loudest_dbfs = SILENCE_DBFS
        self.is_open = False
        self.hangover_s = HANGOVER_S
        """Silence after which the utterance is over, in seconds."""

    @property
    def silence_s(self) -> float:
        """How long nobody has spoken in an utterance that is not over yet, in seconds."""
        return self._silent_blocks * BLOCK / RATE

    def push(self, block: Samples, may_be_speech: bool = True) -> list[Samples]:
        """Take one block; return the blocks that are to be heard now, oldest first.

        The gate is shut again (`is_open` false) with the last block of an utterance.
        """
        speech = may_be_speech and self._detector.is_speech(block.tobytes(), RATE)
        self._recent.append(speech)
        # Also while it is open: somebody may start again in the moment in which it shuts.
        self._lead.append(block)
        if self.is_open:
            level = level_dbfs(block)
            self._loudest_dbfs = max(self._loudest_dbfs, level)
            faint = level < self._loudest_dbfs - _FAINT_DB
            self._silent_blocks = self._silent_blocks + 1 if faint or not speech else 0
            self.is_open = self.silence_s < self.hangover_s
            return [block]
        if sum(self._recent) < _ONSET_BLOCKS:
            return []
        self.is_open = True
        self.hangover_s = HANGOVER_S
        self._silent_blocks = 0
        self._loudest_dbfs = max(map(level_dbfs, self._lead))
        return list(self._lead)

    def shut(self) -> None:
        """Forget what came in so far."""
        self._lead.clear()
        self._recent.clear()
        self.is_open = False
