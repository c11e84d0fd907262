"""The file of each room: its place in a session, its diary if asked for, its heard cautions."""

import hashlib
import logging
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from voice_guide.dialogue.actions import Action, Persist
from voice_guide.dialogue.events import Started
from voice_guide.diary.history import Diary
from voice_guide.errors import VoiceGuideError
from voice_guide.storage.store import SessionStore

_log = logging.getLogger(__name__)

_NAME_BYTES = 12
"""Length of the digest that names a room's file."""

_MAX_AGE_S = 8 * 24 * 3600.0
"""Seconds after the last change after which a file has nothing but a diary that still counts."""


class RoomStore:
    """The file of one room, which outlives its sessions; none where it cannot be read."""

    def __init__(self, folder: Path, name: str) -> None:
        """Open the room's file if there is one."""
        digest = hashlib.blake2b(name.encode(errors="replace"), digest_size=_NAME_BYTES)
        self._path = folder / f"{digest.hexdigest()}.sqlite3"
        self._store = _opened(self._path)

    def started(self) -> Started:
        """Return what a session knows of earlier ones.

        A shared assistant does not offer a diary by itself; it keeps one for who asks.
        """
        if self._store is None:
            return _without_store()
        try:
            diary, checkpoint = self._store.diary(), self._store.checkpoint()
            cautions = self._store.heard_cautions()
        except VoiceGuideError as error:
            _log.warning("Begun without what was stored: %s", error)
            return _without_store()
        if diary.is_wanted is None:
            diary = replace(diary, is_wanted=False)
        return Started(diary, date.today(), checkpoint, heard_cautions=cautions)

    def keep(self, action: Action) -> None:
        """Keep what an action asks to; where that fails, the session goes on."""
        if self._store is not None and isinstance(action, Persist):
            try:
                self._store.save(action)
            except VoiceGuideError as error:
                _log.warning("Not kept for the next start: %s", error)

    def close(self) -> None:
        """Close the file; delete it if there is nothing in it."""
        if self._store is None:
            return
        try:
            is_empty = _is_empty(self._store)
        except VoiceGuideError as error:
            _log.warning("%s", error)
            is_empty = False
        self._store.close()
        if is_empty:
            self._path.unlink(missing_ok=True)


def forget_old(folder: Path) -> None:
    """Delete the files without a diary that were not changed for more than a week."""
    oldest_s = time.time() - _MAX_AGE_S
    for file in folder.glob("*.sqlite3"):
        try:
            if file.stat().st_mtime < oldest_s and not _has_diary(file):
                file.unlink()
        except (OSError, VoiceGuideError) as error:
            _log.warning("Not deleted, though old: %s: %s", file, error)


def _opened(path: Path) -> SessionStore | None:
    """Open a room's file; return None, with a line in the log, if it cannot be read."""
    try:
        store = SessionStore(path)
    except VoiceGuideError as error:
        _log.warning("Nothing is kept of this room: %s", error)
        return None
    if store.notice:
        _log.warning("%s", store.notice)
    return store


def _without_store() -> Started:
    return Started(Diary(is_wanted=False), date.today())


def _has_diary(file: Path) -> bool:
    store = SessionStore(file)
    try:
        return store.diary().is_wanted is not None
    finally:
        store.close()


def _is_empty(store: SessionStore) -> bool:
    has_nothing = store.checkpoint() is None and not store.heard_cautions()
    return has_nothing and store.diary().is_wanted is None
