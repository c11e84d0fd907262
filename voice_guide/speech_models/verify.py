"""Verifying installed speech models against the catalog's SHA-256 digests."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias

from voice_guide.config.files import write_atomically
from voice_guide.errors import VoiceGuideError
from voice_guide.speech_models.catalog import CatalogModel, find_model, model_folder

INSTALL_COMMAND: Final = "voice-guide models install"
"""The command that installs a missing model and replaces a damaged one."""

STAMP_FILE: Final = "installed.json"
"""The file in a model's folder that records its files' state when they last verified."""

Stamps: TypeAlias = dict[str, list[int | str]]
"""Path in the model's folder to size in bytes, modification time in ns, and SHA-256."""


def require_model(name: str) -> Path:
    """Return the folder of an installed model; the check made at every start.

    Hashing a whole model takes too long on a small Pi, so a file that still has the size and
    modification time it had when it last verified is not hashed again.

    Raises VoiceGuideError, with the command that repairs it, if a file is missing or damaged.
    """
    model = find_model(name)
    folder = model_folder(model)
    known = _read_stamps(folder)
    problems, stamps = check_files(model, folder, known)
    if problems:
        raise VoiceGuideError(
            f"The model {name} cannot be used: {problems[0]}: run `{INSTALL_COMMAND}`."
        )
    if stamps != known:
        # In a folder that this user may not write, every start hashes: slow, but correct.
        with suppress(OSError):
            write_stamps(folder, stamps)
    return folder


def verify_model(model: CatalogModel) -> list[str]:
    """Hash every file of the model and return one message per damaged or missing file."""
    return check_files(model, model_folder(model))[0]


def check_files(
    model: CatalogModel, folder: Path, known: Stamps | None = None
) -> tuple[list[str], Stamps]:
    """Return the problems of the model's files in a folder, and the stamps of the intact ones.

    Files whose size and time match their known stamp are not hashed.
    """
    problems: list[str] = []
    stamps: Stamps = {}
    for path, sha256 in model.files.items():
        file = folder / path
        try:
            # Before hashing, so that a change made meanwhile is not stamped as intact.
            status = file.stat()
            stamp: list[int | str] = [status.st_size, status.st_mtime_ns, sha256]
            if (known or {}).get(path) == stamp or _sha256(file) == sha256:
                stamps[path] = stamp
            else:
                problems.append(f"{file} is damaged")
        except (FileNotFoundError, NotADirectoryError):
            problems.append(f"{file} is missing")
        except OSError as error:
            problems.append(f"{file} cannot be read ({error.strerror})")
    return problems, stamps


def write_stamps(folder: Path, stamps: Stamps) -> None:
    """Record the state of a model's intact files; raises OSError."""
    write_atomically(folder / STAMP_FILE, json.dumps(stamps).encode())


def _read_stamps(folder: Path) -> Stamps:
    """Return the recorded stamps; empty, so that everything is hashed, if they are unreadable."""
    try:
        stamps = json.loads((folder / STAMP_FILE).read_text())
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
