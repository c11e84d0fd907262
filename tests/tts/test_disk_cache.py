"""The disk cache keeps rendered speech, whatever happens to its files."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from voice_guide.app.content import Content
from voice_guide.app.session import new_tts
from voice_guide.audio.pcm import Samples
from voice_guide.config.settings import (
    Settings,
)
from voice_guide.tts import disk_cache
from voice_guide.tts.disk_cache import DiskCachedTts
from voice_guide.tts.pyttsx3_tts import VoiceSpec

GUIDE = VoiceSpec("en-us", 140)

STEP = "Stand up, with your back against the wall."


class CountingRenderer:
    """Renders a different sound for each text, and records the texts."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str, speaker: VoiceSpec) -> Samples:
        self.texts.append(text)
        return sound_of(text)


def sound_of(text: str) -> Samples:
    return np.frombuffer(text.encode() * 2000, np.int16)


@pytest.fixture
def renderer() -> CountingRenderer:
    return CountingRenderer()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "speech"


def test_rendered_speech_is_read_at_the_next_start(
    renderer: CountingRenderer, folder: Path
) -> None:
    first, next_start = (DiskCachedTts(renderer, "voice", folder) for _ in range(2))

    rendered = first.render("one", GUIDE)
    read = next_start.render("one", GUIDE)

    assert renderer.texts == ["one"]
    assert read.dtype == np.int16
    assert np.array_equal(read, rendered)


def test_another_text_rate_or_voice_is_another_file(
    renderer: CountingRenderer, folder: Path
) -> None:
    store, other_voice = (DiskCachedTts(renderer, name, folder) for name in ("one", "other"))

    store.render("a", GUIDE)
    store.render("b", GUIDE)
    store.render("a", VoiceSpec("en-us", 160))
    other_voice.render("a", GUIDE)
    # espeak-ng's voice means nothing to the one that is kept.
    store.render("a", VoiceSpec("en-us+f2", 140))

    assert renderer.texts == ["a", "b", "a", "a"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-2],
        lambda content: content[: len(content) // 2 + 1],
        lambda content: content[:100] + b"\0\1" + content[102:],
        lambda content: content[:10],
        lambda content: bytes(len(content)),
        lambda content: b"",
    ],
    ids=["end missing", "half", "in the middle", "no sound", "zeros", "empty"],
)
def test_a_damaged_file_is_rendered_again(
    renderer: CountingRenderer, folder: Path, damage: Callable[[bytes], bytes]
) -> None:
    store = DiskCachedTts(renderer, "voice", folder)
    store.render("one", GUIDE)
    (file,) = folder.iterdir()
    file.write_bytes(damage(file.read_bytes()))

    for _ in range(2):
        assert np.array_equal(store.render("one", GUIDE), sound_of("one"))

    assert renderer.texts == ["one", "one"]


WRITER = """
import sys
from pathlib import Path
from tts.test_disk_cache import GUIDE, CountingRenderer
from voice_guide.tts.disk_cache import DiskCachedTts
store = DiskCachedTts(CountingRenderer(), "voice", Path(sys.argv[1]))
for number in range(100_000):
    store.render(str(number % 500 + number // 500 * 1000), GUIDE)
"""


def test_a_kill_while_writing_does_no_harm(renderer: CountingRenderer, folder: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, "-c", WRITER, folder], env=environment) as writer:
        while not folder.exists() or len(list(folder.iterdir())) < 50:
            assert writer.poll() is None
            time.sleep(0.01)
        writer.send_signal(signal.SIGKILL)
    written = len(list(folder.glob("*.pcm")))
    store = DiskCachedTts(renderer, "voice", folder)

    for number in range(50):
        assert np.array_equal(store.render(str(number), GUIDE), sound_of(str(number)))

    assert written >= 49
    assert len(renderer.texts) <= 1


def test_the_folder_stays_small_and_drops_the_least_recently_used(
    renderer: CountingRenderer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    left_behind = folder / "tmp-of-one-that-was-killed"
    left_behind.write_bytes(bytes(1000))
    os.utime(left_behind, (0, 0))
    texts = [f"{number:02}" for number in range(40)]
    monkeypatch.setattr(disk_cache, "_MAX_BYTES", 20 * 4032)
    monkeypatch.setattr(disk_cache, "_PRUNED_BYTES", 10 * 4032)
    store = DiskCachedTts(renderer, "voice", folder)

    for text in texts:
        store.render(text, GUIDE)
        store.render(texts[0], GUIDE)

        assert sum(file.stat().st_size for file in folder.iterdir()) <= 20 * 4032

    assert not left_behind.exists()
    assert renderer.texts == texts
    store.render(texts[1], GUIDE)
    assert renderer.texts == [*texts, texts[1]]


def test_speech_is_rendered_where_no_file_can_be_written(
    renderer: CountingRenderer, folder: Path
) -> None:
    folder.write_text("not a folder")

    assert np.array_equal(
        DiskCachedTts(renderer, "voice", folder).render("one", GUIDE), sound_of("one")
    )


def test_a_full_disk_is_not_filled_further(
    renderer: CountingRenderer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", no_space)

    assert np.array_equal(
        DiskCachedTts(renderer, "voice", folder).render("one", GUIDE), sound_of("one")
    )
    assert not list(folder.iterdir())


def test_espeak_speech_is_not_kept_on_disk(content: Content) -> None:
    voice = new_tts(Settings(), content, lambda *_: None)

    voice.speech(STEP)
    voice.close()

    assert not platformdirs.user_cache_path("voice-guide").exists()
