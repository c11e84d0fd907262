"""Observers of an engine: what shows a session, and several observers as one."""

from voice_guide.app.content import Content
from voice_guide.audio.faults import AudioFault
from voice_guide.config.settings import Settings
from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.events import Event
from voice_guide.engine import Observer
from voice_guide.ui.display import SessionDisplay


def new_display(content: Content, settings: Settings) -> SessionDisplay:
    """Return the screen, or line by line output where there is no terminal for it."""
    # Loaded only for a session that is shown: it takes memory that a device lacks.
    from voice_guide.ui.live_screen import terminal_display

    return terminal_display(content.prompts, content.library.example, settings.hearing.wake_phrase)


def fault_observer(display: SessionDisplay) -> Observer:
    """Return an observer that shows audio faults as notes."""

    def observe(at_s: float, happening: Event | Action) -> None:
        if isinstance(happening, AudioFault):
            display.note(at_s, str(happening))

    return observe


def in_order(*observers: Observer) -> Observer:
    """Return an observer that passes everything to each of these, in this order."""

    def observe(at_s: float, happening: Event | Action) -> None:
        for observer in observers:
            observer(at_s, happening)

    return observe
