"""A session with typed lines instead of a microphone."""

import sys

from voice_guide.app.content import load_content
from voice_guide.app.observers import in_order, new_display
from voice_guide.app.session import new_engine
from voice_guide.app.session_recorder import SessionRecorder
from voice_guide.config.settings import SettingsFile
from voice_guide.devices import keyboard
from voice_guide.ui.console import print_rejected_packs
from voice_guide.ui.display import SessionDisplay


def run_typed(file: SettingsFile, routine_id: str | None) -> None:
    """Lead through a session by typed lines, to their end or the session's."""
    # Loaded only here: a device without a terminal does not need it.
    from voice_guide.ui.live_screen import LiveScreen
    from voice_guide.ui.transcript import Transcript

    content = load_content(file.settings)
    if routine_id:
        # An unknown one is the only thing to report.
        content.library.by_id(routine_id)
    print_rejected_packs(content.rejected_packs)
    typed_input = keyboard.TypedInput(content.interpreter)
    display: SessionDisplay = Transcript(content.prompts, with_times=False)
    if sys.stdin.isatty():
        display = new_display(content, file.settings)
    recorder = SessionRecorder(file, display.note)
    engine = new_engine(
        content,
        file.settings,
        typed_input,
        keyboard.SilentTts(),
        in_order(recorder.observe, display.observe),
        routine_id,
        recorder.started,
    )
    keys = keyboard.Keys(display.show_typed) if isinstance(display, LiveScreen) else None
    try:
        with display.showing(engine):
            keyboard.run(engine, typed_input, keys)
    finally:
        recorder.close()
