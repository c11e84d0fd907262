"""The packages' layers as voice_guide/README.md has them, and packages that load no sound."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import voice_guide

PACKAGE = Path(voice_guide.__file__).parent

LAYERS = re.search(r"```layers\n(.+?)```", (PACKAGE / "README.md").read_text(), re.DOTALL)
"""The layers, one a line from top to bottom; those of one layer know nothing of each other."""

WITHOUT_SOUND = (
    "dialogue",
    "nlu",
    "routines",
    "config",
    "diary.history",
    "errors",
    "audio.faults",
)
"""Packages and modules that install wherever Python does."""

SOUND = ("numpy", "vosk", "sounddevice", "soundfile", "soxr", "pyttsx3", "webrtcvad", "matplotlib")
"""Libraries that they load at no depth."""


def rank() -> dict[str, int]:
    assert LAYERS
    lines = LAYERS[1].splitlines()
    return {name: at for at, line in enumerate(lines) for name in re.findall(r"\w+", line)}


def modules(*roots: Path) -> Iterator[tuple[str, Path]]:
    """Yield the name and file of each module, as it is imported."""
    for file in sorted(path for root in roots for path in root.rglob("*.py")):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(parts).removesuffix(".__init__"), file


def imports(file: Path) -> Iterator[str]:
    """Yield everything of this program that a module imports, in functions too."""
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.startswith(
                "voice_guide"
            ):
                yield from (f"{module}.{each.name}" for each in names)
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name.startswith("voice_guide."))


def test_every_package_has_a_layer() -> None:
    found = {name.split(".")[1] for name, _ in modules(PACKAGE) if "." in name}

    assert found - {"__main__", "languages"} == set(rank())


def test_imports_point_down_the_layers() -> None:
    layer = rank()
    upwards = [
        f"{name} imports {imported}"
        for name, file in modules(PACKAGE)
        for imported in imports(file)
        if (source := name.split(".")[1:2])
        and source[0] in layer
        and (target := imported.split(".")[1]) in layer
        and source[0] != target
        and layer[source[0]] >= layer[target]
    ]

    assert not upwards, "\n".join(upwards)


def test_packages_without_sound_load_no_library_of_sound() -> None:
    names = [
        name
        for name, _ in modules(PACKAGE)
        if name.removeprefix("voice_guide.").startswith(WITHOUT_SOUND)
    ]
    code = f"import sys, {', '.join(names)}; print(*sorted(set({SOUND}) & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
