"""Languages: the folders with everything that is said, heard and shown in them."""

from functools import cache
from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic.dataclasses import dataclass

from voice_guide.config.toml_files import checked, read_toml
from voice_guide.errors import VoiceGuideError

BUILT_IN = Path(__file__).parents[1] / "languages"
"""The folder of the languages that come with the program."""

REFERENCE = "en"
"""The code of the complete language: every other needs what it has."""

_MIN_WAKE_WORD_LETTERS = 6
"""Letters of a wake phrase of one word, so that talk rarely contains it: "computer"."""


def _wake_phrase(phrase: str) -> str:
    """Return a wake phrase as it is heard; raises ValueError for one that is too short."""
    words = phrase.lower().split()
    if not all(word.replace("'", "").isalpha() for word in words):
        raise ValueError("expected words, of letters and apostrophes only")
    if len("".join(words)) < _MIN_WAKE_WORD_LETTERS and len(words) < 2:
        raise ValueError(f"expected two words, or one of {_MIN_WAKE_WORD_LETTERS} letters or more")
    return " ".join(words)


_Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]

WakePhrase = Annotated[str, Field(strict=True), AfterValidator(_wake_phrase)]
"""A phrase that wakes the guide: two words, or a long one."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid", use_attribute_docstrings=True))
class Language:
    """A language, with the content of its `language.toml`."""

    code: str
    """Its name in packs and settings, and of its folder: "en"."""

    folder: Path
    """The folder of its files."""

    model: _Text
    """The name of its speech model."""

    voice: _Text
    """The guide's voice, unless the settings give another."""

    wake_phrase: WakePhrase
    """The wake phrase, unless the settings give another."""

    @property
    def prompts(self) -> Path:
        """The file with the guide's prompts."""
        return self.folder / "prompts.toml"

    @property
    def spoken(self) -> Path:
        """The file with how numbers, units and abbreviations are spoken; it is optional."""
        return self.folder / "spoken.toml"

    @property
    def pack(self) -> Path:
        """The routine pack to start from."""
        return self.folder / "pack.toml"

    @property
    def demo(self) -> Path:
        """The file with the person's part in the demo."""
        return self.folder / "demo.toml"

    @property
    def common_words(self) -> list[str]:
        """The words of everyday talk; none without `common_words.txt`."""
        file = self.folder / "common_words.txt"
        return file.read_text("utf-8").split() if file.exists() else []


def find(code: str) -> Language:
    """Return a language from the user's own folder, or else the program's.

    Raises VoiceGuideError if there is none of that code, or its `language.toml` is wrong.
    """
    folders = {path.name: path for path in (*_folders(BUILT_IN), *_folders(own_folder()))}
    if code not in folders:
        raise VoiceGuideError(
            f'there is no language "{code}"; there are: {", ".join(sorted(folders))}'
        )
    return _read(folders[code])


@cache
def reference() -> Language:
    """Return the complete language."""
    return _read(BUILT_IN / REFERENCE)


def own_folder() -> Path:
    """Return the folder of the user's own languages, which has a folder for each."""
    return platformdirs.user_config_path("voice-guide") / "languages"


def _folders(parent: Path) -> list[Path]:
    return [path for path in parent.glob("*") if path.is_dir()]


def _read(folder: Path) -> Language:
    file = folder / "language.toml"
    content = {**read_toml(file), "code": folder.name, "folder": folder}
    return checked(file, content, Language)
