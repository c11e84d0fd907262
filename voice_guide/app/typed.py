"""A session by typed lines."""

import sys

from voice_guide.app.content import load_content
from voice_guide.app.live import _display
from voice_guide.app.session import _one_after_the_other, new_engine
from voice_guide.app.session_recorder import SessionRecorder
from voice_guide.config.settings import SettingsFile
from voice_guide.devices import keyboard
from voice_guide.ui.console import Display, show_rejected_packs


def run_typed(file: SettingsFile, routine_id: str | None) -> None:
    """Lead through a session by typed lines."""
    from voice_guide.ui.screen import Screen
    from voice_guide.ui.transcript import Transcript

    content = load_content(file.settings)
    show_rejected_packs(content.rejected_packs)
    ear = keyboard.TypedInput(content.sentences)
    shown: Display = Transcript(content.prompts, with_times=False)
    if sys.stdin.isatty():
        shown = _display(content, file.settings)
    recorder = SessionRecorder(file, shown.note)
    observe = _one_after_the_other(recorder.observe, shown.observe)
    voice = keyboard.SilentTts()
    engine = new_engine(content, file.settings, ear, voice, observe, routine_id, recorder.started)
    keys = keyboard.Keys(shown.type) if isinstance(shown, Screen) else None
    try:
        with shown.following(engine):
            keyboard.run(engine, ear, keys)
    finally:
        recorder.close()
