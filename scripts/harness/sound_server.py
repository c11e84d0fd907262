"""A real sound server without a sound card: a virtual microphone and a virtual speaker.

PulseAudio runs in a folder of its own with two null sinks: "speaker" is this machine's
speaker, and the microphone hears what is played into "room". Where there
is an echo, "speaker" also plays into "room".
"""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import numpy as np

from voice_guide.audio.pcm import RATE, Samples, to_int16

NATIVE = """\
load-module module-native-protocol-unix auth-anonymous=1 socket={folder}/native
"""

MICROPHONE = """\
load-module module-null-sink sink_name=room norewinds=1 rate={rate_hz} channels=1
load-module module-remap-source source_name=mic master=room.monitor
set-default-source mic
"""

SPEAKER = """\
load-module module-null-sink sink_name=speaker norewinds=1 rate={rate_hz} channels=2
set-default-sink speaker
"""

HEARD_SPEAKER = """\
load-module module-remap-sink sink_name=speaker master=room rate={rate_hz} channels=2
set-sink-volume speaker {volume}
set-default-sink speaker
"""

FULL_VOLUME = 65_536
"""PulseAudio's 100 %; its volumes are cubic."""

SERVER = (
    *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit"),
    *("--use-pid-file=no", "--realtime=no", "--high-priority=no"),
)

PCM_OPTIONS = ("--raw", "--format=s16le", f"--rate={RATE}", "--channels=1")

BUFFERED_OPTIONS = ("--latency-msec=2000",)
"""Options that hand sound to the server well ahead, so that a busy machine causes no gaps."""

PIECE_S = 0.01
"""Seconds of sound that the server hands out at once: the resolution of all times."""

MAX_START_S = 10.0
"""Seconds that the server may take to start."""

ROOM_NOISE = 0.0005
"""RMS of a quiet room's noise, relative to full scale: -66 dBFS."""

AUDIBLE_SAMPLE = 150
"""Samples above this (-47 dBFS) are sound; a resampler leaves smaller ones in silence."""


