"""Text to sound, through pyttsx3.

pyttsx3 is used for rendering only. Its own playing shells out to another program, cannot
be stopped, and loses utterances; what is rendered can be stopped within a block, its
length is known before it plays, and hearing knows exactly what was played.
"""

import ctypes
import io
import re
import threading
import wave
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import pyttsx3
import soxr
from pyttsx3.drivers import _espeak, espeak

from voice_guide.audio.pcm import RATE, Samples
from voice_guide.errors import VoiceGuideError

_LONGEST_RENDERING_S = 30.0
"""Rendering takes a hundredth of a second; what takes this long will not come."""

_SILENCE_LEVEL = 64
"""Samples below this (-54 dBFS) at either end of a rendering are not speech."""

_UTF8 = 1
"""espeak-ng's number for text in UTF-8."""

_SEPARATED = 0x02 | ord("_") << 8
"""espeak-ng's number for phonemes in IPA with a _ between any two of them."""

_NO_PHONEME = re.compile("[_ˈˌː\\s]+|\\(.*?\\)")
"""Separators, stress, length, and espeak-ng's remark that it changes the language."""

_PRIVATE_USE = 0xE000
"""Where Unicode has letters that mean nothing."""

# The driver reports every rendering with print(), on the standard output that belongs to
# the terminal display; there is no switch for it.
espeak.print = lambda *_: None

# Its loop begins by stopping whatever is being spoken, which may be the end of the rendering
# before, or a setting: one in seventy would be cut short, and the one after it empty.
espeak.EspeakDriver.stop = lambda _: None


@dataclass(frozen=True)
class VoiceSpec:
    """Who speaks: a voice and its pace."""

    voice: str
    """pyttsx3's name of the voice: an espeak-ng language with an optional variant, "en-us+f3"."""

    rate_wpm: int
    """Pace in words a minute."""


Render: TypeAlias = Callable[[str, VoiceSpec], Samples]
"""Anything that turns text into sound."""


def render(text: str, speaker: VoiceSpec) -> Samples:
    """Return the text spoken, without the silence around it, shape (n,) at RATE.

    Raises VoiceGuideError where there is no such voice, or no speech engine.
    """
    return _engine().render(text, speaker)


def voices() -> list[str]:
    """Return the names of this machine's voices."""
    return _engine().voices()


def phonemes(texts: Iterable[str], language: str) -> list[str]:
    """Return how each text is pronounced, a letter for a phoneme, without stress or length.

    The letters mean nothing by themselves: they serve to tell how much texts sound alike.
    `language` is an espeak-ng voice: "en". Raises VoiceGuideError where there is no speech engine.
    """
    return _engine().phonemes(texts, language)


def trimmed(sound: Samples) -> Samples:
    """Return a rendering without the silence around it; nothing where all of it is silence."""
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > _SILENCE_LEVEL)
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound[:0]


def _pronounced(text: str) -> str:
    """Return espeak-ng's phonemes, in the voice that is set."""
    rest = ctypes.c_char_p(text.encode())
    clauses = []
    while rest.value:
        clauses.append(_text_to_phonemes()(ctypes.byref(rest), _UTF8, _SEPARATED).decode())
    return " ".join(clauses)


@cache
def _text_to_phonemes() -> Any:
    """espeak-ng's own, which pyttsx3 does not pass on."""
    function = _espeak.dll.espeak_TextToPhonemes
    function.restype = ctypes.c_char_p
    function.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    return function


@cache
def _engine() -> "_Engine":
    return _Engine()


class _Engine:
    """The one pyttsx3 engine: espeak-ng keeps its state once a process."""

    def __init__(self) -> None:
        try:
            self._tts: Any = pyttsx3.init("espeak")
        except (RuntimeError, OSError, ImportError, AttributeError) as error:
            raise VoiceGuideError(
                "pyttsx3 finds no espeak-ng to speak with: sudo apt-get install espeak-ng"
            ) from error
        self._one_at_a_time = threading.Lock()
        self._finished = threading.Event()
        self._failure: Exception | None = None
        self._speaker: VoiceSpec | None = None
        self._letters: dict[str, str] = {}
        self._tts.connect("finished-utterance", self._on_finished)
        self._tts.connect("error", self._on_error)

    def _on_finished(self, **_: object) -> None:
        self._finished.set()

    def _on_error(self, exception: Exception, **_: object) -> None:
        self._failure = exception
        self._finished.set()

    def voices(self) -> list[str]:
        return [voice.id for voice in self._tts.getProperty("voices")]

    def render(self, text: str, speaker: VoiceSpec) -> Samples:
        with self._one_at_a_time:
            self._finished.clear()
            self._failure = None
            file = io.BytesIO()
            if speaker != self._speaker:
                self._become(speaker)
            self._tts.save_to_file(text, file)
            self._tts.runAndWait()
            in_time = self._finished.wait(_LONGEST_RENDERING_S)
            if self._failure:
                raise VoiceGuideError(
                    f'the voice "{speaker.voice}" cannot speak: {self._failure}'
                ) from self._failure
            if not in_time:
                raise VoiceGuideError(f'the voice "{speaker.voice}" did not answer')
            self._speaker = speaker
            return trimmed(_decode(file))

    def phonemes(self, texts: Iterable[str], language: str) -> list[str]:
        with self._one_at_a_time:
            # Whoever speaks next has to become its own speaker again.
            self._speaker = None
            # espeak-ng speaks in a thread of its own, which may not have come to its end.
            _espeak.Synchronize()
            _espeak.SetVoiceByName(language.encode())
            return [self._lettered(_pronounced(text)) for text in texts]

    def _lettered(self, pronounced: str) -> str:
        return "".join(
            self._letters.setdefault(phoneme, chr(_PRIVATE_USE + len(self._letters)))
            for phoneme in _NO_PHONEME.sub(" ", pronounced).split()
        )

    def _become(self, speaker: VoiceSpec) -> None:
        self._speaker = None
        self._tts.setProperty("voice", speaker.voice)
        self._tts.setProperty("rate", speaker.rate_wpm)


def _decode(file: io.BytesIO) -> Samples:
    file.seek(0)
    with wave.open(file) as recording:
        sound = np.frombuffer(recording.readframes(recording.getnframes()), np.int16)
        resampled: Samples = soxr.resample(sound, recording.getframerate(), RATE)
    return resampled
