"""A pack to start from, for somebody who makes a routine of her own."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from voice_guide.config.files import read_text, why_unreadable, write_atomically
from voice_guide.config.language import Language
from voice_guide.errors import VoiceGuideError
from voice_guide.routines.library import installed, own_folder, read
from voice_guide.routines.model import Identifier

_ID = '"my-routine"'
"""The id that stands in the pack of each language."""


def start(name: str, language: Language) -> Path:
    """Write a language's pack to start from into the user's folder; return its path.

    Raises VoiceGuideError where the name cannot be an id, there is such a file or routine
    already, or it cannot be written.
    """
    try:
        TypeAdapter(Identifier).validate_python(name)
    except ValidationError as error:
        raise VoiceGuideError(
            f'"{name}" cannot be the name of a routine: '
            "expected small letters and digits, with hyphens between"
        ) from error
    file = own_folder() / f"{name}.toml"
    if file.exists():
        raise VoiceGuideError(f"{file}: there is such a file already")
    installed_here = read(installed(), language.code, lambda _: ()).sound
    for other, routine in installed_here.items():
        if routine.id == name:
            raise VoiceGuideError(f'there is a routine "{name}" already: {other}')
    try:
        content = read_text(language.pack).replace(_ID, f'"{name}"')
    except (OSError, UnicodeDecodeError) as error:
        raise VoiceGuideError(f"{language.pack}: {why_unreadable(error)}") from error
    try:
        write_atomically(file, content.encode())
    except OSError as error:
        raise VoiceGuideError(f"{file}: cannot be written: {error.strerror}") from error
    return file
