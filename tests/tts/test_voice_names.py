"""Voices are checked by name, and a wrong name is answered with the right ones."""

import pytest

from voice_guide.app.content import Content
from voice_guide.app.session import new_tts
from voice_guide.config.settings import Settings, SpeechEngine, VoiceSettings
from voice_guide.errors import VoiceGuideError
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render, require_voice


@pytest.mark.parametrize(
    "name", ["en-us", "en-us+f3", "EN-US", "gmw/en-us", "en-gb-x-rp+m8", "de+klatt2", "en-us+Alex"]
)
def test_require_voice_accepts_every_way_to_name_a_voice(name: str) -> None:
    require_voice(name)


@pytest.mark.parametrize("variant", ["f9", "", "alex", "f1+f2", " f1", "F3", "é"])
def test_require_voice_names_the_variants_there_are(variant: str) -> None:
    with pytest.raises(VoiceGuideError) as refused:
        require_voice(f"en-us+{variant}")
    message = str(refused.value)
    assert message.startswith(f'espeak-ng has no variant "{variant}"; it has f1, f2, f3,')
    assert "\n" not in message


def test_require_voice_names_the_voices_of_the_same_language() -> None:
    with pytest.raises(VoiceGuideError) as refused:
        require_voice("en-gb")
    listed = str(refused.value).removeprefix('espeak-ng has no voice "en-gb"; it has ').split(", ")
    assert "en-gb-scotland" in listed
    for name in listed:
        require_voice(name)


def test_require_voice_says_how_to_list_voices_where_no_language_matches() -> None:
    with pytest.raises(VoiceGuideError, match=r'no voice "nobody"; it has \d+ others \(espeak-ng'):
        require_voice("nobody+f1")


def test_a_voice_speaks_as_before_after_another_was_refused() -> None:
    before = render("ah", VoiceSpec("en-us+f2", 140))
    with pytest.raises(VoiceGuideError):
        require_voice("en-us+f9")
    after = render("ah", VoiceSpec("en-us+f2", 140))
    assert len(after) == pytest.approx(len(before), rel=0.03)


def test_a_session_is_refused_a_voice_that_does_not_exist(content: Content) -> None:
    settings = Settings(VoiceSettings(name="en-us+f9"))
    with pytest.raises(VoiceGuideError, match=r'^voice\.name: espeak-ng has no variant "f9"'):
        new_tts(settings, content, lambda *_: None)


def test_a_session_with_the_natural_voice_needs_no_voice_of_espeak(content: Content) -> None:
    settings = Settings(VoiceSettings(name="en-us+f9", engine=SpeechEngine.NATURAL))
    new_tts(settings, content, lambda *_: None).close()
