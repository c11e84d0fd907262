"""A real microphone and a real speaker, through sounddevice."""

import atexit
import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import soxr

from voice_guide.audio import BLOCK, RATE, Samples, silence
from voice_guide.devices.muting import muted
from voice_guide.errors import NoSoundError, VoiceGuideError

try:
    # It looks for devices at once.
    with muted():
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

_SILENT_FOR_S = 2.5
"""A device that delivers nothing for this long is gone: often nothing else tells."""

_ANSWERS_WITHIN_S = 3.0
"""How long the sound system may take to close devices or to list them, in seconds."""

_PULSE = Path(__file__).with_name("pulse.conf")
"""How PulseAudio is used, unless this user has said so."""
if not Path("~/.config/pulse/client.conf").expanduser().exists():
    os.environ.setdefault("PULSE_CLIENTCONFIG", str(_PULSE))

Direction: TypeAlias = Literal["input", "output"]

_Recorded: TypeAlias = queue.SimpleQueue[npt.NDArray[np.int16] | None]
"""What the sound system's thread delivers, part by part; None when it ends."""


class SoundLostError(VoiceGuideError):
    """A microphone or a speaker that went away, or that cannot be opened any more."""


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


def _find(direction: Direction, word: str, name: str) -> Device:
    listed = []
    with suppress(sd.PortAudioError):
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


def look_again() -> None:
    """Have the devices listed anew: PortAudio knows those that were there when it began.

    Nothing may be open. Raises VoiceGuideError where the sound system does not answer.
    """
    with muted():
        _answered(_begin_anew)


def _begin_anew() -> None:
    sd._terminate()
    sd._initialize()


def opens(device: Device, direction: Direction) -> bool:
    """Tell whether a device works: what the sound system lists may be gone all the same."""
    kind = sd.InputStream if direction == "input" else sd.OutputStream
    settings = {"device": device.index, "channels": device.channels, "dtype": "int16"}
    try:
        with muted():
            kind(samplerate=device.rate_hz, **settings).close()
    except (sd.PortAudioError, ValueError):
        return False
    return True


def _can_open(direction: Direction, device: Device, rate_hz: float) -> bool:
    check = sd.check_input_settings if direction == "input" else sd.check_output_settings
    try:
        with muted():
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

    def process(self, heard: Samples, played: Samples) -> Samples:
        """Take a block of the microphone and what the speaker played in the same moment.

        Returns the next block for the speaker.
        """

    @property
    def is_finished(self) -> bool:
        """Whether everything has been said."""


