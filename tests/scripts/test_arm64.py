"""The list of tests that scripts/test-arm64 leaves out."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_left_out_tests_exist() -> None:
    script = (ROOT / "scripts" / "test-arm64").read_text("utf-8")
    found = re.search(r"^left_out=\(\n(.*?)^\)", script, re.DOTALL | re.MULTILINE)
    assert found
    listed = [name for line in found[1].splitlines() for name in line.partition("#")[0].split()]

    assert len(listed) > 10
    assert [name for name in listed if not (ROOT / "tests" / name).exists()] == []
