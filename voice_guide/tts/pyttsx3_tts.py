"""Speech synthesis with espeak-ng, through pyttsx3.

pyttsx3 is used for rendering only. Its own playback shells out to another program, cannot be
stopped, and loses utterances. Rendered speech can be stopped within a block, its length is known
before it plays, and the echo canceller knows exactly what was played.
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

_MAX_RENDERING_S = 30.0
"""Seconds after which a rendering has failed; it usually takes a hundredth of a second."""

_MAX_SILENT_SAMPLE = 64
"""Absolute value up to which samples at either end of a rendering are silence, -54 dBFS."""

_CHARS_UTF8 = 1
"""espeak-ng's number for text in UTF-8."""

_PHONEMES_IPA_SEPARATED = 0x02 | ord("_") << 8
"""espeak-ng's number for phonemes in IPA, separated by "_"."""

_NO_PHONEME = re.compile("[_ˈˌː\\s]+|\\(.*?\\)")
"""Separators, stress and length marks, and espeak-ng's notes on a change of language."""

_PRIVATE_USE = 0xE000
"""First of Unicode's characters without a meaning."""

_NUMBERED_VARIANT = re.compile("[fm][1-9]")
"""Names of the plain female and male variants, among espeak-ng's hundred fanciful ones."""

# The driver prints a line for every rendering on standard output, which belongs to the screen.
# It has no switch for it.
espeak.print = lambda *_: None

# The driver's loop starts by stopping the present speech, which may be the end of the rendering
# before or a setting: one rendering in seventy would be cut short, and the next one empty.
espeak.EspeakDriver.stop = lambda _: None


@dataclass(frozen=True)
class VoiceSpec:
    """A voice and its rate."""

    name: str
    """espeak-ng's name of the voice, with an optional variant: "en-us+f3"."""

    rate_wpm: int
    """Rate in words per minute."""


Render: TypeAlias = Callable[[str, VoiceSpec], Samples]
"""Any function that turns text into sound."""


def render(text: str, voice: VoiceSpec) -> Samples:
    """Return the text spoken, without silence around it, shape (n,) at RATE.

    Raises VoiceGuideError if there is no such voice, or no espeak-ng.
    """
    return _engine().render(text, voice)


def require_voice(name: str) -> None:
    """Raise VoiceGuideError, saying which voices there are, if espeak-ng has no such voice."""
    _engine().require_voice(name)


def voice_names() -> list[str]:
    """Return the names of this machine's voices: "gmw/en-us"."""
    return _engine().voice_names()


def phonemes(texts: Iterable[str], language: str) -> list[str]:
    """Return the pronunciation of each text, one character per phoneme, without stress or length.

    The characters mean nothing by themselves: they serve to compare how texts sound. `language`
    is an espeak-ng voice: "en". Raises VoiceGuideError if there is no espeak-ng.
    """
    return _engine().phonemes(texts, language)


def trimmed(sound: Samples) -> Samples:
    """Return a rendering without the silence around it, empty if all of it is silence."""
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > _MAX_SILENT_SAMPLE)
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound[:0]


@cache
def _engine() -> "_Engine":
    return _Engine()