class SoundCard:
    """One microphone and one speaker, run by one clock; or a speaker alone, for want of more."""

    def __init__(self, microphone: Device | None, speaker: Device) -> None:
        """Take two devices; raises VoiceGuideError where they cannot work together."""
        self._microphone = microphone
        self._speaker = speaker
        self._what = f'the speaker "{speaker.name}"'
        if microphone:
            self._what = f'the microphone "{microphone.name}" or {self._what}'
        self._rate_hz = self._common_rate()
        self._recorded: _Recorded = queue.SimpleQueue()
        self._to_play = _Fifo()
        self.breaks = 0
        """How often the sound system ran out of sound to play, or of room for what it recorded,
        since this machine was too busy: what is played may be heard later from then on."""

    def run(self, session: Session, begin: Callable[[], None] = lambda: None) -> None:
        """Let a session speak and listen until it has ended and all of it has been heard.

        `begin` is called as soon as there is sound. Raises SoundLostError where a device cannot
        be opened, or goes away.
        """
        to_session = soxr.ResampleStream(self._rate_hz, RATE, 2, dtype="int16", quality="LQ")
        to_speaker = soxr.ResampleStream(RATE, self._rate_hz, 1, dtype="int16", quality="LQ")
        lead_s = _LEAD_S if self._rate_hz == RATE else _LEAD_S + _RESAMPLING_S
        lead = round(lead_s * self._rate_hz)
        self._to_play.put(silence(lead))
        has_begun = False
        with self._running() as stream:
            for heard, played in self._blocks(to_session):
                if not has_begun:
                    has_begun = True
                    begin()
                if not session.is_finished:
                    block = session.process(heard, played)
                    # After a hitch the queue is longer than need be: silence makes up for it.
                    if block.any() or len(self._to_play) < lead:
                        self._to_play.put(to_speaker.resample_chunk(block))
                    if session.is_finished:
                        # The sound system has played the last word when it takes the end of this.
                        latency_s = np.atleast_1d(stream.latency)[-1]
                        rest = silence(round(latency_s * RATE))
                        self._to_play.put(to_speaker.resample_chunk(rest, last=True))
                elif not len(self._to_play):
                    return

    def _common_rate(self) -> int:
        for rate_hz in RATES_HZ:
            if (
                self._microphone is None or _can_open("input", self._microphone, rate_hz)
            ) and _can_open("output", self._speaker, rate_hz):
                return rate_hz
        if self._microphone is None:
            raise VoiceGuideError(
                f"{self._what} takes none of the sampling rates known here; choose another"
            )
        raise VoiceGuideError(
            f'"{self._microphone.name}" and "{self._speaker.name}" cannot be used together: '
            "they have no sampling rate in common; choose others with --mic and --speaker"
        )

    def _running(self) -> Any:
        settings = {"samplerate": self._rate_hz, "blocksize": round(_BLOCK_S * self._rate_hz)}
        if self._microphone is None:
            return _running(
                self._what,
                self._recorded,
                sd.OutputStream,
                **settings,
                device=self._speaker.index,
                channels=self._speaker.channels,
                callback=lambda outdata, *details: self._callback(None, outdata, *details),
            )
        return _running(
            self._what,
            self._recorded,
            sd.Stream,
            **settings,
            device=(self._microphone.index, self._speaker.index),
            channels=(self._microphone.channels, self._speaker.channels),
            callback=self._callback,
        )

    def _callback(
        self,
        indata: npt.NDArray[np.int16] | None,
        outdata: npt.NDArray[np.int16],
        frames: int,
        _: object,
        status: sd.CallbackFlags,
    ) -> None:
        """Called by the sound system: may not wait for anything."""
        self.breaks += status.output_underflow or status.input_overflow
        played = self._to_play.take(frames)
        outdata[:] = played[:, np.newaxis]
        heard = silence(frames) if indata is None else indata[:, 0]
        # Paired here, heard and played stay aligned whatever the queues hold.
        self._recorded.put(np.stack([heard, played], axis=1))

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
    with muted():
        try:
            stream = kind(
                **settings,
                dtype="int16",
                latency=_BUFFER_S,
                finished_callback=lambda: recorded.put(None),
            )
            stream.start()
        except (sd.PortAudioError, ValueError) as error:
            raise SoundLostError(f"{what} cannot be opened: {error}") from error
        try:
            yield stream
        finally:
            _answered(stream.close)


def _answered(ask: Callable[[], None]) -> None:
    """Do what may wait for ever, for a sound system or a device that hangs; we do not.

    Raises VoiceGuideError where it does: nothing can be opened any more, until another start.
    """

    def do() -> None:
        # What is gone cannot be closed, and what is not there will not be listed.
        with suppress(sd.PortAudioError):
            ask()

    asking = threading.Thread(target=do, daemon=True)
    asking.start()
    asking.join(_ANSWERS_WITHIN_S)
    if asking.is_alive():
        # It would be waited for at the end, too.
        atexit.unregister(sd._exit_handler)
        raise VoiceGuideError("the sound system has stopped and does not answer: restart it")


def _delivered(what: str, recorded: _Recorded) -> Iterator[npt.NDArray[np.int16]]:
    """Give what is recorded, part by part; raises SoundLostError when there is no more."""
    while True:
        try:
            part = recorded.get(timeout=_SILENT_FOR_S)
        except queue.Empty:
            part = None
        if part is None:
            raise SoundLostError(f"{what} has stopped: is it still plugged in?")
        yield part


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
