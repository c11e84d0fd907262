"""List the microphones and speakers of this machine, and choose those to use."""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeAlias

from voice_guide.audio.pcm import RATE
from voice_guide.devices.portaudio import sd, silenced_stderr
from voice_guide.devices.pulse_default import default_monitor
from voice_guide.errors import NoSoundError, VoiceGuideError

RATES_HZ = (RATE, 48_000, 44_100, 32_000, 96_000)
"""Sampling rates to open the devices at: the first that both support. Sound servers support
any; a USB microphone that is opened directly often lacks the first."""

_MAX_MIC_CHANNELS = 8
"""Channels of a microphone array that is opened directly."""

_SERVER_DEVICES = frozenset({"default", "pulse", "pipewire"})
"""Names of ALSA's devices that lead to a sound server."""

_MONITOR = re.compile(r"^monitor of |\.monitor$", re.IGNORECASE)
"""The names of devices that record what a speaker plays."""

_CARD_NUMBER = re.compile(r" \(hw:\d+,\d+\)$")
"""ALSA's addition to a sound card's name: its number, which depends on the port it is at."""

Direction: TypeAlias = Literal["input", "output"]
"""The direction of a device: microphones are for input, speakers for output."""


@dataclass(frozen=True)
class Device:
    """A microphone or a speaker."""

    index: int
    """PortAudio's number for it."""

    name: str
    """Its name in the system."""

    channels: int
    """Channels to open it with."""

    rate_hz: float
    """Its own sampling rate, in Hz."""


def microphone(name: str = "") -> Device:
    """Return the microphone whose name contains this, or the system's choice.

    Raises NoSoundError if the machine has none that works, and VoiceGuideError if none of
    that name works.
    """
    return _find("input", "microphone", name)


def speaker(name: str = "") -> Device:
    """Return the speaker whose name contains this, or the system's choice.

    Raises NoSoundError if the machine has none that works, and VoiceGuideError if none of
    that name works.
    """
    return _find("output", "speaker", name)


@dataclass(frozen=True)
class Choice:
    """A device that the system lists; it may not work."""

    name: str
    """Its name for the settings, without the number of its card, which may change."""

    is_used: bool
    """True if it is in use."""

    rates_hz: tuple[int, ...]
    """The sampling rates of RATES_HZ it can be opened at: none if it is gone, or in use by
    another program."""

    device: Device
    """The device."""


def microphones(name: str = "") -> list[Choice]:
    """Return all microphones that are listed; `name` is the one in the settings."""
    return _choices("input", "microphone", name)


def speakers(name: str = "") -> list[Choice]:
    """Return all speakers that are listed; `name` is the one in the settings."""
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
        short = _CARD_NUMBER.sub("", device.name)
        is_clear = all_names.count(short.lower()) == 1
        rates_hz = tuple(rate for rate in RATES_HZ if can_open(direction, device, rate))
        is_used = device.index == used
        choices.append(Choice(short if is_clear else device.name, is_used, rates_hz, device))
    return choices


def _listed(direction: Direction) -> list[Device]:
    listed = []
    # Without a working sound system there are no devices.
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
        # ALSA also lists what it cannot open, such as a sound server that does not run.
        if can_open(direction, device, device.rate_hz):
            return device
    if name:
        raise VoiceGuideError(
            f'the {word} "{name}" cannot be opened: does another program use it?'
        )
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
    """Return True if a device can be opened: one that is listed may be unplugged."""
    kind = sd.InputStream if direction == "input" else sd.OutputStream
    settings = {"device": device.index, "channels": device.channels, "dtype": "int16"}
    try:
        with silenced_stderr():
            kind(samplerate=device.rate_hz, **settings).close()
    except (sd.PortAudioError, ValueError):
        return False
    return True


def can_open(direction: Direction, device: Device, rate_hz: float) -> bool:
    """Return True if a device supports a sampling rate."""
    check = sd.check_input_settings if direction == "input" else sd.check_output_settings
    try:
        with silenced_stderr():
            check(device.index, device.channels, "int16", samplerate=rate_hz)
    except (sd.PortAudioError, ValueError):
        return False
    return True
