"""Speech cache: sentences rendered in advance and kept in memory, ready to play."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from voice_guide.audio.pcm import RATE, Samples, silence
from voice_guide.tts.pyttsx3_tts import Render, VoiceSpec, render

_MAX_KEPT_S = 600
"""Seconds of speech that are kept at most: all of a long routine, in 20 MB."""

_PAUSE_SAMPLES = round(0.4 * RATE)
"""Samples of silence between a notice and the sentence after it."""


class CachedTts:
    """Renders texts in the background before they are needed, and keeps the results."""

    def __init__(self, voice: VoiceSpec, render: Render = render) -> None:
        self._voice = voice
        self._render = render
        self._renderer = ThreadPoolExecutor(1, thread_name_prefix="render")
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, VoiceSpec], Samples] = OrderedDict()
        self._pending: dict[tuple[str, VoiceSpec], Future[Samples]] = {}
        self._notice: str | None = None

    def prepare(self, texts: Iterable[str]) -> None:
        """Render these in the background, in this order.

        They come before texts that were asked for earlier: those are less likely to be needed
        soon, and a small machine cannot render everything in time.
        """
        voice = self._voice
        needed = [(text, voice) for text in texts]
        with self._lock:
            waiting = [key for key, pending in self._pending.items() if pending.cancel()]
            for key in waiting:
                del self._pending[key]
            # What was asked for at another rate is no longer needed.
            needed += [key for key in waiting if key[1] == voice]
            for key in needed:
                if key not in self._kept and key not in self._pending:
                    self._pending[key] = self._renderer.submit(self._keep, *key)

    def speech(self, text: str) -> Samples:
        """Return the text spoken, shape (n,): at once if it was prepared, else rendered now.

        Raises VoiceGuideError if the voice fails.
        """
        speech = self._rendered(text)
        with self._lock:
            notice, self._notice = self._notice, None
        if notice is None:
            return speech
        # Render the text again, since `speech` may be in the voice before.
        return np.concatenate(
            [self._rendered(notice), silence(_PAUSE_SAMPLES), self._rendered(text)]
        )

    def switch_voice(self, notice: str) -> None:
        """Forget what was rendered, since another voice renders from now on.

        `notice` is spoken before the next text. The renderer itself may call this.
        """
        with self._lock:
            self._kept.clear()
            self._notice = notice

    def set_rate(self, rate_wpm: int) -> None:
        """Speak at this rate from now on."""
        self._voice = replace(self._voice, rate_wpm=rate_wpm)

    def close(self) -> None:
        """Stop rendering."""
        self._renderer.shutdown(cancel_futures=True)

    def _rendered(self, text: str) -> Samples:
        key = (text, self._voice)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            pending = self._pending.get(key)
        # If it has not begun, render it here instead of after everything before it in the queue.
        if pending is None or pending.cancel():
            return self._keep(*key)
        return pending.result()

    def _keep(self, text: str, voice: VoiceSpec) -> Samples:
        sound = self._render(text, voice)
        with self._lock:
            self._pending.pop((text, voice), None)
            self._kept[text, voice] = sound
            excess = sum(map(len, self._kept.values())) - _MAX_KEPT_S * RATE
            while excess > 0 and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                excess -= len(oldest)
        return sound
