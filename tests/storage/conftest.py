"""Fixtures of the store's tests."""

from pathlib import Path

import pytest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the path of a store that does not exist yet, in a folder that does not either."""
    return tmp_path / "new" / "diary.sqlite3"
