"""The tables in this folder's README.md, between markers that name their section."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmark.systems import SYSTEMS
from harness.table import ResultRow, markdown
from voice_guide.errors import VoiceGuideError

README = Path(__file__).parent / "README.md"

_SECTION = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def with_tables(text: str, sections: Mapping[str, Sequence[ResultRow]]) -> str:
    """Return the text of a README with the table of each section replaced.

    Raise VoiceGuideError if a section has no place in it.
    """
    places = {name for _, name, _ in _SECTION.findall(text)}
    if missing := ", ".join(name for name in sections if name not in places):
        raise VoiceGuideError(f"{README}: no place for the tables: {missing}")

    def replaced(found: re.Match[str]) -> str:
        begin, name, end = found.groups()
        if name not in sections:
            return found[0]
        return f"{begin}\n{markdown(sections[name], SYSTEMS)}\n{end}"

    return _SECTION.sub(replaced, text)


def update_readme(sections: Mapping[str, Sequence[ResultRow]]) -> None:
    """Write the tables of all sections into the README."""
    README.write_text(with_tables(README.read_text("utf-8"), sections), "utf-8")
