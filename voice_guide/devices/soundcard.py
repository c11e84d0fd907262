"""A real microphone and a real speaker, through sounddevice."""

import queue
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sounddevice as sd
import soxr

from voice_guide.audio import BLOCK, RATE, Samples, silence
from voice_guide.engine import Engine
from voice_guide.errors import NoSoundError, VoiceGuideError

_BLOCK_S = BLOCK / RATE

_USUAL_RATES_HZ = (48_000, 44_100, 16_000)
"""Tried where the devices' own rates do not suit each other."""

_LEAD_S = 0.06
"""Silence kept ahead in the speaker's queue, in seconds: the time the loop may take over
one block before there is a gap in what is heard."""

_SILENT_FOR_S = 3.0
"""A microphone that delivers nothing for this long is gone: nothing else tells."""


@dataclass(frozen=True)
class Device:
    """A microphone or a speaker."""

    index: int
    """PortAudio's number for it."""

    name: str
    """What the system calls it."""

    channels: int
    """How many channels it is opened with."""

    rate_hz: float
    """Its own sampling rate."""


def microphone(name: str = "") -> Device:
    """Return the microphone whose name contains this, or the system's own choice.

    Raises NoSoundError where the machine has none, VoiceGuideError where none is called so.
    """
    return _find("input", "microphone", name)


def speaker(name: str = "") -> Device:
    """Return the speaker whose name contains this, or the system's own choice.

    Raises NoSoundError where the machine has none, VoiceGuideError where none is called so.
    """
    return _find("output", "speaker", name)


def _find(kind: str, word: str, name: str) -> Device:
    usable = [d for d in sd.query_devices() if d[f"max_{kind}_channels"] > 0]
    if not usable:
        raise NoSoundError(f"this machine has no {word}")
    if name:
        found = next((d for d in usable if name.lower() in d["name"].lower()), None)
        if found is None:
            names = ", ".join(f'"{d["name"]}"' for d in usable)
            raise VoiceGuideError(f'there is no {word} called "{name}"; there are: {names}')
    else:
        default = sd.default.device[0 if kind == "input" else 1]
        found = next((d for d in usable if d["index"] == default), usable[0])
    # Some hardware takes nothing but stereo; one channel is all that is needed.
    channels = min(2, found[f"max_{kind}_channels"])
    return Device(found["index"], found["name"], channels, found["default_samplerate"])


def record(microphone: Device, seconds: float) -> Samples:
    """Return what a microphone hears, shape (n,) at RATE.

    Raises VoiceGuideError where it cannot be opened.
    """
    frames = round(seconds * microphone.rate_hz)
    try:
        recorded = sd.rec(
            frames,
            samplerate=microphone.rate_hz,
            channels=microphone.channels,
            dtype="int16",
            device=microphone.index,
            blocking=True,
        )
    except (sd.PortAudioError, ValueError) as error:
        raise VoiceGuideError(f'"{microphone.name}" cannot be opened: {error}') from error
    mono: Samples = soxr.resample(recorded[:, 0], microphone.rate_hz, RATE)
    return mono


class SoundCard:
    """One microphone and one speaker, run by one clock."""

    def __init__(self, microphone: Device, speaker: Device) -> None:
        """Take two devices; raises VoiceGuideError where they cannot work together."""
        self._microphone = microphone
        self._speaker = speaker
        self._rate_hz = self._common_rate()
        self._recorded: queue.SimpleQueue[npt.NDArray[np.int16]] = queue.SimpleQueue()
        self._to_play = _Fifo()

    def run(self, engine: Engine) -> None:
        """Lead through a session until it has ended.

        Raises VoiceGuideError where a device cannot be opened, or goes away.
        """
        to_engine = soxr.ResampleStream(self._rate_hz, RATE, 2, dtype="int16", quality="LQ")
        to_speaker = soxr.ResampleStream(RATE, self._rate_hz, 1, dtype="int16", quality="LQ")
        self._to_play.put(silence(round(_LEAD_S * self._rate_hz)))
        with self._open():
            engine.start()
            for heard, played in self._blocks(to_engine):
                block = engine.process(heard, played)
                # After a hitch the queue is longer than need be; silence makes up for it.
                if block.any() or len(self._to_play) <= 2 * _LEAD_S * self._rate_hz:
                    self._to_play.put(to_speaker.resample_chunk(block))
                if engine.is_finished and not len(self._to_play):
                    return

    def _common_rate(self) -> float:
        for rate_hz in (self._microphone.rate_hz, self._speaker.rate_hz, *_USUAL_RATES_HZ):
            try:
                sd.check_input_settings(
                    self._microphone.index, self._microphone.channels, "int16", samplerate=rate_hz
                )
                sd.check_output_settings(
                    self._speaker.index, self._speaker.channels, "int16", samplerate=rate_hz
                )
            except (sd.PortAudioError, ValueError):
                continue
            return rate_hz
        raise VoiceGuideError(
            f'"{self._microphone.name}" and "{self._speaker.name}" cannot be used together: '
            "they are busy, or have no sampling rate in common; choose others with --mic and "
            "--speaker"
        )

    def _open(self) -> Any:
        try:
            return sd.Stream(
                samplerate=self._rate_hz,
                blocksize=round(_BLOCK_S * self._rate_hz),
                device=(self._microphone.index, self._speaker.index),
                channels=(self._microphone.channels, self._speaker.channels),
                dtype="int16",
                latency="low",
                callback=self._callback,
            )
        except (sd.PortAudioError, ValueError) as error:
            raise VoiceGuideError(f"the sound devices cannot be opened: {error}") from error

    def _callback(
        self,
        indata: npt.NDArray[np.int16],
        outdata: npt.NDArray[np.int16],
        frames: int,
        *_: object,
    ) -> None:
        """Called by the sound system: may not wait for anything."""
        played = self._to_play.take(frames)
        outdata[:] = played[:, np.newaxis]
        # Paired here, heard and played stay aligned whatever the queues hold.
        self._recorded.put(np.stack([indata[:, 0], played], axis=1))

    def _blocks(self, to_engine: Any) -> Iterator[tuple[Samples, Samples]]:
        waiting = np.zeros((0, 2), np.int16)
        while True:
            try:
                recorded = self._recorded.get(timeout=_SILENT_FOR_S)
            except queue.Empty:
                raise VoiceGuideError(
                    f'the microphone "{self._microphone.name}" or the speaker '
                    f'"{self._speaker.name}" has stopped: is it still plugged in?'
                ) from None
            waiting = np.concatenate([waiting, to_engine.resample_chunk(recorded)])
            while len(waiting) >= BLOCK:
                yield waiting[:BLOCK, 0], waiting[:BLOCK, 1]
                waiting = waiting[BLOCK:]


class _Fifo:
    """Samples in, samples out, between the loop and the sound system's thread."""

    def __init__(self) -> None:
        self._parts: deque[Samples] = deque()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        with self._lock:
            return sum(map(len, self._parts))

    def put(self, samples: Samples) -> None:
        with self._lock:
            self._parts.append(samples)

    def take(self, frames: int) -> Samples:
        """Return that many samples; silence where there are not enough."""
        taken = silence(frames)
        filled = 0
        with self._lock:
            while self._parts and filled < frames:
                part = self._parts.popleft()
                now = part[: frames - filled]
                taken[filled : filled + len(now)] = now
                filled += len(now)
                if len(now) < len(part):
                    self._parts.appendleft(part[len(now) :])
        return taken
