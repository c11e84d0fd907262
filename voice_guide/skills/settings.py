"""The guide's settings in another assistant: a few plain values, or a folder of its own."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from voice_guide.app.content import Content, load_content
from voice_guide.config.language import find, reference
from voice_guide.config.settings import Pacing, Settings, SettingsFile, default_settings
from voice_guide.errors import VoiceGuideError

_PACING = Pacing.CARRY_ON
"""The pacing unless another is chosen: hands are busy, and a wake word may be needed."""


def load_chosen(chosen: Mapping[str, Any]) -> tuple[Content, Settings, list[str]]:
    """Load the guide with the `language` and the `pacing` that were chosen.

    In place of a value that cannot be used, the default is; the list has a line about each.
    """
    pacing, problems = _pacing(chosen.get("pacing", _PACING))
    code = chosen.get("language", reference().code)
    try:
        content, settings = _load(code, pacing)
    except VoiceGuideError as error:
        problems.append(f'language: {error}; "{reference().code}" is used')
        content, settings = _load(reference().code, pacing)
    return content, settings, problems


def load_folder(folder: Path) -> tuple[Content, Settings]:
    """Load the guide with the `settings.toml` of a folder, and the packs of its `routines`.

    Neither has to be there. Raises VoiceGuideError, naming the file and each wrong key, for
    settings that cannot be used.
    """
    settings = SettingsFile(folder / "settings.toml").settings
    return load_content(settings, own_packs=folder / "routines"), settings


def _load(code: Any, pacing: Pacing) -> tuple[Content, Settings]:
    if not isinstance(code, str):
        raise VoiceGuideError(f'{code!r} is not the code of a language, as "en"')
    settings = default_settings(find(code))
    settings = replace(settings, guide=replace(settings.guide, pacing=pacing))
    return load_content(settings), settings


def _pacing(value: Any) -> tuple[Pacing, list[str]]:
    possible = [str(each) for each in Pacing]
    if isinstance(value, str) and value in possible:
        return Pacing(value), []
    listed = " or ".join(f'"{each}"' for each in possible)
    return _PACING, [f'pacing: {value!r} is not possible, only {listed}; "{_PACING}" is used']
