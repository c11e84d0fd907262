"""A real microphone and a real speaker, through sounddevice."""

import atexit
import os
import queue
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import soxr

from voice_guide.audio import BLOCK, RATE, Samples, silence
from voice_guide.errors import NoSoundError, VoiceGuideError

try:
    import sounddevice as sd
except OSError as error:
    raise NoSoundError("PortAudio is missing: sudo apt-get install libportaudio2") from error

_BLOCK_S = BLOCK / RATE
"""Length of the sound system's blocks, in seconds: the same as the engine's."""

_BUFFER_S = 0.04
"""Sound the system keeps ahead by itself, in seconds: with less, a busy processor is heard."""

RATES_HZ = (RATE, 48_000, 44_100, 32_000, 96_000)
"""Sampling rates to open the devices at: the first that both of them take. Sound systems
take any; what refuses ours are USB microphones without one in between."""

_LEAD_S = 0.06
"""Sound kept ahead in the speaker's queue, in seconds: the time the loop may take over
one block before there is a gap in what is heard."""

_RESAMPLING_S = 0.04
"""Sound that soxr's two streams hold back and then deliver in a burst, in seconds."""

_SILENT_FOR_S = 3.0
"""A microphone that delivers nothing for this long is gone: often nothing else tells."""

_CLOSED_WITHIN_S = 1.0
"""How long closing the devices may take, in seconds."""

_PLACE = re.compile(r" \(hw:\d+,\d+\)$")
"""What ALSA adds to the name of a sound card: in which order the cards were found."""

_Direction: TypeAlias = Literal["input", "output"]

