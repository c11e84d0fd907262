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
