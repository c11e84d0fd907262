"""The guide as `voice-guide run` puts it together, in a simulated room."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Self

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
class SharedHearing:
    """Parts of hearing that are loaded once, and used by every start of the guide.

    If they grow here, they grow in a live session.
    """

    content: Content
    """The guide's texts and sentences."""

    model: SpeechModel
    """The speech model."""

    matcher: Matcher
    """The matcher, with all contexts prepared."""

    @classmethod
    def load(cls) -> Self:
        """Load the parts that this user's settings ask for."""
        file = SettingsFile()
        content, model = load_content(file.settings), load_model(file.language)
        matcher = new_matcher(content.interpreter, model, content.language)
        for context in content.sentences.contexts:
            matcher.prepare(context)
        return cls(content, model, matcher)


class GuideProgram:
    """The guide from a start to its end, with the user's settings, diary and voice."""

    def __init__(
        self,
        hearing: SharedHearing,
        observe: Observer,
        note: Callable[[float, str], None],
        today: Callable[[], date],
    ) -> None:
        """`note` is called with everything that fails, and `today` returns the day."""
        file = SettingsFile()
        settings = file.settings
        self._tts = new_tts(settings, hearing.content, note)
        self._recorder = SessionRecorder(file, note)

        def record_and_observe(at_s: float, happening: Event | Action) -> None:
            self._recorder.observe(at_s, happening)
            observe(at_s, happening)

        self.engine = new_engine(
            hearing.content,
            settings,
            new_listener(hearing.model, hearing.matcher, Phase.CHOOSING, settings),
            self._tts,
            record_and_observe,
            started=self._recorder.started,
            today=today,
        )
        self.engine.start()

    def room(self, acoustics: Acoustics) -> Room:
        """Return a room that the guide listens and speaks in from now on."""
        return Room(acoustics, self.engine.process)

    def close(self) -> None:
        """End the guide, as a live session ends."""
        self._tts.close()
        self._recorder.close()
