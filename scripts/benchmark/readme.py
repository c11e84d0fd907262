"""The tables in this folder's README.md, in generated sections."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmark.systems import SYSTEMS
from harness.generated_sections import section_names, with_sections
from harness.table import ResultRow, markdown
from voice_guide.errors import VoiceGuideError

README = Path(__file__).parent / "README.md"


def with_tables(text: str, tables: Mapping[str, Sequence[ResultRow]]) -> str:
    """Return the text of a README with the table of each section replaced.

    Raise VoiceGuideError if a table has no section.
    """
    if missing := ", ".join(tables.keys() - section_names(text)):
        raise VoiceGuideError(f"{README}: no section for the tables: {missing}")
    sections = {name: f"\n{markdown(rows, SYSTEMS)}\n" for name, rows in tables.items()}
    return with_sections(text, sections)


def update_readme(tables: Mapping[str, Sequence[ResultRow]]) -> None:
    """Write all tables into the README."""
    README.write_text(with_tables(README.read_text("utf-8"), tables), "utf-8")
