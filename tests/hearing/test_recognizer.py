"""The speech model is loaded without leaving anything behind."""

import tempfile
from pathlib import Path

import pytest

from voice_guide.config.language import reference
from voice_guide.hearing import recognizer
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.speech_models.verify import require_model


@pytest.mark.parametrize("has_memory", [True, False])
def test_speech_model_loads_without_changing_its_folder(
    has_memory: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The links to its files are removed; they are on a disk only if no memory folder exists."""
    used, unused = tmp_path, tmp_path / "missing"
    monkeypatch.setattr(recognizer, "_MEMORY_FOLDER", used if has_memory else unused)
    monkeypatch.setattr(tempfile, "tempdir", str(unused if has_memory else used))
    folder = require_model(reference().model)
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    assert before
    assert SpeechModel(folder).knows("stop")
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before
    assert list(used.iterdir()) == []
