"""A language: the folder with everything that is said, listened for and shown in it."""

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
"""Where the languages that come with the program are."""

REFERENCE = "en"
"""The language that is complete; what it has, any other has to have too."""

_FEWEST_LETTERS = 6
"""Letters of a single word that does not come up in talk by chance: "computer"."""


def _wake_phrase(phrase: str) -> str:
    """Return a phrase as it is heard; raises ValueError for one that cannot be."""
    words = phrase.lower().split()
    if not all(word.replace("'", "").isalpha() for word in words):
        raise ValueError("expected words, of letters and apostrophes only")
    if len("".join(words)) < _FEWEST_LETTERS and len(words) < 2:
        raise ValueError(f"expected two words, or one of {_FEWEST_LETTERS} letters or more")
    return " ".join(words)


_Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]

WakePhrase = Annotated[str, Field(strict=True), AfterValidator(_wake_phrase)]
"""What wakes the guide: two words, or a long one."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid", use_attribute_docstrings=True))
class Language:
    """A language, with what its `language.toml` says."""

    code: str
    """What packs and settings call it, and its folder's name: "en"."""

    folder: Path
    """Where its files are."""

    model: _Text
    """The name of its speech model."""

    voice: _Text
    """The guide's voice where the person has set none."""

    wake_phrase: WakePhrase
    """What wakes the guide where the person has set nothing else."""

    @property
    def prompts(self) -> Path:
        """The file with what the guide says."""
        return self.folder / "prompts.toml"

    @property
    def spoken(self) -> Path:
        """The file with how numbers, units and abbreviations are said; there need be none."""
        return self.folder / "spoken.toml"

    @property
    def pack(self) -> Path:
        """The routine pack to start from."""
        return self.folder / "pack.toml"

    @property
    def demo(self) -> Path:
        """The file with what the person of the demo says."""
        return self.folder / "demo.toml"

    @property
    def common_words(self) -> list[str]:
        """The words that talk is made of; none where nobody has listed them."""
        file = self.folder / "common_words.txt"
        return file.read_text("utf-8").split() if file.exists() else []


def find(code: str) -> Language:
    """Return a language: the user's own files, where there are any, or the program's.

    Raises VoiceGuideError, naming those there are, where there is none of that code, or
    naming what is wrong in its `language.toml`.
    """
    folders = {path.name: path for path in (*_folders(BUILT_IN), *_folders(own_folder()))}
    if code not in folders:
        raise VoiceGuideError(
            f'there is no language "{code}"; there are: {", ".join(sorted(folders))}'
        )
    return _read(folders[code])


@cache
def reference() -> Language:
    """Return the language that every other one is measured by."""
    return _read(BUILT_IN / REFERENCE)


def own_folder() -> Path:
    """Return where a person puts further languages, a folder for each."""
    return platformdirs.user_config_path("voice-guide") / "languages"


def _folders(parent: Path) -> list[Path]:
    return [path for path in parent.glob("*") if path.is_dir()]


def _read(folder: Path) -> Language:
    file = folder / "language.toml"
    content = {**read_toml(file), "code": folder.name, "folder": folder}
    return checked(file, content, Language)
