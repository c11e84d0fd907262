"""The catalog of speech models that can be installed, and where each is installed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import platformdirs
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from voice_guide.config.language import own_folder
from voice_guide.config.toml_files import TomlFileError, load_toml
from voice_guide.errors import VoiceGuideError

CATALOG_FILE = Path(__file__).parents[1] / "catalog.toml"
"""The program's catalog: in the package in a wheel, in `models/` in the repository."""
if not CATALOG_FILE.exists():
    CATALOG_FILE = Path(__file__).parents[2] / "models" / "catalog.toml"

Sha256: TypeAlias = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
"""A SHA-256 digest in hexadecimal."""

_STRICT: Final = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_STRICT)
class PackageSource:
    """A Python package that contains a model among its data files."""

    kind: Literal["package"]
    """The tag that selects this kind of source in the catalog."""

    package: str
    """Its name in the package registry that pip is set up for."""

    version: str
    """The exact version to download."""

    python: str
    """The Python version to download it for. The package may not support the running one,
    which never imports it."""

    folder: str
    """The model's folder inside the wheel."""

    def __str__(self) -> str:
        return f"package {self.package} {self.version}"


@dataclass(frozen=True, config=_STRICT)
class ArchiveSource:
    """A zip file at a URL."""

    kind: Literal["archive"]
    """The tag that selects this kind of source in the catalog."""

    url: str
    """The address of the zip file."""

    sha256: Sha256
    """The digest of the whole zip file."""

    folder: str
    """The model's folder inside the zip file."""

    def __str__(self) -> str:
        return self.url


Source: TypeAlias = Annotated[PackageSource | ArchiveSource, Field(discriminator="kind")]
"""A place to download a model from."""


@dataclass(frozen=True, config=_STRICT)
class CatalogModel:
    """A speech model in the catalog."""

    name: str
    """Its name in commands and settings, and the name of its folder."""

    title: str
    """A short description for `voice-guide models list`."""

    language: str
    """Its language code, as in `en`."""

    licence: str
    """Its SPDX licence identifier."""

    size_bytes: int
    """The disk space its files take, in bytes."""

    sources: tuple[Source, ...]
    """The places to download it from, in the order to try them."""

    files: Mapping[str, Sha256]
    """Its files: path inside its folder to SHA-256."""


@dataclass(frozen=True)
class _CatalogFile:
    """A `catalog.toml`; keys of other versions of this program are ignored."""

    models: tuple[CatalogModel, ...]
    """The models that can be installed."""


def read_catalog() -> tuple[CatalogModel, ...]:
    """Return the models that can be installed: the program's, then those of the user's languages.

    Raises VoiceGuideError if a catalog is missing or damaged.
    """
    try:
        known = load_toml(CATALOG_FILE, _CatalogFile).models
    except TomlFileError as error:
        raise VoiceGuideError(f"{error}: install Voice Guide again.") from error
    own_catalogs = sorted(own_folder().glob(f"*/{CATALOG_FILE.name}"))
    own = (model for file in own_catalogs for model in load_toml(file, _CatalogFile).models)
    return (*known, *own)


def find_model(name: str) -> CatalogModel:
    """Return the catalog's model of that name; raises VoiceGuideError if there is none."""
    model = next((model for model in read_catalog() if model.name == name), None)
    if model is None:
        raise VoiceGuideError(f"There is no model {name}: `voice-guide models list` shows all.")
    return model


def model_folder(model: CatalogModel) -> Path:
    """Return the folder that the model is installed in, or would be."""
    return platformdirs.user_data_path("voice-guide") / "models" / model.name
