"""The guide's voice: rendered ahead, kept, and handed out at once."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from voice_guide.audio.pcm import RATE, Samples, silence
from voice_guide.tts.pyttsx3_tts import Render, VoiceSpec, render

_MOST_KEPT_S = 600
"""Speech kept at the most, in seconds: all of a long routine in 20 MB."""

_PAUSE = round(0.4 * RATE)
"""Samples of silence between a notice and what is said after it."""


class CachedTts:
    """Speech by text, from a store that is filled before it is needed."""

    def __init__(self, speaker: VoiceSpec, render: Render = render) -> None:
        self._speaker = speaker
        self._render = render
        self._renderer = ThreadPoolExecutor(1, thread_name_prefix="render")
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, VoiceSpec], Samples] = OrderedDict()
        self._coming: dict[tuple[str, VoiceSpec], Future[Samples]] = {}
        self._notice: str | None = None

    def prepare(self, texts: Iterable[str]) -> None:
        """Have these rendered, in this order, without waiting.

        They come before what was asked for earlier: that is less likely to be said soon, and on
        a small machine all of it takes longer than the person.
        """
        speaker = self._speaker
        wanted = [(text, speaker) for text in texts]
        with self._lock:
            waiting = [key for key, coming in self._coming.items() if coming.cancel()]
            for key in waiting:
                del self._coming[key]
            # At another pace it is not wanted any more.
            wanted += [key for key in waiting if key[1] == speaker]
            for key in wanted:
                if key not in self._kept and key not in self._coming:
                    self._coming[key] = self._renderer.submit(self._keep, *key)

    def speech(self, text: str) -> Samples:
        """Return the text spoken: at once where it was prepared, else after rendering it.

        Raises VoiceGuideError where the voice fails.
        """
        speech = self._rendered(text)
        with self._lock:
            notice, self._notice = self._notice, None
        if notice is None:
            return speech
        # Anew, for it may have been rendered by the voice before.
        return np.concatenate([self._rendered(notice), silence(_PAUSE), self._rendered(text)])

    def change_over(self, notice: str) -> None:
        """Forget what was rendered: it is another voice that renders from now on.

        `notice` is said in front of what is said next. May be called by the renderer.
        """
        with self._lock:
            self._kept.clear()
            self._notice = notice

    def set_rate(self, rate_wpm: int) -> None:
        """Speak at this pace from now on."""
        self._speaker = replace(self._speaker, rate_wpm=rate_wpm)

    def close(self) -> None:
        """Stop rendering."""
        self._renderer.shutdown(cancel_futures=True)

    def _rendered(self, text: str) -> Samples:
        key = (text, self._speaker)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            coming = self._coming.get(key)
        # What has not begun is rendered here, not after all that was asked for before it.
        if coming is None or coming.cancel():
            return self._keep(*key)
        return coming.result()

    def _keep(self, text: str, speaker: VoiceSpec) -> Samples:
        sound = self._render(text, speaker)
        with self._lock:
            self._coming.pop((text, speaker), None)
            self._kept[text, speaker] = sound
            excess = sum(map(len, self._kept.values())) - _MOST_KEPT_S * RATE
            while excess > 0 and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                excess -= len(oldest)
        return sound
