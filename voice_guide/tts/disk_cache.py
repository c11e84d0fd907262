"""Renderings that take long, kept on disk from one start to the next."""

import hashlib
import os
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np

from voice_guide.audio.pcm import Samples
from voice_guide.config.files import write_atomically
from voice_guide.tts.pyttsx3_tts import Render, VoiceSpec

_MOST_KEPT_BYTES = 50_000_000
"""What the files may take at the most: 26 minutes of speech."""

_LEFT_BYTES = 40_000_000
"""What is left when they have taken more: so that it does not happen again at once."""

_DIGEST_BYTES = hashlib.sha256().digest_size
"""Each file begins with the digest of the rest of it, the samples."""


class DiskCachedTts:
    """Renders what is not in a folder already.

    It is a help and never a condition: where the folder cannot be read or written, everything is
    rendered. A file that is not whole, since the power failed or a disk is worn out, does not
    match its digest and is written anew.
    """

    def __init__(self, render: Render, name: str, folder: Path) -> None:
        """`name` tells the voice, in its version, from any other whose files are in there."""
        self._render = render
        self._name = name
        self._folder = folder
        self._lock = threading.Lock()
        self._bytes: int | None = None

    def render(self, text: str, speaker: VoiceSpec) -> Samples:
        """Return the text spoken, from disk where possible; raises what rendering it raises."""
        file = self._folder / self._file_name(text, speaker)
        kept = _read(file)
        if kept is not None:
            return kept
        sound = self._render(text, speaker)
        with suppress(OSError):
            self._write(file, sound)
        return sound

    def _file_name(self, text: str, speaker: VoiceSpec) -> str:
        what = f"{self._name}\n{speaker.rate_wpm}\n{text}"
        return hashlib.sha256(what.encode()).hexdigest() + ".pcm"

    def _write(self, file: Path, sound: Samples) -> None:
        samples = sound.astype("<i2").tobytes()
        write_atomically(file, hashlib.sha256(samples).digest() + samples, sync=False)
        with self._lock:
            if self._bytes is None:
                self._bytes = sum(size for _, _, size in self._files())
            else:
                self._bytes += _DIGEST_BYTES + len(samples)
            if self._bytes > _MOST_KEPT_BYTES:
                self._bytes = self._remove_oldest()

    def _remove_oldest(self) -> int:
        """Remove what was used longest ago; return how many bytes are left."""
        files = sorted(self._files())
        left = sum(size for _, _, size in files)
        for _, path, size in files:
            if left <= _LEFT_BYTES:
                break
            path.unlink(missing_ok=True)
            left -= size
        return left

    def _files(self) -> list[tuple[float, Path, int]]:
        """Return when each file was last used, where it is, and how large."""
        found = []
        for path in self._folder.iterdir():
            # Another guide may just have removed it.
            with suppress(FileNotFoundError):
                status = path.stat()
                found.append((status.st_mtime, path, status.st_size))
        return found


def _read(file: Path) -> Samples | None:
    """Return what is in a file, and note that it was used; None where it is not whole."""
    try:
        content = file.read_bytes()
        os.utime(file)
    except OSError:
        return None
    digest, samples = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if hashlib.sha256(samples).digest() != digest:
        return None
    return np.frombuffer(samples, "<i2").astype(np.int16)
