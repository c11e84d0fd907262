"""The microphones and speakers of this machine, and which of them is used."""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeAlias

from voice_guide.audio.pcm import RATE
from voice_guide.devices.portaudio import sd, silenced_stderr
from voice_guide.devices.pulse_default import default_monitor
from voice_guide.errors import NoSoundError, VoiceGuideError

RATES_HZ = (RATE, 48_000, 44_100, 32_000, 96_000)
"""Sampling rates to open the devices at: the first that both of them take. Sound systems
take any; what refuses ours are USB microphones without one in between."""

_MAX_MIC_CHANNELS = 8
"""Channels of a microphone array that is opened directly."""

_SERVER_DEVICES = frozenset({"default", "pulse", "pipewire"})
"""Names of ALSA's devices that lead to a sound server."""

_MONITOR = re.compile(r"^monitor of |\.monitor$", re.IGNORECASE)
"""The names of devices that record what a speaker plays."""

_PLACE = re.compile(r" \(hw:\d+,\d+\)$")
"""What ALSA adds to the name of a sound card: in which order the cards were found."""

Direction: TypeAlias = Literal["input", "output"]
"""Microphones are for input, speakers for output."""


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


def _choices(direction: Direction, word: str, name: str) -> list[Choice]:
    try:
        used = _find(direction, word, name).index
    except VoiceGuideError:
        used = None
    devices = _listed(direction)
    all_names = "\n".join(device.name.lower() for device in devices)
    choices = []
    for device in devices:
        short = _PLACE.sub("", device.name)
        is_clear = all_names.count(short.lower()) == 1
        rates_hz = tuple(rate for rate in RATES_HZ if can_open(direction, device, rate))
        is_used = device.index == used
        choices.append(Choice(short if is_clear else device.name, is_used, rates_hz, device))
    return choices


def _listed(direction: Direction) -> list[Device]:
    listed = []
    # Where the sound system cannot be begun, there is nothing.
    with suppress(sd.PortAudioError):
        listed = list(sd.query_devices())
    return [
        Device(
            found["index"],
            found["name"],
            _channels(direction, channels),
            found["default_samplerate"],
        )
        for found in listed
        if (channels := found[f"max_{direction}_channels"])
    ]


def _channels(direction: Direction, there: int) -> int:
    """Return how many of a device's channels to open.

    A speaker needs one, but some take nothing but stereo. Of a microphone all are needed, for
    only some may hear anything; one with very many is a sound server's, which mixes them itself.
    """
    return there if direction == "input" and there <= _MAX_MIC_CHANNELS else min(2, there)


def _find(direction: Direction, word: str, name: str) -> Device:
    devices = _listed(direction)
    if not devices:
        raise NoSoundError(f"this machine has no {word}")
    suitable = [device for device in devices if name.lower() in device.name.lower()]
    if not suitable:
        names = ", ".join(f'"{device.name}"' for device in devices)
        raise VoiceGuideError(f'there is no {word} called "{name}"; there are: {names}')
    if direction == "input" and not name:
        suitable = _without_monitors(suitable)
    default = sd.default.device[direction]
    for device in sorted(suitable, key=lambda device: device.index != default):
        # ALSA lists what it cannot open too, such as a sound server that does not run.
        if can_open(direction, device, device.rate_hz):
            return device
    if name:
        raise VoiceGuideError(f'the {word} "{name}" cannot be opened: is it used elsewhere?')
    raise NoSoundError(f"this machine has no {word} that can be opened")


def _without_monitors(microphones: list[Device]) -> list[Device]:
    """Return the devices that are not monitors: what a speaker plays is no microphone.

    Raises NoSoundError if all are.
    """
    monitor = default_monitor()
    devices = [
        device
        for device in microphones
        if not _MONITOR.search(device.name)
        and not (monitor and device.name.lower() in _SERVER_DEVICES)
    ]
    if not devices:
        monitor = monitor or microphones[0].name
        raise NoSoundError(
            f'this machine has no microphone, only "{monitor}", which is what a speaker plays'
        )
    return devices


def opens(direction: Direction, device: Device) -> bool:
    """Tell whether a device works: what the sound system lists may be gone all the same."""
    kind = sd.InputStream if direction == "input" else sd.OutputStream
    settings = {"device": device.index, "channels": device.channels, "dtype": "int16"}
    try:
        with silenced_stderr():
            kind(samplerate=device.rate_hz, **settings).close()
    except (sd.PortAudioError, ValueError):
        return False
    return True


def can_open(direction: Direction, device: Device, rate_hz: float) -> bool:
    """Tell whether a device takes a sampling rate."""
    check = sd.check_input_settings if direction == "input" else sd.check_output_settings
    try:
        with silenced_stderr():
            check(device.index, device.channels, "int16", samplerate=rate_hz)
    except (sd.PortAudioError, ValueError):
        return False
    return True
