"""The memory of cautions that were heard to their end, so that they need not be said each time."""

from collections.abc import Iterable, Mapping
from datetime import date

from voice_guide.dialogue.actions import Action, SaveHeardCautions
from voice_guide.dialogue.speech import Texts
from voice_guide.routines.model import Routine

_MAX_AGE_DAYS = 7
"""Days after which a caution must be said again: this project's choice."""


class HeardCautions:
    """Knows when each caution was last heard to its end. In doubt, a caution is said again."""

    def __init__(self) -> None:
        self._heard: Mapping[str, date] = {}
        self._today = date.min

    def open(self, heard: Mapping[str, date], today: date) -> None:
        """Take the stored cautions, each with the day on which it was last heard to its end."""
        self._heard = heard
        self._today = today

    def begin_day(self, today: date) -> None:
        """Use another date from now on."""
        self._today = today

    def due(self, routine: Routine, routines: Iterable[Routine]) -> Texts:
        """Return the cautions to say before a routine.

        A caution that no other routine has is always said. Those shared with other routines are
        left out if all of them were heard to their end within the last week.
        """
        others = [other for other in routines if other.id != routine.id]
        shared = {caution for other in others for caution in other.safety.cautions}
        cautions = routine.safety.cautions
        if not all(self._is_recent(caution) for caution in cautions if caution in shared):
            return cautions
        return tuple(caution for caution in cautions if caution not in shared)

    def note(self, cautions: Texts) -> list[Action]:
        """Note that these cautions were heard to their end today."""
        if not cautions:
            return []
        recent = {caution: day for caution, day in self._heard.items() if self._is_recent(caution)}
        self._heard = {**recent, **dict.fromkeys(cautions, self._today)}
        return [SaveHeardCautions(self._heard)]

    def forget(self) -> list[Action]:
        """Have all cautions said again."""
        if not self._heard:
            return []
        self._heard = {}
        return [SaveHeardCautions(self._heard)]

    def _is_recent(self, caution: str) -> bool:
        heard_on = self._heard.get(caution)
        # A day in the future means that the clock was set back: nothing is known then.
        return heard_on is not None and 0 <= (self._today - heard_on).days < _MAX_AGE_DAYS
