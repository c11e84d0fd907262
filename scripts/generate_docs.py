"""Write the generated sections of the READMEs: the list of commands and the table of settings.

A section stands between `<!-- generated: NAME -->` and `<!-- end -->`. Run it after a change to
the command line or to the settings: `.venv/bin/python scripts/generate_docs.py`.
"""

import argparse
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from pydantic.fields import FieldInfo

from harness.generated_sections import section_names, with_sections
from voice_guide.cli.parser import parser
from voice_guide.config.settings import Settings

ROOT = Path(__file__).parents[1]


def commands() -> Iterator[str]:
    """Yield a table of the commands, as `voice-guide --help` lists them."""
    (subparsers,) = (
        action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    yield "| command | does |"
    yield "|---|---|"
    for command in subparsers._choices_actions:
        yield f"| `{command.dest}` | {command.help} |"


def settings() -> Iterator[str]:
    """Yield a table of the settings: keys, defaults, and the docstrings of the settings."""
    defaults = Settings()
    yield "| key | default | meaning |"
    yield "|---|---|---|"
    tables = {}
    for name, field in _fields(defaults).items():
        value = getattr(defaults, name)
        if hasattr(value, "__pydantic_fields__"):
            tables[name] = value, field
        else:
            yield _row(name, value, field)
    for name, (table, field) in tables.items():
        yield f"| **`[{name}]`** | | {_text(field)} |"
        for key, entry in _fields(table).items():
            yield _row(key, getattr(table, key), entry)


def _row(key: str, default: object, field: FieldInfo) -> str:
    shown = "" if default is None else f"`{_toml(default)}`"
    return f"| `{key}` | {shown} | {_text(field)} |"


def _toml(value: Any) -> str:
    text: str = tomlkit.item(value).as_string()
    assert tomllib.loads(f"x = {text}")["x"] == value
    return text


def _text(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _fields(settings: Any) -> Mapping[str, FieldInfo]:
    fields: Mapping[str, FieldInfo] = settings.__pydantic_fields__
    return fields


SECTIONS: Mapping[str, Callable[[], Iterator[str]]] = {"commands": commands, "settings": settings}
"""Functions that yield the lines of each section, by its name."""


def generated(text: str) -> str:
    """Return the text of a README with its generated sections as they should be."""
    lines = {name: SECTIONS[name]() for name in section_names(text)}
    return with_sections(
        text, {name: "".join(f"{line}\n" for line in found) for name, found in lines.items()}
    )


def readmes() -> Iterator[Path]:
    """Yield the READMEs with sections that are generated here."""
    for file in (ROOT / "README.md", *sorted((ROOT / "voice_guide").rglob("README.md"))):
        if section_names(file.read_text()):
            yield file


def main() -> None:
    """Write all generated sections."""
    for file in readmes():
        file.write_text(generated(file.read_text()))


if __name__ == "__main__":
    main()
