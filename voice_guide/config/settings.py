"""The user's settings, in ~/.config/voice-guide/config.toml."""

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
"""Rates of speech that "slower" and "faster" step through, in words per minute."""

VOLUMES = (0.1, 0.2, 0.35, 0.5, 0.7, 1.0)
"""Volumes that "quieter" and "louder" step through, about 4 dB apart."""


class SpeechEngine(StrEnum):
    """The speech synthesizers."""

    PYTTSX3 = "pyttsx3"
    """espeak-ng, through pyttsx3: on any machine, without delay."""

    NATURAL = "natural"
    """hibari-tts, which sounds like a person, and is installed separately."""


@dataclass(frozen=True, config=_CHECKED)
class VoiceSettings:
    """The guide's voice."""

    name: Annotated[str, Field(strict=True, min_length=1)] = Field(
        default_factory=lambda: reference().voice
    )
    """espeak-ng's name of the voice, with a variant if you like: "en-gb-x-rp+f3". The natural
    voice has no others."""

    rate: Annotated[int, Field(strict=True, ge=60, le=400)] = 140
    """Rate of speech in words per minute, from 60 to 400. "Slower" and "faster" change it."""

    volume: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.7
    """Volume from 0 to 1. "Louder" and "quieter" change it."""

    engine: SpeechEngine = SpeechEngine.PYTTSX3
    """The synthesizer: "pyttsx3", or "natural" for a voice that is installed separately."""


@dataclass(frozen=True, config=_CHECKED)
class SoundSettings:
    """The sound devices."""

    microphone: Annotated[str, Field(strict=True)] = ""
    """Part of the microphone's name; empty for the system's choice. `doctor` lists the names.
    What a speaker plays, a monitor, is recorded only if it is named here."""

    speaker: Annotated[str, Field(strict=True)] = ""
    """Part of the speaker's name; empty for the system's choice."""

    cancel_echo: Annotated[bool, Field(strict=True)] = True
    """True to remove the guide's own voice from what the microphone hears; false with
    headphones, or for a device that does this itself."""


@dataclass(frozen=True, config=_CHECKED)
class HearingSettings:
    """Hearing, and falling asleep."""

    sensitivity: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.5
    """Readiness to take speech for a command, from 0 (more of what you say is missed) to 1
    (the guide sometimes answers what was not meant for it): at 0.5 a command has to be meant
    more likely than not, at 0.2 with a probability of 80 %."""

    wake_phrase: WakePhrase = Field(default_factory=lambda: reference().wake_phrase)
    """The phrase that wakes the guide: two words, or one of six letters or more, and no
    command."""

    sleep_after_min: Annotated[float, Field(strict=True, gt=0)] = 10
    """Minutes without a command, and with nothing to say, after which the guide falls asleep;
    inf for never."""


class Pacing(StrEnum):
    """The ways to go on to the next step."""

    WAIT = "wait"
    """The guide waits for the user."""

    CARRY_ON = "carry on"
    """The guide goes on by itself."""


@dataclass(frozen=True, config=_CHECKED)
class GuideSettings:
    """Leading through a routine."""

    pacing: Pacing = Pacing.WAIT
    """The value "wait" to wait for you before each step, or "carry on" to go on without. The
    phrases "wait for me" and "carry on by yourself" change it."""


_Pin = Annotated[int, Field(strict=True, ge=2, le=27)]


@dataclass(frozen=True, config=_CHECKED)
class PinSettings:
    """A light and a button on a Raspberry Pi's pins."""

    led: _Pin | None = None
    """GPIO number, from 2 to 27, of the pin with a light-emitting diode and its resistor."""

    button: _Pin | None = None
    """GPIO number, from 2 to 27, of the pin with a push button to ground."""


@dataclass(frozen=True, config=_CHECKED)
class HomeAssistantSettings:
    """The Home Assistant that the guide may speak through by itself."""

    url: Annotated[str, Field(strict=True)] = ""
    """Its address, as "http://homeassistant.local:8123"; empty for none."""

    token_file: Annotated[str, Field(strict=True)] = "~/.config/voice-guide/home-assistant-token"
    """The file with a long-lived access token of it, which its owner alone may read."""


@dataclass(frozen=True, config=_CHECKED)
class Settings:
    """All settings."""

    voice: VoiceSettings = Field(default_factory=VoiceSettings)
    """The guide's voice."""

    sound: SoundSettings = SoundSettings()
    """The sound devices."""

    hearing: HearingSettings = Field(default_factory=HearingSettings)
    """Hearing, and falling asleep."""

    guide: GuideSettings = GuideSettings()
    """Leading through a routine."""

    pins: PinSettings = PinSettings()
    """A light and a button on a Raspberry Pi's pins."""

    home_assistant: HomeAssistantSettings = HomeAssistantSettings()
    """The Home Assistant that the guide may speak through by itself."""

    language: Annotated[str, Field(strict=True)] = REFERENCE
    """Code of the language that the guide speaks and understands."""


def default_settings(language: Language) -> Settings:
    """Return the settings of a user who has set nothing but the language."""
    return _filled_in({}, language)


class SettingsFile:
    """The settings, and their file, which is written when one is changed by voice."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the file, if there is one.

        Raises VoiceGuideError, naming the file and each wrong key, if it cannot be used.
        """
        self.path = path or platformdirs.user_config_path("voice-guide") / "config.toml"
        content = read_toml(self.path) if self.path.exists() else {}
        language = checked(self.path, content, Settings).language
        try:
            self.language = find(language)
            """The language of the settings."""
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
