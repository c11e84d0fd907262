"""What a person may set, kept in ~/.config/voice-guide/config.toml."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

from voice_guide.config.files import write_atomically
from voice_guide.config.language import REFERENCE, Language, WakePhrase, find, reference
from voice_guide.config.toml_files import checked, read_toml, with_changes
from voice_guide.errors import VoiceGuideError

_CHECKED = ConfigDict(extra="forbid", use_attribute_docstrings=True)

RATES_WPM = (100, 120, 140, 160, 185, 215, 250)
"""The paces that "slower" and "faster" step through, in words a minute."""

VOLUMES = (0.1, 0.2, 0.35, 0.5, 0.7, 1.0)
"""The volumes that "quieter" and "louder" step through, about 4 dB apart."""


class SpeechEngine(StrEnum):
    """What turns text into the guide's voice."""

    PYTTSX3 = "pyttsx3"
    """espeak-ng, through pyttsx3: on any machine, at once."""

    NATURAL = "natural"
    """hibari-tts, which sounds like a person and has to be installed besides."""


@dataclass(frozen=True, config=_CHECKED)
class VoiceSettings:
    """How the guide speaks."""

    name: Annotated[str, Field(strict=True, min_length=1)] = Field(
        default_factory=lambda: reference().voice
    )
    """The voice, as espeak-ng calls it, with an optional variant: "en-gb-x-rp+f3". The natural
    voice is only one."""

    rate: Annotated[int, Field(strict=True, ge=60, le=400)] = 140
    """Pace in words a minute."""

    volume: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.7
    """From 0 to 1."""

    engine: SpeechEngine = SpeechEngine.PYTTSX3
    """What speaks: "pyttsx3", or "natural"."""


@dataclass(frozen=True, config=_CHECKED)
class SoundSettings:
    """Which devices are used, empty for the system's own choice, and how."""

    microphone: Annotated[str, Field(strict=True)] = ""
    """Part of the microphone's name."""

    speaker: Annotated[str, Field(strict=True)] = ""
    """Part of the speaker's name."""

    cancel_echo: Annotated[bool, Field(strict=True)] = True
    """Whether to take what the speaker plays out of what the microphone hears. Off where the
    device, such as a conference speaker, does so itself."""


@dataclass(frozen=True, config=_CHECKED)
class HearingSettings:
    """What is listened for, and how long."""

    sensitivity: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.5
    """How readily speech is taken for a command, from 0 (rather miss some) to 1 (rather
    answer something else now and then)."""

    wake_phrase: WakePhrase = Field(default_factory=lambda: reference().wake_phrase)
    """What wakes it when it is asleep."""

    sleep_after_min: Annotated[float, Field(strict=True, gt=0)] = 10
    """Minutes in which it was not spoken to and had nothing to say, after which it sleeps."""


class Pacing(StrEnum):
    """Who says when it goes on."""

    WAIT = "wait"
    """The person: the guide waits for her."""

    CARRY_ON = "carry on"
    """The guide: it carries on by itself."""


@dataclass(frozen=True, config=_CHECKED)
class GuideSettings:
    """How the guide leads."""

    pacing: Pacing = Pacing.WAIT
    """Who says when it goes on: "wait" for the person, or "carry on"."""


_Pin = Annotated[int, Field(strict=True, ge=2, le=27)]


@dataclass(frozen=True, config=_CHECKED)
class PinSettings:
    """What is connected to a Raspberry Pi's pins, by the GPIO numbers; None for nothing."""

    led: _Pin | None = None
    """The pin that a light-emitting diode and its resistor lie at."""

    button: _Pin | None = None
    """The pin that a push button connects to ground."""


@dataclass(frozen=True, config=_CHECKED)
class Settings:
    """Everything that may be set."""

    voice: VoiceSettings = Field(default_factory=VoiceSettings)
    """How the guide speaks."""

    sound: SoundSettings = SoundSettings()
    """Which devices are used."""

    hearing: HearingSettings = Field(default_factory=HearingSettings)
    """What is listened for, and how long."""

    guide: GuideSettings = GuideSettings()
    """How the guide leads."""

    pins: PinSettings = PinSettings()
    """What is connected to a Raspberry Pi's pins."""

    language: Annotated[str, Field(strict=True)] = REFERENCE
    """What the guide speaks and understands."""


def default_settings(language: Language) -> Settings:
    """Return the settings of a user who has set nothing but the language."""
    return _filled_in({}, language)


class SettingsFile:
    """The settings, and the file they are kept in once one was changed."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the file, where there is one.

        Raises VoiceGuideError, naming the file and each key, where it cannot be used.
        """
        self.path = path or platformdirs.user_config_path("voice-guide") / "config.toml"
        content = read_toml(self.path) if self.path.exists() else {}
        language = checked(self.path, content, Settings).language
        try:
            self.language = find(language)
            """The language that is set."""
        except VoiceGuideError as error:
            raise VoiceGuideError(f"{self.path}: language: {error}") from error
        self.settings = _filled_in(content, self.language)

    def change(self, table: str, **changes: Any) -> None:
        """Change settings of one table by name, and write them into the file.

        Raises VoiceGuideError where they cannot be written: they hold for this run all the same.
        """
        changed = replace(getattr(self.settings, table), **changes)
        self.settings = replace(self.settings, **{table: changed})
        # Read again: the file may have been edited since the start.
        text = with_changes(self.path, table, changes)
        try:
            write_atomically(self.path, text.encode())
        except OSError as error:
            raise VoiceGuideError(f"{self.path}: cannot be written: {error.strerror}") from error


def _filled_in(content: Mapping[str, Any], language: Language) -> Settings:
    """Return settings, with the language's voice and wake phrase where they give none."""
    defaults = {
        "voice": {"name": language.voice},
        "hearing": {"wake_phrase": language.wake_phrase},
    }
    filled = {table: {**keys, **content.get(table, {})} for table, keys in defaults.items()}
    return TypeAdapter(Settings).validate_python({"language": language.code, **content, **filled})
