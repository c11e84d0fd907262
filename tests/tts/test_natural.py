"""The natural voice: how it speaks, how it is kept on disk, and what speaks when it fails."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hibari
import numpy as np
import platformdirs
import pytest
import vosk

from voice_guide.app.content import Content
from voice_guide.app.session import new_tts
from voice_guide.audio.pcm import RATE, Samples, level_dbfs, silence
from voice_guide.config.settings import (
    RATES_WPM,
    Settings,
    SettingsFile,
    SpeechEngine,
    VoiceSettings,
)
from voice_guide.dialogue.speech import sentences
from voice_guide.errors import VoiceGuideError
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.sampling import spoken
from voice_guide.tts import disk_cache
from voice_guide.tts.cached_tts import CachedTts
from voice_guide.tts.disk_cache import DiskCachedTts
from voice_guide.tts.fallback import FallbackTts
from voice_guide.tts.natural import NaturalTts
from voice_guide.tts.pyttsx3_tts import Render, VoiceSpec, render
from voice_guide.ui.transcript import Transcript

GUIDE = VoiceSpec("en-us", 140)

STEP = "Stand up, with your back against the wall."

NATURAL = Settings(VoiceSettings(engine=SpeechEngine.NATURAL))

NewGuide = Callable[[], CachedTts]


@pytest.fixture(scope="module")
def natural() -> NaturalTts:
    return NaturalTts("en")


@pytest.fixture(scope="module")
def steps(content: Content) -> list[str]:
    """Give the sentences of all steps."""
    packs = content.library.routines
    texts = [part for pack in packs for step in pack.steps for part in sentences(step.say)]
    return list(dict.fromkeys(texts))


@pytest.fixture
def new_guide(content: Content) -> Iterator[NewGuide]:
    """Give what starts the guide's voice as it is wired when the natural one is set."""
    note = Transcript(content.prompts, with_times=False).note
    started = []

    def start() -> CachedTts:
        started.append(new_tts(NATURAL, content, note))
        return started[-1]

    yield start
    for voice in started:
        voice.close()


@pytest.fixture
def notice(content: Content) -> str:
    return content.prompts("natural_voice_failed")


# How it speaks


