"""What works on this machine, and what to do about what does not."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from voice_guide import assistant
from voice_guide.audio import level_dbfs
from voice_guide.errors import VoiceGuideError
from voice_guide.settings import Settings, SettingsFile
from voice_guide.speaking.synthesizer import Speaker, render

_LISTEN_S = 1.0
"""How long the microphone is listened to, in seconds."""

_DEAD_DBFS = -90.0
"""A microphone that works always has some noise: below this it is muted or dead."""

_LOUD_DBFS = -35.0
"""Noise above this, in a room where nobody speaks, hides speech."""


@dataclass(frozen=True)
class Finding:
    """What was found about one part."""

    part: str
    """Which part."""

    is_well: bool
    """Whether it can be used."""

    report: str
    """What was found and, where it is not well, what to do."""


def examine() -> list[Finding]:
    """Try every part that a session needs."""
    try:
        file = SettingsFile()
        findings = [Finding("settings", True, f"{file.path}" if file.path.exists() else "usual")]
        settings = file.settings
    except VoiceGuideError as error:
        findings = [Finding("settings", False, str(error))]
        settings = Settings()
    parts: list[tuple[str, Callable[[Settings], str]]] = [
        ("microphone", _microphone),
        ("speaker", _speaker),
        ("model", _model),
        ("voice", _voice),
    ]
    return findings + [_try(part, attempt, settings) for part, attempt in parts]


def _try(part: str, attempt: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(part, True, attempt(settings))
    except VoiceGuideError as error:
        return Finding(part, False, str(error))


def _microphone(settings: Settings) -> str:
    from voice_guide.devices import soundcard

    device = soundcard.microphone(settings.sound.microphone)
    level = level_dbfs(soundcard.record(device, _LISTEN_S))
    if level < _DEAD_DBFS:
        raise VoiceGuideError(f'"{device.name}" hears nothing at all: is it muted?')
    if level > _LOUD_DBFS:
        raise VoiceGuideError(
            f'"{device.name}" hears {level:.0f} dBFS of noise: turn it down, or move it away '
            "from what hums"
        )
    return f'"{device.name}" at {device.rate_hz:.0f} Hz, room noise {level:.0f} dBFS'


def _speaker(settings: Settings) -> str:
    from voice_guide.devices import soundcard

    device = soundcard.speaker(settings.sound.speaker)
    soundcard.SoundCard(soundcard.microphone(settings.sound.microphone), device)
    return f'"{device.name}" at {device.rate_hz:.0f} Hz'


def _model(settings: Settings) -> str:
    assistant.ensure_it_can_wake(settings.hearing, assistant.load_model())
    return f"{assistant.MODEL} is sound"


def _voice(settings: Settings) -> str:
    speech = render("I can speak.", Speaker(settings.voice.name, settings.voice.rate))
    if not np.any(speech):
        raise VoiceGuideError(f'the voice "{settings.voice.name}" is silent: set another')
    return f'"{settings.voice.name}" speaks {settings.voice.rate} words a minute'