_Recorded: TypeAlias = queue.SimpleQueue[npt.NDArray[np.int16] | None]
"""What the sound system's thread delivers, part by part; None when it ends."""


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

    Raises NoSoundError where the machine has none that works, VoiceGuideError where none
    that works is called so.
    """
    return _find("input", "microphone", name)


def speaker(name: str = "") -> Device:
    """Return the speaker whose name contains this, or the system's own choice.

    Raises NoSoundError where the machine has none that works, VoiceGuideError where none
    that works is called so.
    """
    return _find("output", "speaker", name)


@dataclass(frozen=True)
class Choice:
    """A device that is listed, whether or not it works."""

    name: str
    """What it is to be called in the settings: without the place it is plugged in at, which may
    be another one tomorrow."""

    is_used: bool
    """Whether it is the one that is used."""

    rates_hz: tuple[int, ...]
    """The sampling rates it can be opened at, of those that are tried: none where it is gone,
    or used by something else."""

    device: Device
    """The device."""


def microphones(name: str = "") -> list[Choice]:
    """Return every microphone that is listed, where this is the name in the settings."""
    return _choices("input", "microphone", name)


def speakers(name: str = "") -> list[Choice]:
    """Return every speaker that is listed, where this is the name in the settings."""
    return _choices("output", "speaker", name)


def _choices(direction: _Direction, word: str, name: str) -> list[Choice]:
    try:
        used = _find(direction, word, name).index
    except VoiceGuideError:
        used = None
    devices = [
        Device(d["index"], d["name"], min(2, channels), d["default_samplerate"])
        for d in sd.query_devices()
        if (channels := d[f"max_{direction}_channels"])
    ]
    all_names = "\n".join(device.name.lower() for device in devices)
    choices = []
    for device in devices:
        short = _PLACE.sub("", device.name)
        is_clear = all_names.count(short.lower()) == 1
        rates_hz = tuple(rate for rate in RATES_HZ if _can_open(direction, device, rate))
        is_used = device.index == used
        choices.append(Choice(short if is_clear else device.name, is_used, rates_hz, device))
    return choices


def _find(direction: _Direction, word: str, name: str) -> Device:
    listed = [d for d in sd.query_devices() if d[f"max_{direction}_channels"] > 0]
    if not listed:
        raise NoSoundError(f"this machine has no {word}")
    suitable = [d for d in listed if name.lower() in d["name"].lower()]
    if not suitable:
        names = ", ".join(f'"{d["name"]}"' for d in listed)
        raise VoiceGuideError(f'there is no {word} called "{name}"; there are: {names}')
    default = sd.default.device[direction]
    for found in sorted(suitable, key=lambda d: d["index"] != default):
        # Some hardware takes nothing but stereo; one channel is all that is needed.
        channels = min(2, found[f"max_{direction}_channels"])
        device = Device(found["index"], found["name"], channels, found["default_samplerate"])
        # ALSA lists what it cannot open too, such as a sound server that does not run.
        if _can_open(direction, device, device.rate_hz):
            return device
    if name:
        raise VoiceGuideError(f'the {word} "{name}" cannot be opened: is it used elsewhere?')
    raise NoSoundError(f"this machine has no {word} that can be opened")


def _can_open(direction: _Direction, device: Device, rate_hz: float) -> bool:
    check = sd.check_input_settings if direction == "input" else sd.check_output_settings
    try:
        with _muted():
            check(device.index, device.channels, "int16", samplerate=rate_hz)
    except (sd.PortAudioError, ValueError):
        return False
    return True


def record(microphone: Device, seconds: float) -> Samples:
    """Return what a microphone hears, shape (n,) at RATE.

    Raises VoiceGuideError where it cannot be opened, or goes away.
    """
    recorded: _Recorded = queue.SimpleQueue()
    what = f'the microphone "{microphone.name}"'
    with _running(
        what,
        recorded,
        sd.InputStream,
        samplerate=microphone.rate_hz,
        device=microphone.index,
        channels=microphone.channels,
        callback=lambda indata, *_: recorded.put(indata[:, 0].copy()),
    ):
        heard = silence(0)
        for part in _delivered(what, recorded):
            heard = np.concatenate([heard, part])
            if len(heard) >= seconds * microphone.rate_hz:
                break
    mono: Samples = soxr.resample(heard, microphone.rate_hz, RATE)
    return mono


class Session(Protocol):
    """Whatever listens and speaks: the engine, or a measurement."""

    def start(self) -> None:
        """Begin."""

    def process(self, heard: Samples, played: Samples) -> Samples:
        """Take a block of the microphone and what the speaker played in the same moment.

        Returns the next block for the speaker.
        """

    @property
    def is_finished(self) -> bool:
        """Whether everything has been said."""


class SoundCard:
    """One microphone and one speaker, run by one clock."""

    def __init__(self, microphone: Device, speaker: Device) -> None:
        """Take two devices; raises VoiceGuideError where they cannot work together."""
        self._microphone = microphone
        self._speaker = speaker
        self._what = f'the microphone "{microphone.name}" or the speaker "{speaker.name}"'
        self._rate_hz = self._common_rate()
        self._recorded: _Recorded = queue.SimpleQueue()
        self._to_play = _Fifo()
        self.breaks = 0
        """How often the sound system ran out of sound to play, or of room for what it recorded,
        since this machine was too busy: what is played may be heard later from then on."""

    def run(self, session: Session) -> None:
        """Let a session speak and listen until it has ended and all of it has been heard.

        Raises VoiceGuideError where a device cannot be opened, or goes away.
        """
        to_session = soxr.ResampleStream(self._rate_hz, RATE, 2, dtype="int16", quality="LQ")
        to_speaker = soxr.ResampleStream(RATE, self._rate_hz, 1, dtype="int16", quality="LQ")
        lead_s = _LEAD_S if self._rate_hz == RATE else _LEAD_S + _RESAMPLING_S
        lead = round(lead_s * self._rate_hz)
        self._to_play.put(silence(lead))
        with self._running() as stream:
            session.start()
            for heard, played in self._blocks(to_session):
                if not session.is_finished:
                    block = session.process(heard, played)
                    # After a hitch the queue is longer than need be: silence makes up for it.
                    if block.any() or len(self._to_play) < lead:
                        self._to_play.put(to_speaker.resample_chunk(block))
                    if session.is_finished:
                        # The sound system has played the last word when it takes the end of this.
                        _, latency_s = stream.latency
                        rest = silence(round(latency_s * RATE))
                        self._to_play.put(to_speaker.resample_chunk(rest, last=True))
                elif not len(self._to_play):
                    return

    def _common_rate(self) -> int:
        for rate_hz in RATES_HZ:
            if _can_open("input", self._microphone, rate_hz) and _can_open(
                "output", self._speaker, rate_hz
            ):
                return rate_hz
        raise VoiceGuideError(
            f'"{self._microphone.name}" and "{self._speaker.name}" cannot be used together: '
            "they have no sampling rate in common; choose others with --mic and --speaker"
        )

    def _running(self) -> Any:
        return _running(
            self._what,
            self._recorded,
            sd.Stream,
            samplerate=self._rate_hz,
            blocksize=round(_BLOCK_S * self._rate_hz),
            device=(self._microphone.index, self._speaker.index),
            channels=(self._microphone.channels, self._speaker.channels),
            callback=self._callback,
        )

    def _callback(
        self,
        indata: npt.NDArray[np.int16],
        outdata: npt.NDArray[np.int16],
        frames: int,
        _: object,
        status: sd.CallbackFlags,
    ) -> None:
        """Called by the sound system: may not wait for anything."""
        self.breaks += status.output_underflow or status.input_overflow
        played = self._to_play.take(frames)
        outdata[:] = played[:, np.newaxis]
        # Paired here, heard and played stay aligned whatever the queues hold.
        self._recorded.put(np.stack([indata[:, 0], played], axis=1))

    def _blocks(self, to_session: Any) -> Iterator[tuple[Samples, Samples]]:
        waiting = np.zeros((0, 2), np.int16)
        for recorded in _delivered(self._what, self._recorded):
            waiting = np.concatenate([waiting, to_session.resample_chunk(recorded)])
            while len(waiting) >= BLOCK:
                yield waiting[:BLOCK, 0], waiting[:BLOCK, 1]
                waiting = waiting[BLOCK:]


@contextmanager
def _running(what: str, recorded: _Recorded, kind: Any, **settings: Any) -> Iterator[Any]:
    """Open a stream of this kind, and close it in the end."""
    with _muted():
        try:
            stream = kind(
                **settings,
                dtype="int16",
                latency=_BUFFER_S,
                finished_callback=lambda: recorded.put(None),
            )
            stream.start()
        except (sd.PortAudioError, ValueError) as error:
            raise VoiceGuideError(f"{what} cannot be opened: {error}") from error
        try:
            yield stream
        finally:
            _close(stream)


def _close(stream: Any) -> None:
    """Close a stream; PortAudio waits for ever for a device that is gone, and we do not."""
    closing = threading.Thread(target=stream.close, daemon=True)
    closing.start()
    closing.join(_CLOSED_WITHIN_S)
    if closing.is_alive():
        atexit.unregister(sd._exit_handler)


def _delivered(what: str, recorded: _Recorded) -> Iterator[npt.NDArray[np.int16]]:
    """Give what is recorded, part by part; raises VoiceGuideError when there is no more."""
    while True:
        try:
            part = recorded.get(timeout=_SILENT_FOR_S)
        except queue.Empty:
            part = None
        if part is None:
            raise VoiceGuideError(f"{what} has stopped: is it still plugged in?")
        yield part


@contextmanager
def _muted() -> Iterator[None]:
    """Keep off the terminal what PortAudio and ALSA print on it, past Python, for developers."""
    terminal = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)


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
