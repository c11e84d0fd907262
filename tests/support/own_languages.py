"""Languages of the user's own, for tests."""

import shutil
from pathlib import Path

from voice_guide.config.language import own_folder, reference


def own_language(code: str, **files: str) -> Path:
    """Write a copy of the English files, some of them with other content; return its folder.

    Files are named without what follows the dot: `demo="..."` is `demo.toml`.
    """
    folder = own_folder() / code
    shutil.copytree(reference().folder, folder)
    for name, content in files.items():
        (file,) = folder.glob(f"{name}.*")
        file.write_text(content)
    return folder


SMALL_LANGUAGE_COMMANDS = (
    "language: en\nintents:\n"
    "  Sea:\n    data:\n      - sentences: ['the sea']\n"
    "        requires_context: {context: [step]}\n"
    "  See:\n    data:\n      - sentences: ['the see']\n"
    "        requires_context: {context: [step]}\n"
    "  ChooseRoutine:\n    data:\n      - sentences: ['start the {routine}']\n"
    "        requires_context: {context: [choosing]}\n"
)
"""Two sentences that sound the same, and one with a place that packs fill."""
