"""The guide's voice: rendered ahead, kept, and handed out at once."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TypeAlias

from voice_guide.audio import RATE, Samples
from voice_guide.speaking.synthesizer import Speaker, render

_MOST_KEPT_S = 600
"""Speech kept at the most, in seconds: all of a long routine in 20 MB."""

Render: TypeAlias = Callable[[str, Speaker], Samples]
"""Anything that turns text into sound."""


class Voice:
    """Speech by text, from a store that is filled before it is needed."""

    def __init__(self, speaker: Speaker, render: Render = render) -> None:
        self._speaker = speaker
        self._render = render
        self._renderer = ThreadPoolExecutor(1, thread_name_prefix="render")
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, Speaker], Samples] = OrderedDict()
        self._coming: dict[tuple[str, Speaker], Future[Samples]] = {}

    def prepare(self, texts: Iterable[str]) -> None:
        """Have these rendered, in this order, without waiting."""
        speaker = self._speaker
        for text in texts:
            with self._lock:
                if (text, speaker) not in self._kept and (text, speaker) not in self._coming:
                    self._coming[text, speaker] = self._renderer.submit(self._keep, text, speaker)

    def speech(self, text: str) -> Samples:
        """Return the text spoken: at once where it was prepared, else after rendering it.

        Raises VoiceGuideError where the voice fails.
        """
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

    def set_rate(self, rate_wpm: int) -> None:
        """Speak at this pace from now on."""
        self._speaker = replace(self._speaker, rate_wpm=rate_wpm)

    def close(self) -> None:
        """Stop rendering."""
        self._renderer.shutdown(cancel_futures=True)

    def _keep(self, text: str, speaker: Speaker) -> Samples:
        sound = self._render(text, speaker)
        with self._lock:
            self._coming.pop((text, speaker), None)
            self._kept[text, speaker] = sound
            excess = sum(map(len, self._kept.values())) - _MOST_KEPT_S * RATE
            while excess > 0 and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                excess -= len(oldest)
        return sound
