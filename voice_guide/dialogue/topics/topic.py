"""The base of all topics: each topic answers the intents of one subject."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.state import DialogueState
from voice_guide.nlu.command import Command

Handlers: TypeAlias = Mapping[str, Callable[[Command], list[Action]]]
"""The function that answers a command, for each intent."""


@dataclass(eq=False)
class Topic:
    """One subject of the dialogue; topics and settings it needs are fields of the subclass."""

    state: DialogueState
    """The state that all topics share."""

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents; none by default."""
        return {}
