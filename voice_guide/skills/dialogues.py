"""The dialogues of all rooms: a text from a satellite in, the guide's answer out."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from voice_guide.app.content import Content
from voice_guide.config.settings import Settings
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.phase import Phase
from voice_guide.nlu.intent import Intent
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.sentences import OPENS
from voice_guide.skills.host import Abilities
from voice_guide.skills.outbox import Outbox, Place
from voice_guide.skills.rooms import Rooms

_LATENCY_S = 1.0
"""Seconds from a request to speak until a satellite is heard."""

_MAX_NAME = 200
"""Characters of a room's name that count."""

_ENDS = frozenset(
    {
        Intent.STOP,
        Intent.PAUSE,
        Intent.GOODBYE,
        Intent.SLEEP,
        Intent.NOT_THAT,
        Intent.THANKS,
        Intent.LOUDER,
        Intent.QUIETER,
        Intent.SLOWER,
        Intent.FASTER,
    }
)
"""Intents that open no session."""


@dataclass(frozen=True)
class Answer:
    """The answer to one text."""

    text: str
    """The words for the satellite; none where the guide says them by itself, or says nothing."""

    is_understood: bool
    """True if the text was for the guide."""

    expects_reply: bool = False
    """True if the satellite is to listen after it, without its wake word."""


def place_of(context: Mapping[str, Any]) -> Place:
    """Return where a text was said, as the context that Home Assistant sends with it tells."""
    found = {name: str(value)[:_MAX_NAME] for name, value in context.items() if value}
    satellite = found.get("satellite_id", "")
    # Older versions name the conversation alone, which is another after some minutes.
    room = satellite or found.get("device_id") or found.get("conversation_id") or "unknown"
    return Place(room, satellite, context.get("listens") is True)


class SatelliteHost:
    """The host of a room's session: what it says within a turn is the answer to the text."""

    def __init__(self, place: Place, outbox: Outbox, spoken: Callable[[], None]) -> None:
        """`spoken` takes note that what was said last has been spoken."""
        self.place = place
        """Where it speaks."""
        self._outbox = outbox
        self._spoken = spoken
        self._turns = threading.Lock()
        self._answering: int | None = None
        self._answer: tuple[str, bool] | None = None
        self.abilities = Abilities(
            # A text without a satellite was typed: nobody needs a wake word there.
            listens_again=place.listens or not place.satellite or outbox.can_listen(place),
            plays_chimes=False,
            latency_s=_LATENCY_S,
            takes_whole_answers=True,
        )

    def speak(self, sentence: str, expects_reply: bool) -> None:
        """Speak a whole answer, within a turn or unasked."""
        if self._answering == threading.get_ident():
            self._answer = (sentence, expects_reply)
        else:
            self._outbox.say(self.place, sentence, expects_reply, self._spoken)

    def stop_speaking(self) -> None:
        """Say nothing of what is not yet spoken; a satellite cannot be silenced in mid-word."""
        self._answer = None
        self._outbox.clear(self.place)

    def play(self, chime: Chime) -> None:
        """Play nothing: a satellite has no sounds of ours."""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take what is said in this thread until the end for the answer to one text."""
        with self._turns:
            self._answering, self._answer = threading.get_ident(), None
            try:
                yield
            finally:
                self._answering = None

    def give_answer(
        self, listens: bool, length_s: Callable[[str], float]
    ) -> tuple[str, bool] | None:
        """Return the text that answers the turn, and whether it expects a reply; None for nothing.

        The text is empty where the satellite is asked to speak and then to listen. `listens` is
        true where the client has that done itself.
        """
        answer, self._answer = self._answer, None
        if answer is None:
            return None
        text, expects_reply = answer
        if expects_reply and not listens and self._outbox.can_listen(self.place):
            self._outbox.say(self.place, text, True, self._spoken)
            return "", False
        self._outbox.follow(self.place, length_s(text), self._spoken)
        return text, expects_reply


class Dialogues:
    """A dialogue for each room, opened by who asks for one."""

    def __init__(
        self,
        content: Content,
        settings: Settings,
        folder: Path,
        outbox: Outbox,
        length_s: Callable[[str], float],
    ) -> None:
        """`folder` holds a store for each room; `length_s` tells how long a text is spoken."""
        self._content = content
        self._openings = Interpreter(content.sentences.marked(OPENS))
        self._rooms = Rooms(content, settings, folder, closed=self._forget)
        self._outbox = outbox
        self._length_s = length_s
        self._hosts: dict[str, SatelliteHost] = {}
        self._lock = threading.Lock()

    def answer(self, text: str, place: Place) -> Answer:
        """Return the guide's answer to a text."""
        with self._lock:
            host = self._hosts.get(place.room)
            if host is None or not self._rooms.is_open(place.room):
                return self._open(text, place)
        with host.turn():
            is_understood = self._rooms.hear(place.room, text)
            given = host.give_answer(place.listens, self._length_s)
        if given is None:
            said = "" if is_understood else self._content.prompts("skill.not_understood")
            return Answer(said, is_understood)
        return Answer(given[0], is_understood, given[1])

    def contexts(self) -> list[str]:
        """Return the contexts in which something may be said now, in whichever room.

        In a room without a session one may be begun, or a step gone on with that a restart
        has interrupted.
        """
        return [*dict.fromkeys([*self._rooms.contexts(), Phase.CHOOSING, Phase.STEP])]

    def rooms(self) -> list[dict[str, Any]]:
        """Return what is led at each satellite, as plain data."""
        views = self._rooms.views()
        return [
            {"satellite": host.place.satellite, **asdict(views[room])}
            for room, host in list(self._hosts.items())
            if host.place.satellite and room in views
        ]

    def close(self) -> None:
        """Close every session, each with its place kept."""
        self._rooms.close()

    def _open(self, text: str, place: Place) -> Answer:
        opening = self._opening(text)
        if opening is None:
            return Answer(self._content.prompts("skill.how_to_begin"), False)
        host = SatelliteHost(place, self._outbox, lambda: self._rooms.spoken(place.room))
        self._hosts[place.room] = host
        with host.turn():
            self._rooms.open(place.room, host, opening)
            said, expects_reply = host.give_answer(place.listens, self._length_s) or ("", False)
        return Answer(said, True, expects_reply)

    def _forget(self, room: str) -> None:
        self._hosts.pop(room, None)

    def _opening(self, text: str) -> str | None:
        """Return the text to open a session with; None for one that opens none.

        What is said in the middle of a routine opens a session too, since that of before may have
        been interrupted, but says nothing to the new one.
        """
        if self._openings.meanings(text, Phase.CHOOSING):
            return text
        chosen = self._content.interpreter.meanings(text, Phase.CHOOSING)
        if chosen and not any(each.intent in _ENDS for each in chosen):
            return text
        led = () if chosen else self._content.interpreter.meanings(text, Phase.STEP)
        return "" if led else None
