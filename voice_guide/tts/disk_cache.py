"""Disk cache: speech that takes long to render, kept from one start to the next."""

import hashlib
import os
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np

from voice_guide.audio.pcm import Samples
from voice_guide.config.files import write_atomically
from voice_guide.tts.pyttsx3_tts import Render, VoiceSpec

_MAX_BYTES = 50_000_000
"""Size of all files at most: 26 minutes of speech."""

_PRUNED_BYTES = 40_000_000
"""Size of all files after old ones are removed: small enough not to exceed it again at once."""

_DIGEST_BYTES = hashlib.sha256().digest_size
"""Bytes of the digest that each file starts with, before the samples that it is made from."""


class DiskCachedTts:
    """Renders only what is not in a folder yet.

    If the folder cannot be read or written, everything is rendered. A damaged file, after a power
    failure or on a worn-out disk, does not match its digest and is replaced.
    """

    def __init__(self, render: Render, name: str, folder: Path) -> None:
        """Keep files of the voice and version called `name` in a folder; others may share it."""
        self._render = render
        self._name = name
        self._folder = folder
        self._lock = threading.Lock()
        self._bytes: int | None = None

    def render(self, text: str, voice: VoiceSpec) -> Samples:
        """Return the text spoken, from disk if possible; raises what rendering it raises."""
        file = self._folder / self._file_name(text, voice)
        kept = _read(file)
        if kept is not None:
            return kept
        sound = self._render(text, voice)
        with suppress(OSError):
            self._write(file, sound)
        return sound

    def _file_name(self, text: str, voice: VoiceSpec) -> str:
        what = f"{self._name}\n{voice.rate_wpm}\n{text}"
        return hashlib.sha256(what.encode()).hexdigest() + ".pcm"

    def _write(self, file: Path, sound: Samples) -> None:
        samples = sound.astype("<i2").tobytes()
        write_atomically(file, hashlib.sha256(samples).digest() + samples, sync=False)
        with self._lock:
            if self._bytes is None:
                self._bytes = sum(size for _, _, size in self._files())
            else:
                self._bytes += _DIGEST_BYTES + len(samples)
            if self._bytes > _MAX_BYTES:
                self._bytes = self._remove_oldest()

    def _remove_oldest(self) -> int:
        """Remove the least recently used files; return the bytes that are left."""
        files = sorted(self._files())
        left = sum(size for _, _, size in files)
        for _, path, size in files:
            if left <= _PRUNED_BYTES:
                break
            path.unlink(missing_ok=True)
            left -= size
        return left

    def _files(self) -> list[tuple[float, Path, int]]:
        """Return the time of last use, the path and the size in bytes of each file."""
        found = []
        for path in self._folder.iterdir():
            # Another process may just have removed it.
            with suppress(FileNotFoundError):
                status = path.stat()
                found.append((status.st_mtime, path, status.st_size))
        return found


def _read(file: Path) -> Samples | None:
    """Return the samples in a file and mark it as used; None if missing or damaged."""
    try:
        content = file.read_bytes()
        os.utime(file)
    except OSError:
        return None
    digest, samples = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if hashlib.sha256(samples).digest() != digest:
        return None
    return np.frombuffer(samples, "<i2").astype(np.int16)
