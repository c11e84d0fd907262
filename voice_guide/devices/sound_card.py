"""Run a session with a microphone and a speaker, through sounddevice."""

import queue
import time
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
from voice_guide.devices.sample_queue import SampleQueue
from voice_guide.errors import VoiceGuideError

_BLOCK_S = BLOCK / RATE
"""Length of the sound system's blocks in seconds: the same as the engine's."""

_BUFFER_S = 0.04
"""Seconds of sound that the system buffers: with less, a busy processor makes gaps."""

_LEAD_S = 0.06
"""Seconds of sound in the speaker's queue: the time that the loop may take for a block before
there is a gap."""

_RESAMPLING_S = 0.04
"""Seconds of sound that soxr's two streams hold back, and then deliver in a burst."""

_CPU_CHECK_BLOCKS = round(2.0 / _BLOCK_S)
"""Blocks between two checks of the CPU time that the sound system's thread takes."""

_MAX_THREAD_CPU = 0.08
"""Fraction of a core above which the sound system's thread is in a busy loop: through PulseAudio
it stays there once this machine was too busy for a moment. A working one takes a tenth."""

_DELIVERY_TIMEOUT_S = 2.5
"""Seconds without a block after which a device is gone: often there is no error."""

_FULL_SCALE = 32768.0
"""Absolute value of the loudest 16-bit sample."""

_Recorded: TypeAlias = queue.SimpleQueue[npt.NDArray[np.int16] | None]
"""Blocks from the sound system's thread; None at their end."""


class SoundLostError(VoiceGuideError):
    """A microphone or a speaker that was unplugged, or cannot be opened."""


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
    """A session that listens and speaks: the engine, or a measurement."""

    def process(self, heard: Samples, played: Samples) -> Samples:
        """Take a block that was heard and the one played with it; return the next to play."""

    @property
    def is_finished(self) -> bool:
        """True when everything has been said."""


class SoundCard:
    """A microphone and a speaker in one stream, with one clock; or a speaker alone."""

    def __init__(self, microphone: Device | None, speaker: Device) -> None:
        """Take two devices; raises VoiceGuideError if they have no sampling rate in common."""
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
        self._to_play = SampleQueue()
        self._thread_s = 0.0
        self._checked_at = (0.0, 0.0)
        self._blocks_since_check = 0
        self.breaks = 0
        """The number of interruptions, in which this machine was too busy to deliver or take
        sound in time; after one, the delay of the echo may differ."""

    def run(self, session: Session, begin: Callable[[], None] = lambda: None) -> None:
        """Run a session until it has ended, and all of it has been played.

        `begin` is called as soon as there is sound. Raises SoundLostError if a device cannot be
        opened, or is unplugged.
        """
        to_session = soxr.ResampleStream(self._rate_hz, RATE, 2, dtype="int16", quality="LQ")
        to_speaker = soxr.ResampleStream(RATE, self._rate_hz, 1, dtype="int16", quality="LQ")
        has_begun = False
        while True:
            with self._running() as stream:
                # When the end of this is taken, the sound system has played the last word.
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
                    if self._is_in_busy_loop():
                        # Opened again, the stream works.
                        break

    def _play(self, block: Samples, to_speaker: Any) -> None:
        """Put a block into the speaker's queue, which must not run empty."""
        # After an interruption the queue is too long: leaving out silence shortens it.
        if block.any() or len(self._to_play) < self._lead:
            self._to_play.put(to_speaker.resample_chunk(block))

    def _is_in_busy_loop(self) -> bool:
        """Return True if the sound system's thread takes too much CPU time."""
        self._blocks_since_check += 1
        if self._blocks_since_check < _CPU_CHECK_BLOCKS:
            return False
        (thread_s, at_s), self._checked_at = self._checked_at, (self._thread_s, time.monotonic())
        self._blocks_since_check = 0
        passed_s = self._checked_at[1] - at_s
        return self._checked_at[0] - thread_s > _MAX_THREAD_CPU * passed_s

    def _common_rate(self) -> int:
        for rate_hz in RATES_HZ:
            if (
                self._microphone is None or can_open("input", self._microphone, rate_hz)
            ) and can_open("output", self._speaker, rate_hz):
                return rate_hz
        if self._microphone is None:
            raise VoiceGuideError(
                f"{self._what} supports none of the usual sampling rates; choose another"
            )
        raise VoiceGuideError(
            f'"{self._microphone.name}" and "{self._speaker.name}" cannot be used together: '
            "they have no sampling rate in common; choose others with --mic and --speaker"
        )

    def _running(self) -> Any:
        self._recorded = queue.SimpleQueue()
        self._to_play.put(silence(max(0, self._lead - len(self._to_play))))
        self._thread_s, self._checked_at, self._blocks_since_check = (
            0.0,
            (0.0, time.monotonic()),
            0,
        )
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
        """Exchange a block with the sound system, in its thread, which must not wait."""
        self._thread_s = time.thread_time()
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
                # Resampled silence has a little noise, whose echo need not be searched for.
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
    """Open a stream, and close it at the end."""
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
    """Yield the blocks that are recorded; raises SoundLostError when no more come."""
    while True:
        try:
            part = recorded.get(timeout=_DELIVERY_TIMEOUT_S)
        except queue.Empty:
            part = None
        if part is None:
            raise SoundLostError(f"{what} has stopped: is it still plugged in?")
        yield part
