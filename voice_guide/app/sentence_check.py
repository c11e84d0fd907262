"""Other people's sentences, checked for what the speech model cannot hear of them."""

from pathlib import Path

from voice_guide.app.content import load_content, load_sentences
from voice_guide.app.speech_input import load_model
from voice_guide.config.settings import SettingsFile
from voice_guide.nlu.unheard import HearingReport, check_hearing

SUFFIXES = (".yaml", ".yml")
"""The endings of the names of sentence files."""


def check_sentence_files(path: Path) -> HearingReport:
    """Check a sentence file or folder; raises VoiceGuideError where it cannot be read."""
    settings = SettingsFile().settings
    content = load_content(settings)
    language, knows = content.language, load_model(content.language).knows
    sentences = load_sentences(path, content.library, settings.hearing, language.code, knows)
    return check_hearing(sentences, knows)
