"""A real microphone and a real speaker, through sounddevice."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import soxr

from voice_guide.audio.pcm import BLOCK, RATE, Samples, is_silent, silence, to_int16
from voice_guide.devices.channels import ChannelMixer
from voice_guide.devices.device_list import RATES_HZ, Device, can_open
from voice_guide.devices.portaudio import sd, silenced_stderr, with_timeout
from voice_guide.errors import VoiceGuideError

_BLOCK_S = BLOCK / RATE
"""Length of the sound system's blocks, in seconds: the same as the engine's."""

_BUFFER_S = 0.04
"""Sound the system keeps ahead by itself, in seconds: with less, a busy processor is heard."""

_LEAD_S = 0.06
"""Sound kept ahead in the speaker's queue, in seconds: the time the loop may take over
one block before there is a gap in what is heard."""

_RESAMPLING_S = 0.04
"""Sound that soxr's two streams hold back and then deliver in a burst, in seconds."""

_WATCHED_BLOCKS = round(2.0 / _BLOCK_S)
"""How often it is looked at what the sound system's thread takes, in blocks."""

_SPINNING = 0.08
"""A thread of the sound system that takes this much of a processor goes round and round: it does
through PulseAudio, for good, once this machine was too busy for a moment. A working one takes a
tenth of that."""

_SILENT_FOR_S = 2.5
"""A device that delivers nothing for this long is gone: often nothing else tells."""

_FULL_SCALE = 32768.0
"""Absolute value of the loudest 16-bit sample."""

_Recorded: TypeAlias = queue.SimpleQueue[npt.NDArray[np.int16] | None]
"""What the sound system's thread delivers, part by part; None when it ends."""


class SoundLostError(VoiceGuideError):
    """A microphone or a speaker that went away, or that cannot be opened any more."""


def record(microphone: Device, seconds: float) -> tuple[Samples, ChannelMixer]:
    """Return what a microphone hears, shape (n,) at RATE, and what is known of its channels.

    Raises SoundLostError if it cannot be opened, or is unplugged.
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
        callback=lambda indata, *_: recorded.put(indata.copy()),
    ):
        heard = np.zeros((0, microphone.channels), np.float32)
        for part in _delivered(what, recorded):
            heard = np.concatenate([heard, part.astype(np.float32) / _FULL_SCALE])
            if len(heard) >= seconds * microphone.rate_hz:
                break
    channels = ChannelMixer(microphone.channels)
    block = round(_BLOCK_S * microphone.rate_hz)
    for at in range(0, len(heard) - block + 1, block):
        channels.learn(heard[at : at + block])
    channels.choose()
    return to_int16(soxr.resample(channels.mix(heard), microphone.rate_hz, RATE)), channels


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
        lead_s = _LEAD_S if self._rate_hz == RATE else _LEAD_S + _RESAMPLING_S
        self._lead = round(lead_s * self._rate_hz)
        self.channels = ChannelMixer(microphone.channels if microphone else 1)
        """The microphone's channels, and which of them are heard."""
        self._recorded: _Recorded = queue.SimpleQueue()
        self._to_play = _Fifo()
        self._took_s = 0.0
        self._watched_at = (0.0, 0.0)
        self._blocks_watched = 0
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
        has_begun = False
        while True:
            with self._running() as stream:
                # The sound system has played the last word when it takes the end of this.
                rest = silence(round(np.atleast_1d(stream.latency)[-1] * RATE))
                for heard, played in self._blocks(to_session):
                    if not has_begun:
                        has_begun = True
                        begin()
                    if not session.is_finished:
                        self._play(session.process(heard, played), to_speaker)
                        if session.is_finished:
                            self._to_play.put(to_speaker.resample_chunk(rest, last=True))
                    elif not len(self._to_play):
                        return
                    if self._is_spinning():
                        # Opened anew, it does no longer.
                        break

    def _play(self, block: Samples, to_speaker: Any) -> None:
        """Play a block after what is waiting, of which there is to be a little all the time."""
        # After a hitch the queue is longer than need be: silence makes up for it.
        if block.any() or len(self._to_play) < self._lead:
            self._to_play.put(to_speaker.resample_chunk(block))

    def _is_spinning(self) -> bool:
        """Tell now and then whether the sound system's thread has got caught."""
        self._blocks_watched += 1
        if self._blocks_watched < _WATCHED_BLOCKS:
            return False
        (took_s, at_s), self._watched_at = self._watched_at, (self._took_s, time.monotonic())
        self._blocks_watched = 0
        passed_s = self._watched_at[1] - at_s
        return self._watched_at[0] - took_s > _SPINNING * passed_s

    def _common_rate(self) -> int:
        for rate_hz in RATES_HZ:
            if (
                self._microphone is None or can_open("input", self._microphone, rate_hz)
            ) and can_open("output", self._speaker, rate_hz):
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
        self._recorded = queue.SimpleQueue()
        self._to_play.put(silence(max(0, self._lead - len(self._to_play))))
        self._took_s, self._watched_at, self._blocks_watched = 0.0, (0.0, time.monotonic()), 0
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
        self._took_s = time.thread_time()
        self.breaks += status.output_underflow or status.input_overflow
        played = self._to_play.take(frames)
        outdata[:] = played[:, np.newaxis]
        heard = silence(frames)[:, np.newaxis] if indata is None else indata
        # Paired here, heard and played stay aligned whatever the queues hold.
        self._recorded.put(np.column_stack([heard, played]))

    def _blocks(self, to_session: Any) -> Iterator[tuple[Samples, Samples]]:
        waiting = np.zeros((0, 2), np.int16)
        for recorded in _delivered(self._what, self._recorded):
            mono = np.column_stack([self._mono(recorded[:, :-1]), recorded[:, -1]])
            waiting = np.concatenate([waiting, to_session.resample_chunk(mono)])
            while len(waiting) >= BLOCK:
                played = waiting[:BLOCK, 1]
                # Else a little noise would be looked for in what is heard, all the time.
                yield waiting[:BLOCK, 0], silence() if is_silent(played) else played
                waiting = waiting[BLOCK:]

    def _mono(self, heard: npt.NDArray[np.int16]) -> Samples:
        """Return the channels of the microphone that do no harm, mixed to one."""
        if heard.shape[1] == 1:
            return heard[:, 0]
        frames = heard.astype(np.float32) / _FULL_SCALE
        self.channels.learn(frames)
        return to_int16(self.channels.mix(frames))


@contextmanager
def _running(what: str, recorded: _Recorded, kind: Any, **settings: Any) -> Iterator[Any]:
    """Open a stream of this kind, and close it in the end."""
    with silenced_stderr():
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
            with_timeout(stream.close)


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
