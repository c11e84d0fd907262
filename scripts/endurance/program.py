"""The guide as `voice-guide run` puts it together, in a simulated room."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from voice_guide import assistant
from voice_guide.assistant import Content
from voice_guide.devices.acoustics import Acoustics
from voice_guide.devices.room import Room
from voice_guide.engine import Observer
from voice_guide.guide.events import Action, Event
from voice_guide.guide.phase import Phase
from voice_guide.hearing.listener import Listener
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.hearing.understanding import Understanding
from voice_guide.keeping import Keeper
from voice_guide.settings import SettingsFile


@dataclass(frozen=True)
class Hearing:
    """What hearing needs, loaded once: whatever grows with it would grow in a live session."""

    content: Content
    """What there is to say and to understand."""

    model: SpeechModel
    """The speech model."""

    understanding: Understanding
    """What is expected where, all of it prepared."""

    @classmethod
    def load(cls) -> "Hearing":
        """Load what this user's settings ask for."""
        file = SettingsFile()
        content, model = assistant.load_content(file.settings), assistant.load_model(file.language)
        understanding = assistant.understand(content.sentences, model, content.language)
        for context in content.sentences.contexts:
            understanding.prepare(context)
        return cls(content, model, understanding)


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
        self._voice = assistant.new_voice(settings, hearing.content, note)
        self._keeper = Keeper(file, note)

        def keep_and_observe(at_s: float, happening: Event | Action) -> None:
            self._keeper.observe(at_s, happening)
            observe(at_s, happening)

        ear = Listener(
            hearing.model,
            hearing.understanding,
            Phase.CHOOSING,
            settings.hearing.sensitivity,
            settings.sound.cancel_echo,
        )
        self.engine = assistant.assemble(
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
