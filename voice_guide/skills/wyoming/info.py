"""The description of the service that clients ask for: three programs, each usable alone."""

from typing import Any

from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    HandleModel,
    HandleProgram,
    Info,
    TtsProgram,
    TtsVoice,
)

from voice_guide import __version__
from voice_guide.app.content import Content

NAME = "Voice Guide"
"""The name that Home Assistant shows."""

_URL = "https://github.com/voice-guide/voice-guide"


def service_info(content: Content, voice: str) -> Info:
    """Return what the service offers in the content's language, with the voice of this name."""
    language = content.language
    model = AsrModel(**_artifact(language.model, "Vosk"), languages=[language.code])
    return Info(
        asr=[
            AsrProgram(
                **_artifact(NAME, "Hears what makes sense to the guide"),
                models=[model],
                supports_transcript_streaming=True,
                prefers_auto_gain_enabled=False,
                prefers_noise_reduction_enabled=False,
            )
        ],
        tts=[
            TtsProgram(
                **_artifact(NAME, "Speaks as the guide does"),
                voices=[TtsVoice(**_artifact(voice, voice), languages=[language.code])],
                supports_synthesize_streaming=True,
            )
        ],
        handle=[
            HandleProgram(
                **_artifact(NAME, "Leads you through a routine"),
                models=[
                    HandleModel(**_artifact("routines", "Routines"), languages=[language.code])
                ],
            )
        ],
    )


def _artifact(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "attribution": Attribution(NAME, _URL),
        "installed": True,
        "version": __version__,
    }
