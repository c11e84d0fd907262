"""The benchmark's own tables in its README."""

import pytest

from benchmark.readme import README, with_tables
from benchmark.systems import STOCK_VOSK, VOICE_GUIDE
from harness.table import ResultRow
from voice_guide.errors import VoiceGuideError

ROWS = [ResultRow("sheep", {VOICE_GUIDE: "3", STOCK_VOSK: "4"})]

TEXT = "Before.\n<!-- generated: farm -->\nold\n<!-- end -->\nAfter.\n"


def test_table_of_a_section_is_replaced_and_the_prose_stays() -> None:
    text = with_tables(TEXT, {"farm": ROWS})

    assert text.startswith("Before.\n<!-- generated: farm -->\n\n| what ")
    assert "| sheep | 3           | 4          |" in text
    assert "old" not in text
    assert text.endswith("\n<!-- end -->\nAfter.\n")
    assert with_tables(text, {"farm": ROWS}) == text


def test_table_without_a_section_is_refused() -> None:
    with pytest.raises(VoiceGuideError, match="no section for the tables: zoo"):
        with_tables(TEXT, {"zoo": ROWS})


def test_readme_has_a_section_for_every_table() -> None:
    names = ("hearing", "scenes", "over-speech", "costs", "live")
    with_tables(README.read_text("utf-8"), dict.fromkeys(names, ROWS))
