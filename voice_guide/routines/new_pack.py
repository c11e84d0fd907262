"""Create a new pack from the language's example, for the user to edit."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from voice_guide.config.files import read_text, why_unreadable, write_atomically
from voice_guide.config.language import Language
from voice_guide.errors import VoiceGuideError
from voice_guide.routines.model import Identifier
from voice_guide.routines.packs import installed_packs, load_packs, own_packs_folder

_EXAMPLE_ID = '"my-routine"'
"""The id in each language's example pack, which the new name replaces."""


def create_pack(name: str, language: Language) -> Path:
    """Write the language's example pack to the user's folder under a new name; return its path.

    Raises VoiceGuideError if the name cannot be an id, a file or routine of that name exists,
    or the file cannot be written.
    """
    try:
        TypeAdapter(Identifier).validate_python(name)
    except ValidationError as error:
        raise VoiceGuideError(
            f'"{name}" cannot be the name of a routine: '
            "expected small letters and digits, with hyphens between"
        ) from error
    file = own_packs_folder() / f"{name}.toml"
    if file.exists():
        raise VoiceGuideError(f"{file}: this file exists already; choose another name")
    installed = load_packs(installed_packs(), language.code, lambda _: ()).valid
    for other, routine in installed.items():
        if routine.id == name:
            raise VoiceGuideError(
                f'there is a routine "{name}" already: {other}; choose another name'
            )
    try:
        content = read_text(language.pack).replace(_EXAMPLE_ID, f'"{name}"')
    except (OSError, UnicodeDecodeError) as error:
        raise VoiceGuideError(f"{language.pack}: {why_unreadable(error)}") from error
    try:
        write_atomically(file, content.encode())
    except OSError as error:
        raise VoiceGuideError(f"{file}: cannot be written: {error.strerror}") from error
    return file
