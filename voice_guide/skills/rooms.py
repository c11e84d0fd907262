"""The sessions of every room of a host, led side by side.

A room is whatever the host tells apart: a satellite, a user, a session id. Each has a dialogue, a
store and a lock of its own; one thread keeps the time of all of them.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeAlias

from voice_guide.app.content import Content
from voice_guide.config.settings import Settings
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.nlu.intent import Intent
from voice_guide.skills.host import Host
from voice_guide.skills.room_store import RoomStore, forget_old
from voice_guide.skills.room_view import RoomView
from voice_guide.skills.session import SkillSession

_log = logging.getLogger(__name__)

CLOSED_AFTER_S = 7200.0
"""Seconds without a text or a report from the host after which a session is closed.

Its checkpoint is kept."""

_MAX_ROOMS = 500
"""Sessions that are open at once; the one that was silent longest makes way for another."""

_MAX_REPORTS = 100
"""Reports from a host that wait to be passed on; of more, the oldest are dropped."""

_Report: TypeAlias = tuple[Callable[[SkillSession, int, float], None], int]
"""A method of the session that takes a report, and the sentence that the host was given last."""


@dataclass
class _Room:
    """One room with an open session."""

    session: SkillSession
    """Its session."""

    store: RoomStore
    """Its file."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    """Held while the session works."""

    reports: deque[_Report] = field(default_factory=lambda: deque(maxlen=_MAX_REPORTS))
    """Reports from the host that it began or ended speaking, not yet passed on."""


class Rooms:
    """Opens, leads and closes a session for each room."""

    def __init__(
        self,
        content: Content,
        settings: Settings,
        folder: Path,
        clock: Callable[[], float] = time.monotonic,
        closed: Callable[[str], None] = lambda name: None,
    ) -> None:
        """`folder` holds a store for each room; `closed` is called when a session has ended."""
        self._content = content
        self._settings = settings
        self._interpreter = content.interpreter
        self._folder = folder
        self._clock = clock
        self._closed = closed
        self._rooms: dict[str, _Room] = {}
        self._opening = threading.RLock()
        self._changed = threading.Condition()
        self._is_closing = False
        forget_old(folder)
        self._timekeeper = threading.Thread(target=self._keep_time, name="rooms", daemon=True)
        self._timekeeper.start()

    def open(self, name: str, host: Host, text: str) -> None:
        """Begin a session in a room with the text that asked for it; go on with an open one."""
        with self._opening:
            if name not in self._rooms:
                self._begin(name, host, text)
                return
        self.hear(name, text)

    def _begin(self, name: str, host: Host, text: str) -> None:
        self._make_way()
        room = self._new_room(name, host)
        with room.lock:
            self._rooms[name] = room
            room.session.begin(room.store.started(), text, self._clock())
        self._notify()

    def is_open(self, name: str) -> bool:
        """Return True if a room has a session."""
        return name in self._rooms

    def is_leading(self, name: str) -> bool:
        """Return True if a room has a session that the user may want to stop."""
        room = self._rooms.get(name)
        return room is not None and room.session.is_leading

    def contexts(self) -> list[str]:
        """Return the contexts of all open sessions, those of the latest texts first."""
        rooms = sorted([*self._rooms.values()], key=lambda room: -room.session.last_sign_s)
        return list(dict.fromkeys(room.session.context for room in rooms))

    def views(self) -> dict[str, RoomView]:
        """Return what is led in each room that has a session."""
        views = {}
        for name in list(self._rooms):
            with self._working(name) as session:
                if session:
                    views[name] = session.view(self._clock())
        return views

    def understands(self, name: str, text: str) -> bool:
        """Return True if a text is a command in a room at this moment."""
        with self._working(name) as session:
            return session is not None and session.understands(text)

    def hear(self, name: str, text: str) -> bool:
        """Act on a text; return False if the room has no session or the text is no command."""
        with self._working(name) as session:
            is_understood = session is not None and session.hear(text, self._clock())
        self._notify()
        return is_understood

    def stop(self, name: str) -> bool:
        """Stop the guide in a room at once; return False if there is nothing to stop."""
        with self._working(name) as session:
            if session is None or not session.is_leading:
                return False
            session.interrupt(self._clock(), Intent.STOP)
        self._notify()
        return True

    @contextmanager
    def _working(self, name: str) -> Iterator[SkillSession | None]:
        """Yield the session of a room for this thread alone; None if it has none."""
        room = self._rooms.get(name)
        if room is None:
            yield None
            return
        with room.lock:
            # It may have been closed while this thread waited.
            yield room.session if self._rooms.get(name) is room else None

    def begun(self, name: str) -> None:
        """Take note that a room's host has begun to speak; not every host reports that."""
        self._report(name, SkillSession.begun)

    def spoken(self, name: str) -> None:
        """Take note that a room's host has spoken the sentence it was given."""
        self._report(name, SkillSession.spoken)

    def _report(self, name: str, take: Callable[[SkillSession, int, float], None]) -> None:
        room = self._rooms.get(name)
        if room is not None:
            # The thread that keeps the time passes it on: a host may report from within `speak`.
            room.reports.append((take, room.session.number))
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
        store = RoomStore(self._folder, name)
        manager = DialogueManager(self._content.library, self._content.prompts, self._settings)
        session = SkillSession(
            manager,
            self._content.prompts,
            self._interpreter,
            host,
            store.keep,
        )
        return _Room(session, store)

    def _make_way(self) -> None:
        rooms = list(self._rooms.items())
        if len(rooms) >= _MAX_ROOMS:
            self._close(min(rooms, key=lambda each: each[1].session.last_sign_s)[0])

    def _close(self, name: str) -> None:
        room = self._rooms.pop(name, None)
        if room is None:
            return
        with room.lock:
            try:
                room.session.silence()
            finally:
                room.store.close()
        self._closed(name)

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify()

    def _keep_time(self) -> None:
        """Do what is due in every room, and sleep until the next thing is."""
        while not self._is_closing:
            for name, room in list(self._rooms.items()):
                self._keep_time_of(name, room)
            with self._changed:
                is_idle = not any(room.reports for room in list(self._rooms.values()))
                if is_idle and not self._is_closing:
                    self._changed.wait(self._pause_s())

    def _keep_time_of(self, name: str, room: _Room) -> None:
        """Do what is due in a room; its fault must not end the others' time."""
        try:
            self._advance(name, room)
        except Exception:
            _log.exception("The session of a room failed and is closed.")
            with suppress(Exception):
                self._close(name)

    def _advance(self, name: str, room: _Room) -> None:
        now_s = self._clock()
        with self._working(name) as session:
            if session is not room.session:
                return
            while room.reports:
                take, number = room.reports.popleft()
                take(session, number, now_s)
            session.advance(now_s, date.today())
        if room.session.is_over or now_s - room.session.last_sign_s > CLOSED_AFTER_S:
            self._close(name)

    def _pause_s(self) -> float:
        """Return how long nothing is due, in seconds, a minute at most."""
        now_s = self._clock()
        due_s = [room.session.next_s - now_s for room in list(self._rooms.values())]
        return min([60.0, *(max(0.01, each) for each in due_s)])
