"""Tests of typed lines."""

import os
import sys

import pytest

from voice_guide.devices.keyboard import Keys


def typed(keys: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str]]:
    """Return the lines that these keys type, and what was shown after each read."""
    outside, inside = os.pipe()
    os.write(inside, keys)
    os.close(inside)
    shown: list[str] = []
    with os.fdopen(outside) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        return list(Keys(shown.append)), shown


@pytest.mark.parametrize(
    ("keys", "lines"),
    [
        (b"next\rback\n", ["next", "back"]),
        (b"nexy\x7ft\r", ["next"]),
        (b"wrong\x15next\r", ["next"]),
        (b"say that agin \x17again\r", ["say that again"]),
        (b"ne\x1b[Dxt\x1bOA\t\r", ["next"]),
        ("größer\r".encode(), ["größer"]),
        (b"next\rha\x04lf", ["next"]),
        (b"next\r\x04back\r", ["next"]),
    ],
)
def test_keys_become_lines(keys: bytes, lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed(keys, monkeypatch)[0] == lines