class _Engine:
    """The one pyttsx3 engine: espeak-ng keeps its state per process."""

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
        self._voice: VoiceSpec | None = None
        self._characters: dict[str, str] = {}
        self._tts.connect("finished-utterance", self._on_finished)
        self._tts.connect("error", self._on_error)

    def _on_finished(self, **_: object) -> None:
        self._finished.set()

    def _on_error(self, exception: Exception, **_: object) -> None:
        self._failure = exception
        self._finished.set()

    def voice_names(self) -> list[str]:
        return [voice.id for voice in self._tts.getProperty("voices")]

    def require_voice(self, name: str) -> None:
        with self._one_at_a_time:
            self._require_voice(name)

    def render(self, text: str, voice: VoiceSpec) -> Samples:
        with self._one_at_a_time:
            if voice != self._voice:
                self._require_voice(voice.name)
                self._tts.setProperty("voice", voice.name)
                self._tts.setProperty("rate", voice.rate_wpm)
            self._finished.clear()
            self._failure = None
            file = io.BytesIO()
            self._tts.save_to_file(text, file)
            self._tts.runAndWait()
            in_time = self._finished.wait(_MAX_RENDERING_S)
            if self._failure:
                raise VoiceGuideError(
                    f'the voice "{voice.name}" cannot speak: {self._failure}'
                ) from self._failure
            if not in_time:
                raise VoiceGuideError(f'the voice "{voice.name}" did not answer')
            self._voice = voice
            return trimmed(_decode(file))

    def phonemes(self, texts: Iterable[str], language: str) -> list[str]:
        with self._one_at_a_time:
            self._set_voice(language)
            return [self._encoded(_pronunciation(text)) for text in texts]

    def _set_voice(self, name: str) -> bool:
        """Make espeak-ng itself use a voice; return whether it has that voice."""
        # The voice of the next rendering has to be set again.
        self._voice = None
        # espeak-ng speaks in its own thread, which may not have finished.
        _espeak.Synchronize()
        return bool(_espeak.SetVoiceByName(name.encode()) == 0)

    def _require_voice(self, name: str) -> None:
        base, plus, variant = name.partition("+")
        if not self._set_voice(name):
            raise VoiceGuideError(f'espeak-ng has no voice "{base}"; it has {_voices_like(base)}')
        # espeak-ng ignores a variant that it does not have.
        if plus and b"+" not in _espeak.GetCurrentVoice().contents.identifier:
            raise VoiceGuideError(f'espeak-ng has no variant "{variant}"; it has {_variants()}')

    def _encoded(self, pronunciation: str) -> str:
        return "".join(
            self._characters.setdefault(phoneme, chr(_PRIVATE_USE + len(self._characters)))
            for phoneme in _NO_PHONEME.sub(" ", pronunciation).split()
        )


def _voices_like(name: str) -> str:
    """Return a list of the voices in the same language as a name that is no voice's."""
    stems = [_stem(voice.identifier).lower() for voice in _espeak.ListVoices()]
    language = name.lower().split("-")[0]
    alike = sorted(stem for stem in stems if stem.split("-")[0] == language)
    if alike:
        return ", ".join(alike)
    return f"{len(stems)} others (espeak-ng --voices)"


def _variants() -> str:
    """Return a list of the variants that every voice has."""
    request = _espeak.VOICE(languages=b"variant")
    names = [_stem(voice.identifier) for voice in _espeak.ListVoices(ctypes.byref(request))]
    numbered = sorted(filter(_NUMBERED_VARIANT.fullmatch, names))
    others = len(names) - len(numbered)
    return f"{', '.join(numbered)} and {others} others (espeak-ng --voices=variant)"


def _stem(identifier: bytes) -> str:
    return identifier.decode().rpartition("/")[2]


def _pronunciation(text: str) -> str:
    """Return espeak-ng's phonemes for a text, in the present voice."""
    rest = ctypes.c_char_p(text.encode())
    clauses = []
    while rest.value:
        phonemes = _text_to_phonemes()(ctypes.byref(rest), _CHARS_UTF8, _PHONEMES_IPA_SEPARATED)
        clauses.append(phonemes.decode())
    return " ".join(clauses)


@cache
def _text_to_phonemes() -> Any:
    """Return espeak-ng's own function, which pyttsx3 does not offer."""
    function = _espeak.dll.espeak_TextToPhonemes
    function.restype = ctypes.c_char_p
    function.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    return function


def _decode(file: io.BytesIO) -> Samples:
    file.seek(0)
    with wave.open(file) as recording:
        sound = np.frombuffer(recording.readframes(recording.getnframes()), np.int16)
        resampled: Samples = soxr.resample(sound, recording.getframerate(), RATE)
    return resampled