class SoundServer:
    """A sound server that runs until the end of the `with` block."""

    def __init__(
        self, rate_hz: int = 48_000, echo_gain: float = 0.0, devices: str | None = None
    ) -> None:
        """`rate_hz` is the rate of its microphone and its speaker.

        `echo_gain` is the volume at which the microphone hears the speaker, 0 for no echo.
        `devices` is MICROPHONE or SPEAKER for a server with only one of them.
        """
        volume = round(FULL_VOLUME * echo_gain ** (1 / 3))
        devices = devices or MICROPHONE + (HEARD_SPEAKER if echo_gain else SPEAKER)
        self._devices = devices.format(rate_hz=rate_hz, volume=volume)
        self._folder = tempfile.TemporaryDirectory(prefix="sound-")
        folder = self._folder.name
        self.environment = {
            "PULSE_SERVER": f"unix:{folder}/native",
            "PULSE_RUNTIME_PATH": folder,
            "PULSE_STATE_PATH": folder,
            "XDG_RUNTIME_DIR": folder,
        }
        """Variables with which a process finds this server."""
        self._noise: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "SoundServer":
        self.start()
        return self

    def start(self) -> None:
        """Start it, for the first time or after it was killed."""
        folder = Path(self._folder.name)
        file = folder / "configuration.pa"
        file.write_text(NATIVE.format(folder=folder) + self._devices)
        log = folder / "log"
        with log.open("w") as opened:
            self._process = subprocess.Popen(
                [*SERVER, "-F", file], env=self._variables, stdout=opened, stderr=opened
            )
        until_s = time.monotonic() + MAX_START_S
        while not self._is_up():
            if self._process.poll() is not None or time.monotonic() > until_s:
                self.__exit__()
                raise RuntimeError("pulseaudio does not start: is it installed?")
            time.sleep(0.02)

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._folder.cleanup()

    def kill(self) -> None:
        """Kill it, as a crash would."""
        self._process.kill()
        self._process.wait()
        if self._noise:
            self._noise.kill()
            self._noise.wait()

    def make_noise(self) -> None:
        """Play a quiet room's noise to the microphone from now on."""
        noise = to_int16(np.random.default_rng(0).normal(0, ROOM_NOISE, 60 * RATE)).tobytes()
        command = ["pacat", *PCM_OPTIONS, *BUFFERED_OPTIONS, "--device=room"]
        self._noise = subprocess.Popen(
            command, env=self._variables, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        threading.Thread(target=_feed, args=(self._noise, noise), daemon=True).start()

    def unplug(self) -> None:
        """Remove the microphone or the speaker."""
        self._pactl("unload-module", "module-null-sink")

    def plug_in(self) -> None:
        """Add the device again, and the room's noise with it."""
        for line in self._devices.splitlines():
            self._pactl(*line.split())
        if self._noise:
            self.make_noise()

    def mute(self, is_muted: bool) -> None:
        """Mute or unmute the microphone."""
        self._pactl("set-source-mute", "mic", str(int(is_muted)))

    def freeze(self) -> None:
        """Stop it from answering, without ending it."""
        self._process.send_signal(signal.SIGSTOP)

    def say(self, sound: Samples) -> None:
        """Play this to the microphone, to its end."""
        command = ["paplay", *PCM_OPTIONS, *BUFFERED_OPTIONS, "--device=room", "/dev/stdin"]
        subprocess.run(command, env=self._variables, input=sound.tobytes(), check=True)

    @contextmanager
    def noise(self, sound: Samples) -> Iterator[None]:
        """Play this to the microphone during the `with` block."""
        file = Path(self._folder.name) / "noise.raw"
        file.write_bytes(sound.tobytes())
        command = ["paplay", *PCM_OPTIONS, "--latency-msec=200", "--device=room", str(file)]
        with subprocess.Popen(command, env=self._variables) as paplay:
            try:
                yield
            finally:
                paplay.kill()

    @contextmanager
    def recording(self, sink: str) -> Iterator["SinkRecording"]:
        """Record the sink "speaker" or "room" during the `with` block."""
        latency = f"--latency-msec={round(PIECE_S * 1000)}"
        command = ["parec", *PCM_OPTIONS, latency, f"--device={sink}.monitor"]
        with subprocess.Popen(
            command, env=self._variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as parec:
            assert parec.stdout
            recording = SinkRecording(parec.stdout)
            try:
                recording.wait_for_first()
                yield recording
            finally:
                parec.kill()
                recording.join()

    def _pactl(self, *arguments: str) -> str:
        return subprocess.run(
            ["pactl", *arguments], env=self._variables, capture_output=True, check=True, text=True
        ).stdout

    def _is_up(self) -> bool:
        asked = subprocess.run(
            ["pactl", "info"], env=self._variables, capture_output=True, check=False
        )
        return asked.returncode == 0

    @property
    def _variables(self) -> dict[str, str]:
        return os.environ | self.environment


def _feed(player: subprocess.Popen[bytes], sound: bytes) -> None:
    """Write this sound to a player again and again, until the player ends."""
    assert player.stdin
    with suppress(BrokenPipeError):
        while True:
            player.stdin.write(sound)


class SinkRecording(threading.Thread):
    """Sound that a sink has played so far, on the clock of `time.monotonic`."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._source = source
        self._lock = threading.Lock()
        self._has_begun = threading.Event()
        self._sound = bytearray()
        self._starts_s = float("inf")
        self.start()

    def run(self) -> None:
        """Read the recording to its end."""
        while piece := self._source.read(2 * round(PIECE_S * RATE)):
            now_s = time.monotonic()
            with self._lock:
                self._sound += piece
                # No piece arrives before it is played: the least delayed one shows the start.
                self._starts_s = min(self._starts_s, now_s - len(self._sound) / 2 / RATE)
            self._has_begun.set()

    def wait_for_first(self) -> None:
        """Wait until samples, silence included, are coming in."""
        assert self._has_begun.wait(MAX_START_S), "the sound server records nothing"

    def since(self, at_s: float) -> Samples:
        """Return the sound played from then until now."""
        return self._since(at_s)[0]

    def audible_s(self, since_s: float) -> tuple[float, float] | None:
        """Return the first and last moment since then that were not silent; None if all was."""
        sound, starts_s = self._since(since_s)
        loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > AUDIBLE_SAMPLE)
        return (starts_s + loud[0] / RATE, starts_s + loud[-1] / RATE) if len(loud) else None

    def _since(self, at_s: float) -> tuple[Samples, float]:
        with self._lock:
            first = max(0, round((at_s - self._starts_s) * RATE))
            sound = np.frombuffer(self._sound[2 * first :], np.int16)
            return sound, self._starts_s + first / RATE
