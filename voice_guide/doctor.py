"""What works on this machine, and what to do about what does not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from voice_guide import assistant
from voice_guide.audio import level_dbfs
from voice_guide.echo_check import DEAD_DBFS, Playing, report
from voice_guide.errors import VoiceGuideError
from voice_guide.guide.prompts import Prompts
from voice_guide.language import find
from voice_guide.settings import Settings, SettingsFile, SpeechEngine, VoiceSettings
from voice_guide.speaking.natural import NaturalVoice
from voice_guide.speaking.synthesizer import Speaker, render

_LISTEN_S = 1.0
"""How long the microphone is listened to, in seconds."""

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


def examine() -> Iterator[Finding]:
    """Try every part that a session needs, one after the other."""
    try:
        file = SettingsFile()
        yield Finding("settings", True, f"{file.path}" if file.path.exists() else "usual")
        settings = file.settings
    except VoiceGuideError as error:
        yield Finding("settings", False, str(error))
        settings = Settings()
    parts: list[tuple[str, Callable[[Settings], str]]] = [
        ("microphone", _microphone),
        ("speaker", _speaker),
        ("routines", _routines),
        ("model", _model),
        ("voice", _voice),
        ("echo", _echo),
    ]
    for part, attempt in parts:
        yield _try(part, attempt, settings)


def _try(part: str, attempt: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(part, True, attempt(settings))
    except VoiceGuideError as error:
        return Finding(part, False, str(error))


def _microphone(settings: Settings) -> str:
    from voice_guide.devices import soundcard

    device = soundcard.microphone(settings.sound.microphone)
    level = level_dbfs(soundcard.record(device, _LISTEN_S))
    if level < DEAD_DBFS:
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


def _routines(settings: Settings) -> str:
    library = assistant.load_content(settings).library
    if library.left_out:
        told = "; ".join(f"{problem.file}: {problem.text}" for problem in library.left_out)
        raise VoiceGuideError(f"left out: {told}")
    return f"{len(library.routines)} can be led"


def _model(settings: Settings) -> str:
    language = find(settings.language)
    assistant.ensure_it_can_wake(settings.hearing, assistant.load_model(language))
    return f"{language.model} is sound"


def _voice(settings: Settings) -> str:
    voice = settings.voice
    is_natural = voice.engine is SpeechEngine.NATURAL
    speak = NaturalVoice(settings.language).render if is_natural else render
    if not np.any(speak("I can speak.", Speaker(voice.name, voice.rate))):
        raise VoiceGuideError(f'the voice "{voice.name}" is silent: set another')
    name = "the natural voice" if is_natural else f'"{voice.name}"'
    return f"{name} speaks {voice.rate} words a minute"


def _echo(settings: Settings) -> str:
    from voice_guide.devices import soundcard

    sound = settings.sound
    card = soundcard.SoundCard(
        soundcard.microphone(sound.microphone), soundcard.speaker(sound.speaker)
    )
    # At its usual pace: another would be over too soon, or take too long.
    # As much as the echo canceller takes to learn, and a little more.
    text = Prompts(find(settings.language).prompts)("doctor.hear_myself")
    speech = render(text, Speaker(settings.voice.name, VoiceSettings().rate))
    speech = (speech * settings.voice.volume).astype(np.int16)
    if not np.any(speech):
        return "unknown, for nothing is played: the volume is 0, or the voice is silent"
    playing = Playing(speech)
    card.run(playing)
    if card.breaks:
        raise VoiceGuideError(
            f"not measured, for the sound broke off ({card.breaks} times): try again while "
            "nothing else keeps this machine busy"
        )
    return report(playing.heard, playing.played, sound.cancel_echo)
