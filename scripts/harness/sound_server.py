"""A real sound server without a sound card: a virtual microphone and a virtual speaker.

PulseAudio runs in a folder of its own with two sinks that lead nowhere: "speaker" is this
machine's speaker, and what is played into "room" is what its microphone hears. Where there
is an echo, "speaker" leads into "room".
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
"""What PulseAudio calls 100 %; its volumes are cubic."""

SERVER = (
    *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit"),
    *("--use-pid-file=no", "--realtime=no", "--high-priority=no"),
)

FORMAT = ("--raw", "--format=s16le", f"--rate={RATE}", "--channels=1")

AT_ONCE = ("--latency-msec=2000",)
"""How sound is given to the server so that it is not heard how busy the machine is."""

PIECE_S = 0.01
"""How much sound the server hands out at once, in seconds: the grain of all timing."""

UP_WITHIN_S = 10.0
"""How long the server may take to start, in seconds."""

ROOM_NOISE = 0.0005
"""RMS of a room's noise, of full scale: -66 dBFS. Nobody hears it, but a microphone does."""

AUDIBLE = 150
"""Samples above this (-47 dBFS) can be heard; what a resampler leaves of silence cannot."""


class SoundServer:
    """A sound server that ends with the `with` block."""

    def __init__(
        self, rate_hz: int = 48_000, echo_gain: float = 0.0, devices: str | None = None
    ) -> None:
        """`rate_hz` is the rate of its microphone and its speaker.

        `echo_gain` is how loud the microphone hears the speaker; nothing of it at 0. `devices`
        is MICROPHONE or SPEAKER where it is to have nothing else.
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
        """What a process needs to find this server."""
        self._noise: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "SoundServer":
        self.start()
        return self

    def start(self) -> None:
        """Start it, or start it again after it was killed."""
        folder = Path(self._folder.name)
        file = folder / "configuration.pa"
        file.write_text(NATIVE.format(folder=folder) + self._devices)
        log = folder / "log"
        with log.open("w") as opened:
            self._process = subprocess.Popen(
                [*SERVER, "-F", file], env=self._variables, stdout=opened, stderr=opened
            )
        until_s = time.monotonic() + UP_WITHIN_S
        while not self._is_up():
            if self._process.poll() is not None or time.monotonic() > until_s:
                self.__exit__()
                raise RuntimeError("the sound server does not start: install pulseaudio")
            time.sleep(0.02)

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._folder.cleanup()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._process.kill()
        self._process.wait()
        if self._noise:
            self._noise.kill()
            self._noise.wait()

    def make_noise(self) -> None:
        """Let the room be as quiet as rooms are, from now on."""
        noise = to_int16(np.random.default_rng(0).normal(0, ROOM_NOISE, 60 * RATE)).tobytes()
        command = ["pacat", *FORMAT, *AT_ONCE, "--device=room"]
        self._noise = subprocess.Popen(
            command, env=self._variables, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        threading.Thread(target=_feed, args=(self._noise, noise), daemon=True).start()

    def unplug(self) -> None:
        """Take its microphone, or its speaker, away."""
        self._pactl("unload-module", "module-null-sink")

    def plug_in(self) -> None:
        """Give it back, and the noise of its room with it."""
        for line in self._devices.splitlines():
            self._pactl(*line.split())
        if self._noise:
            self.make_noise()

    def mute(self, is_muted: bool) -> None:
        """Mute the microphone, or let it hear again."""
        self._pactl("set-source-mute", "mic", str(int(is_muted)))

    def freeze(self) -> None:
        """Make it stop answering, for good, without ending it."""
        self._process.send_signal(signal.SIGSTOP)

    def say(self, sound: Samples) -> None:
        """Let the microphone hear this; return when it has."""
        command = ["paplay", *FORMAT, *AT_ONCE, "--device=room", "/dev/stdin"]
        subprocess.run(command, env=self._variables, input=sound.tobytes(), check=True)

    @contextmanager
    def noise(self, sound: Samples) -> Iterator[None]:
        """Let the microphone hear this meanwhile."""
        file = Path(self._folder.name) / "noise.raw"
        file.write_bytes(sound.tobytes())
        command = ["paplay", *FORMAT, "--latency-msec=200", "--device=room", str(file)]
        with subprocess.Popen(command, env=self._variables) as paplay:
            try:
                yield
            finally:
                paplay.kill()

    @contextmanager
    def recording(self, sink: str) -> Iterator["Recording"]:
        """Record what is played through "speaker", or into "room"."""
        latency = f"--latency-msec={round(PIECE_S * 1000)}"
        command = ["parec", *FORMAT, latency, f"--device={sink}.monitor"]
        with subprocess.Popen(
            command, env=self._variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as parec:
            assert parec.stdout
            recording = Recording(parec.stdout)
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
    """Give a player this sound again and again, until it ends."""
    assert player.stdin
    with suppress(BrokenPipeError):
        while True:
            player.stdin.write(sound)


class Recording(threading.Thread):
    """What has been played so far, on the clock of `time.monotonic`."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._source = source
        self._lock = threading.Lock()
        self._has_begun = threading.Event()
        self._sound = bytearray()
        self._starts_s = float("inf")
        self.start()

    def run(self) -> None:
        """Take all that is recorded."""
        while piece := self._source.read(2 * round(PIECE_S * RATE)):
            now_s = time.monotonic()
            with self._lock:
                self._sound += piece
                # Nothing arrives before it is played: the least delayed piece tells when.
                self._starts_s = min(self._starts_s, now_s - len(self._sound) / 2 / RATE)
            self._has_begun.set()

    def wait_for_first(self) -> None:
        """Wait until sound, if only silence, is coming in."""
        assert self._has_begun.wait(UP_WITHIN_S), "nothing can be recorded"

    def since(self, at_s: float) -> Samples:
        """Return what was played from then to now."""
        return self._since(at_s)[0]

    def audible_s(self, since_s: float) -> tuple[float, float] | None:
        """Return when sound was to be heard for the first and the last time since then."""
        sound, starts_s = self._since(since_s)
        loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > AUDIBLE)
        return (starts_s + loud[0] / RATE, starts_s + loud[-1] / RATE) if len(loud) else None

    def _since(self, at_s: float) -> tuple[Samples, float]:
        with self._lock:
            first = max(0, round((at_s - self._starts_s) * RATE))
            sound = np.frombuffer(self._sound[2 * first :], np.int16)
            return sound, self._starts_s + first / RATE
