"""Speech synthesis with espeak-ng renders speech, and nothing else."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from voice_guide.audio.pcm import RATE
from voice_guide.errors import VoiceGuideError
from voice_guide.tts import pyttsx3_tts
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

GUIDE = VoiceSpec("en-us", 140)


def test_a_rendering_is_speech_without_silence_around_it() -> None:
    speech = render("Stand up, with your back against the wall.", GUIDE)

    assert speech.dtype == np.int16
    assert 2 < len(speech) / RATE < 8
    assert np.abs(speech).max() > 3000
    assert speech[0] != 0
    assert speech[-1] != 0


def test_a_faster_pace_makes_speech_shorter() -> None:
    text = "Stand up, with your back against the wall."

    assert len(render(text, VoiceSpec("en-us", 250))) < 0.8 * len(render(text, GUIDE))


def test_another_voice_speaks_in_another_way() -> None:
    own, other = (len(render("ah", VoiceSpec(name, 140))) for name in ("en-us", "en-us+f2"))

    assert other != pytest.approx(own, rel=0.1)


def test_text_without_words_is_no_sound() -> None:
    assert not len(render("...", GUIDE))


def test_the_error_of_an_unknown_voice_names_it() -> None:
    with pytest.raises(VoiceGuideError, match='"nobody"'):
        render("Step one.", VoiceSpec("nobody", 140))


def test_after_a_failure_the_next_rendering_works() -> None:
    with pytest.raises(VoiceGuideError):
        render("Step one.", VoiceSpec("nobody", 140))

    assert len(render("Step one.", GUIDE))


def test_the_voices_of_the_machine_include_the_guides_own() -> None:
    assert any("en-us" in name for name in pyttsx3_tts.voice_names())


def test_fifty_renderings_leave_no_file_and_print_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path)

    for number in range(50):
        render(f"This is number {number}.", GUIDE)

    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")


def test_several_threads_can_render_at_once() -> None:
    short, long = "One.", "This is the number one hundred and twenty three."
    texts = [short, long] * 10

    with ThreadPoolExecutor(4) as threads:
        rendered = list(threads.map(lambda text: render(text, GUIDE), texts))

    # espeak-ng varies a voice a little: no two renderings are the same, sample for sample.
    usual = {text: len(render(text, GUIDE)) for text in texts}
    assert [len(speech) for speech in rendered] == pytest.approx(
        [usual[text] for text in texts], rel=0.02
    )
