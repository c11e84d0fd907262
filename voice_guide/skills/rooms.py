"""The sessions of every room of a host, led side by side.

A room is whatever the host tells apart: a satellite, a user, a session id. Each has a dialogue, a
store and a lock of its own; one thread keeps the time of all of them.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from voice_guide.app.content import Content
from voice_guide.config.settings import Settings
from voice_guide.dialogue.actions import Action, Persist
from voice_guide.dialogue.events import Started
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.intent import Intent
from voice_guide.skills.host import Host
from voice_guide.skills.session import SkillSession
from voice_guide.storage.store import SessionStore

_log = logging.getLogger(__name__)

CLOSED_AFTER_S = 7200.0
"""Seconds without a text or a report from the host after which a session is closed.

Its checkpoint is kept."""

_MAX_ROOMS = 500
"""Sessions that are open at once; the one that was silent longest makes way for another."""

_ROOM_NAME_BYTES = 12
"""Length of the digest that names a room's file."""


@dataclass
class _Room:
    """One room with an open session."""

    session: SkillSession
    """Its session."""

    store: SessionStore
    """Its checkpoint and its diary."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    """Held while the session works."""

    reports: int = 0
    """Reports from the host that a sentence was spoken, not yet passed on."""


class Rooms:
    """Opens, leads and closes a session for each room."""

    def __init__(
        self,
        content: Content,
        settings: Settings,
        folder: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`folder` holds a store for each room."""
        self._content = content
        self._settings = settings
        self._interpreter = content.interpreter
        self._folder = folder
        self._clock = clock
        self._rooms: dict[str, _Room] = {}
        self._changed = threading.Condition()
        self._is_closing = False
        self._timekeeper = threading.Thread(target=self._keep_time, name="rooms", daemon=True)
        self._timekeeper.start()

    def open(self, name: str, host: Host, text: str) -> None:
        """Begin a session in a room with the text that asked for it; go on with an open one."""
        room = self._rooms.get(name)
        if room is None:
            self._make_way()
            room = self._new_room(name, host)
            with room.lock:
                self._rooms[name] = room
                room.session.begin(self._started(room.store), text, self._clock())
        else:
            with room.lock:
                room.session.hear(text, self._clock())
        self._notify()

    def is_open(self, name: str) -> bool:
        """Return True if a room has a session."""
        return name in self._rooms

    def is_leading(self, name: str) -> bool:
        """Return True if a room has a session that the user may want to stop."""
        room = self._rooms.get(name)
        return room is not None and room.session.is_leading

    def understands(self, name: str, text: str) -> bool:
        """Return True if a text is a command in a room at this moment."""
        room = self._rooms.get(name)
        if room is None:
            return False
        with room.lock:
            return room.session.understands(text)

    def hear(self, name: str, text: str) -> bool:
        """Act on a text; return False if the room has no session or the text is no command."""
        room = self._rooms.get(name)
        if room is None:
            return False
        with room.lock:
            is_understood = room.session.hear(text, self._clock())
        self._notify()
        return is_understood

    def stop(self, name: str) -> bool:
        """Stop the guide in a room at once; return False if there is nothing to stop."""
        room = self._rooms.get(name)
        if room is None or not room.session.is_leading:
            return False
        with room.lock:
            room.session.interrupt(self._clock(), Intent.STOP)
        self._notify()
        return True

    def spoken(self, name: str) -> None:
        """Take note that a room's host has spoken the sentence it was given."""
        room = self._rooms.get(name)
        if room is not None:
            # The thread that keeps the time passes it on: a host may report from within `speak`.
            room.reports += 1
            self._notify()

    def close(self) -> None:
        """Close every session, each with its place kept."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._timekeeper.join()
        for name in list(self._rooms):
            self._close(name)

    def _new_room(self, name: str, host: Host) -> _Room:
        store = SessionStore(self._path(name))
        manager = DialogueManager(self._content.library, self._content.prompts, self._settings)
        session = SkillSession(
            manager,
            self._content.prompts,
            self._interpreter,
            host,
            lambda action: _keep(store, action),
        )
        return _Room(session, store)

    def _path(self, name: str) -> Path:
        digest = hashlib.blake2b(name.encode(), digest_size=_ROOM_NAME_BYTES).hexdigest()
        return self._folder / f"{digest}.sqlite3"

    def _started(self, store: SessionStore) -> Started:
        """Return what a room's session knows of earlier ones.

        A shared assistant does not offer a diary by itself; it keeps one for who asks.
        """
        diary = store.diary()
        if diary.is_wanted is None:
            diary = replace(diary, is_wanted=False)
        return Started(diary, date.today(), store.checkpoint())

    def _make_way(self) -> None:
        if len(self._rooms) >= _MAX_ROOMS:
            by_sign = sorted(self._rooms, key=lambda name: self._rooms[name].session.last_sign_s)
            self._close(by_sign[0])

    def _close(self, name: str) -> None:
        room = self._rooms.pop(name, None)
        if room is None:
            return
        with room.lock:
            room.session.silence()
            is_empty = room.store.checkpoint() is None and room.store.diary().is_wanted is None
            room.store.close()
        if is_empty:
            self._path(name).unlink(missing_ok=True)

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify()

    def _keep_time(self) -> None:
        """Do what is due in every room, and sleep until the next thing is."""
        while not self._is_closing:
            for name, room in list(self._rooms.items()):
                self._keep_time_of(name, room)
            with self._changed:
                if not self._is_closing and not any(r.reports for r in self._rooms.values()):
                    self._changed.wait(self._pause_s())

    def _keep_time_of(self, name: str, room: _Room) -> None:
        now_s = self._clock()
        try:
            with room.lock:
                for _ in range(room.reports):
                    room.reports -= 1
                    room.session.spoken(now_s)
                room.session.advance(now_s, date.today())
        except Exception:
            # One room's fault must not end the others' time.
            _log.exception("The session of a room failed and is closed.")
            self._close(name)
            return
        if room.session.is_over or now_s - room.session.last_sign_s > CLOSED_AFTER_S:
            self._close(name)

    def _pause_s(self) -> float:
        """Return how long nothing is due, in seconds, a minute at most."""
        now_s = self._clock()
        due_s = [room.session.next_s - now_s for room in list(self._rooms.values())]
        return min([60.0, *(max(0.01, each) for each in due_s)])


def _keep(store: SessionStore, action: Action) -> None:
    if not isinstance(action, Persist):
        return
    try:
        store.save(action)
    except VoiceGuideError as error:
        _log.warning("Not kept for the next start: %s", error)
