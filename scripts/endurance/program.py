"""The guide as `voice-guide run` puts it together, in a simulated room."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from voice_guide.app.content import Content, load_content
from voice_guide.app.session import new_engine, new_tts
from voice_guide.app.session_recorder import SessionRecorder
from voice_guide.app.speech_input import load_model, new_listener, new_matcher
from voice_guide.config.settings import SettingsFile
from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.events import Event
from voice_guide.dialogue.phase import Phase
from voice_guide.engine import Observer
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.matcher import Matcher
from voice_guide.simulation.acoustics import Acoustics
from voice_guide.simulation.room import Room


@dataclass(frozen=True)
class Hearing:
    """What hearing needs, loaded once: whatever grows with it would grow in a live session."""

    content: Content
    """What there is to say and to understand."""

    model: SpeechModel
    """The speech model."""

    matcher: Matcher
    """What is expected where, all of it prepared."""

    @classmethod
    def load(cls) -> "Hearing":
        """Load what this user's settings ask for."""
        file = SettingsFile()
        content, model = load_content(file.settings), load_model(file.language)
        matcher = new_matcher(content.sentences, model, content.language)
        for context in content.sentences.contexts:
            matcher.prepare(context)
        return cls(content, model, matcher)


class Program:
    """The guide from a start to its end, with its settings, its diary and its voice."""

    def __init__(
        self,
        hearing: Hearing,
        observe: Observer,
        note: Callable[[float, str], None],
        today: Callable[[], date],
    ) -> None:
        """`note` is told what goes wrong, and `today` tells the day."""
        file = SettingsFile()
        settings = file.settings
        self._voice = new_tts(settings, hearing.content, note)
        self._keeper = SessionRecorder(file, note)

        def keep_and_observe(at_s: float, happening: Event | Action) -> None:
            self._keeper.observe(at_s, happening)
            observe(at_s, happening)

        ear = new_listener(hearing.model, hearing.matcher, Phase.CHOOSING, settings)
        self.engine = new_engine(
            hearing.content,
            settings,
            ear,
            self._voice,
            keep_and_observe,
            started=self._keeper.started,
            today=today,
        )
        self.engine.start()

    def room(self, acoustics: Acoustics) -> Room:
        """Return a room that it listens and speaks in from now on."""
        return Room(acoustics, self.engine.process)

    def close(self) -> None:
        """End it, as a live session is ended."""
        self._voice.close()
        self._keeper.close()