def heard(model: SpeechModel, sound: Samples) -> list[str]:
    """Return what is understood of a sound where any word may come."""
    recognizer = vosk.KaldiRecognizer(model.vosk_model, RATE)
    recognizer.AcceptWaveform(np.pad(sound, RATE // 2).tobytes())
    words: list[str] = json.loads(recognizer.FinalResult())["text"].split()
    return words


def missed(model: SpeechModel, texts: list[str], speak: Render, rate_wpm: int) -> float:
    """Return what part of the words is not understood."""
    words = lost = 0
    for text in texts:
        said = set(spoken(text))
        words += len(said)
        lost += len(said - set(heard(model, speak(text, VoiceSpec("en-us", rate_wpm)))))
    return lost / words


@pytest.mark.parametrize("rate_wpm", [RATES_WPM[0], 140])
def test_what_it_says_is_understood(
    natural: NaturalTts, model: SpeechModel, steps: list[str], rate_wpm: int
) -> None:
    # It takes the recognizer long to expect any word: some of them are enough.
    assert missed(model, steps[::4], natural.render, rate_wpm) < 0.1


def test_at_the_fastest_it_is_understood_better_than_the_other_voice(
    natural: NaturalTts, model: SpeechModel, steps: list[str]
) -> None:
    own, other = (
        missed(model, steps[::4], speak, RATES_WPM[-1]) for speak in (natural.render, render)
    )

    assert own < other


def test_it_keeps_the_pace_of_the_other_voice(natural: NaturalTts, steps: list[str]) -> None:
    def length(speak: Callable[[str, VoiceSpec], Samples], rate_wpm: int) -> int:
        return sum(len(speak(text, VoiceSpec("en-us", rate_wpm))) for text in steps)

    lengths = [length(natural.render, rate_wpm) for rate_wpm in RATES_WPM]

    assert lengths == sorted(lengths, reverse=True)
    assert lengths == pytest.approx([length(render, rate) for rate in RATES_WPM], rel=0.12)


def test_it_is_as_loud_as_the_other_voice_and_never_clipped(
    natural: NaturalTts, steps: list[str]
) -> None:
    own, other = (
        np.concatenate([speak(text, GUIDE) for text in steps])
        for speak in (natural.render, render)
    )

    assert level_dbfs(own) == pytest.approx(level_dbfs(other), abs=1.5)
    assert np.abs(own.astype(int)).max() < 32767


def test_a_rendering_has_no_silence_around_it_and_is_the_same_each_time(
    natural: NaturalTts,
) -> None:
    speech = natural.render(STEP, GUIDE)

    assert speech.dtype == np.int16
    assert speech[0] != 0
    assert speech[-1] != 0
    assert np.array_equal(natural.render(STEP, GUIDE), speech)


def test_text_without_words_is_no_sound(natural: NaturalTts) -> None:
    assert not len(natural.render("", GUIDE))


def test_several_threads_at_once_get_what_one_gets(natural: NaturalTts, steps: list[str]) -> None:
    texts = steps[:6] * 2

    with ThreadPoolExecutor(4) as threads:
        rendered = list(threads.map(lambda text: natural.render(text, GUIDE), texts))

    for text, sound in zip(texts, rendered, strict=True):
        assert np.array_equal(sound, natural.render(text, GUIDE))


def test_it_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> None:
        pytest.fail("it wants to connect")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)

    assert len(NaturalTts("en").render("Find the trapezius.", GUIDE))


# Kept on disk


class Counted:
    """Renders sounds that tell the texts apart, and counts them."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str, speaker: VoiceSpec) -> Samples:
        self.texts.append(text)
        return sound_of(text)


def sound_of(text: str) -> Samples:
    return np.frombuffer(text.encode() * 2000, np.int16)


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "speech"


def test_what_was_rendered_once_is_read_at_the_next_start(counted: Counted, folder: Path) -> None:
    first, next_start = (DiskCachedTts(counted, "voice", folder) for _ in range(2))

    rendered = first.render("one", GUIDE)
    read = next_start.render("one", GUIDE)

    assert counted.texts == ["one"]
    assert read.dtype == np.int16
    assert np.array_equal(read, rendered)


def test_another_text_pace_or_voice_is_another_sound(counted: Counted, folder: Path) -> None:
    store, other_voice = (DiskCachedTts(counted, name, folder) for name in ("one", "other"))

    store.render("a", GUIDE)
    store.render("b", GUIDE)
    store.render("a", VoiceSpec("en-us", 160))
    other_voice.render("a", GUIDE)
    # espeak-ng's voice means nothing to the one that is kept.
    store.render("a", VoiceSpec("en-us+f2", 140))

    assert counted.texts == ["a", "b", "a", "a"]


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
def test_a_damaged_file_is_rendered_anew(
    counted: Counted, folder: Path, damage: Callable[[bytes], bytes]
) -> None:
    store = DiskCachedTts(counted, "voice", folder)
    store.render("one", GUIDE)
    (file,) = folder.iterdir()
    file.write_bytes(damage(file.read_bytes()))

    for _ in range(2):
        assert np.array_equal(store.render("one", GUIDE), sound_of("one"))

    assert counted.texts == ["one", "one"]


WRITER = """
import sys
from pathlib import Path
from tts.test_natural import GUIDE, Counted
from voice_guide.tts.disk_cache import DiskCachedTts
store = DiskCachedTts(Counted(), "voice", Path(sys.argv[1]))
for number in range(100_000):
    store.render(str(number % 500 + number // 500 * 1000), GUIDE)
"""


def test_being_killed_while_writing_does_no_harm(counted: Counted, folder: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, "-c", WRITER, folder], env=environment) as writer:
        while not folder.exists() or len(list(folder.iterdir())) < 50:
            assert writer.poll() is None
            time.sleep(0.01)
        writer.send_signal(signal.SIGKILL)
    written = len(list(folder.glob("*.pcm")))
    store = DiskCachedTts(counted, "voice", folder)

    for number in range(50):
        assert np.array_equal(store.render(str(number), GUIDE), sound_of(str(number)))

    assert written >= 49
    assert len(counted.texts) <= 1


def test_the_folder_stays_small_and_what_was_used_longest_ago_goes_first(
    counted: Counted, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    left_behind = folder / "tmp-of-one-that-was-killed"
    left_behind.write_bytes(bytes(1000))
    os.utime(left_behind, (0, 0))
    texts = [f"{number:02}" for number in range(40)]
    monkeypatch.setattr(disk_cache, "_MAX_BYTES", 20 * 4032)
    monkeypatch.setattr(disk_cache, "_PRUNED_BYTES", 10 * 4032)
    store = DiskCachedTts(counted, "voice", folder)

    for text in texts:
        store.render(text, GUIDE)
        store.render(texts[0], GUIDE)

        assert sum(file.stat().st_size for file in folder.iterdir()) <= 20 * 4032

    assert not left_behind.exists()
    assert counted.texts == texts
    store.render(texts[1], GUIDE)
    assert counted.texts == [*texts, texts[1]]


def test_where_nothing_can_be_kept_it_is_rendered(counted: Counted, folder: Path) -> None:
    folder.write_text("not a folder")

    assert np.array_equal(
        DiskCachedTts(counted, "voice", folder).render("one", GUIDE), sound_of("one")
    )


def test_a_full_disk_is_not_filled_further(
    counted: Counted, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", no_space)

    assert np.array_equal(
        DiskCachedTts(counted, "voice", folder).render("one", GUIDE), sound_of("one")
    )
    assert not list(folder.iterdir())


def test_the_next_start_needs_no_rendering(
    new_guide: NewGuide, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = new_guide().speech(STEP)
    monkeypatch.setattr(hibari.Hibari, "__call__", failing)

    assert np.array_equal(new_guide().speech(STEP), first)


def test_the_other_voice_is_not_kept_on_disk(content: Content) -> None:
    voice = new_tts(Settings(), content, lambda *_: None)

    voice.speech(STEP)
    voice.close()

    assert not platformdirs.user_cache_path("voice-guide").exists()


# When it fails


def failing(*_: object) -> Samples:
    raise RuntimeError("out of memory")


def is_said_by_the_other_voice(speech: Samples, *texts: str) -> bool:
    """Tell whether it is about as long; that voice is another one each time, by a little."""
    pauses = (len(texts) - 1) * 0.4 * RATE
    expected = sum(len(render(text, GUIDE)) for text in texts) + pauses
    return abs(len(speech) - expected) < 0.03 * expected


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_when_it_fails_in_the_middle_the_other_voice_goes_on_and_says_so_once(
    new_guide: NewGuide,
    notice: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    guide = new_guide()
    before = guide.speech(STEP)
    assert told(capsys) == []

    monkeypatch.setattr(hibari.Hibari, "__call__", failing)

    assert is_said_by_the_other_voice(guide.speech("Two."), notice, "Two.")
    assert is_said_by_the_other_voice(guide.speech("Two."), "Two.")
    assert is_said_by_the_other_voice(guide.speech("Three."), "Three.")
    (note,) = told(capsys)
    assert note.startswith("Note")
    assert "out of memory" in note
    # Nor is it mixed with what was rendered before.
    assert not np.array_equal(guide.speech(STEP), before)
    assert is_said_by_the_other_voice(guide.speech(STEP), STEP)


def test_when_it_fails_while_preparing_the_next_thing_said_says_so(
    new_guide: NewGuide, notice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = new_guide()
    guide.speech(STEP)
    monkeypatch.setattr(hibari.Hibari, "__call__", failing)
    guide.prepare(["Two."])

    assert is_said_by_the_other_voice(guide.speech("Two."), notice, "Two.")
    assert is_said_by_the_other_voice(guide.speech(STEP), STEP)


def test_where_it_is_not_installed_the_other_voice_says_so_first(
    new_guide: NewGuide,
    notice: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "hibari", None)

    guide = new_guide()
    guide.prepare([STEP, "Two."])

    assert is_said_by_the_other_voice(guide.speech(STEP), notice, STEP)
    assert is_said_by_the_other_voice(guide.speech("Two."), "Two.")
    (note,) = told(capsys)
    assert 'pip install "voice-guide[natural]"' in note


@pytest.mark.parametrize("content", [None, b"", b"not a model"], ids=["missing", "empty", "other"])
def test_a_model_that_is_not_whole_is_reported(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hibari.voices.ASSETS", str(tmp_path))
    if content is not None:
        (tmp_path / "hibari.onnx").write_bytes(content)

    with pytest.raises(VoiceGuideError, match="cannot be loaded"):
        NaturalTts("en")


def test_it_does_not_speak_another_language_as_if_it_were_its_own() -> None:
    with pytest.raises(VoiceGuideError, match="English only"):
        NaturalTts("de")


def test_dictionaries_that_are_missing_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hibari.g2p.ASSETS", str(tmp_path))

    with pytest.raises(VoiceGuideError, match="cannot be loaded"):
        NaturalTts("en")


def test_it_is_told_once_whichever_thread_it_fails_in() -> None:
    together = threading.Barrier(4)
    reasons: list[str] = []

    def fail(text: str, speaker: VoiceSpec) -> Samples:
        together.wait(10)
        raise VoiceGuideError(f"cannot say {text}")

    voice = FallbackTts(lambda: fail, lambda *_: silence(10), reasons.append)
    with ThreadPoolExecutor(4) as threads:
        sounds = list(threads.map(lambda text: voice.render(text, GUIDE), "abcd"))

    assert [len(sound) for sound in sounds] == [10] * 4
    assert len(reasons) == 1


def test_where_both_fail_it_is_an_error() -> None:
    voice = FallbackTts(lambda: NaturalTts("en").render, render, lambda _: None)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(hibari.Hibari, "__call__", failing)
        with pytest.raises(VoiceGuideError, match="nobody"):
            voice.render(STEP, VoiceSpec("nobody", 140))


def test_an_engine_that_there_is_not_is_refused(config: Path) -> None:
    config.write_text('[voice]\nengine = "robot"')

    with pytest.raises(VoiceGuideError, match=r"voice\.engine.*'pyttsx3' or 'natural'"):
        SettingsFile()


# Rendered ahead


class SlowRendering:
    """Renders nothing until it may go on, and keeps the order in which it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.has_begun = threading.Event()
        self.may_go_on = threading.Event()

    def __call__(self, text: str, speaker: VoiceSpec) -> Samples:
        self.asked.append((text, speaker.rate_wpm))
        self.has_begun.set()
        assert self.may_go_on.wait(10)
        return silence(10)


@pytest.fixture
def slow() -> SlowRendering:
    return SlowRendering()


@pytest.fixture
def busy_guide(slow: SlowRendering) -> Iterator[CachedTts]:
    """Give a voice that is rendering "first" and has much to render after it."""
    voice = CachedTts(GUIDE, slow)
    voice.prepare(["first", "old", "both", "older"])
    assert slow.has_begun.wait(10)
    yield voice
    slow.may_go_on.set()
    voice.close()


def test_what_is_prepared_last_comes_first(busy_guide: CachedTts, slow: SlowRendering) -> None:
    busy_guide.prepare(["new", "both", "first"])
    slow.may_go_on.set()
    busy_guide.speech("older")

    busy_guide.close()

    order = [text for text, _ in slow.asked if text != "older"]
    assert order == [text for text in ["first", "new", "both", "old"] if text in order]
    assert order[:1] == ["first"]


def test_at_another_pace_what_is_waiting_is_not_rendered_any_more(
    busy_guide: CachedTts, slow: SlowRendering
) -> None:
    busy_guide.set_rate(160)
    busy_guide.prepare(["new"])
    slow.may_go_on.set()
    busy_guide.speech("new")

    assert ("old", 140) not in slow.asked
    assert set(slow.asked) <= {("first", 140), ("new", 160)}
