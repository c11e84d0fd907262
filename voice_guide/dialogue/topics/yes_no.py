"""Yes and no: what each question makes of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.question import Question
from voice_guide.dialogue.state import DialogueState, Handlers
from voice_guide.nlu.intent import Intent

Deed: TypeAlias = Callable[[], list[Action]]
"""What is done once a question is answered."""


@dataclass(frozen=True)
class Replies:
    """What the answers to one question lead to."""

    yes: Deed
    """What "yes" does."""

    no: Deed
    """What "no" does."""


_NOTHING = Replies(list, list)
"""What they lead to where no such question is open: how strong a pain is, they do not tell."""


class YesNo:
    """Takes the answer to the topic that the open question is about."""

    def __init__(self, state: DialogueState, replies: Mapping[Question, Replies]) -> None:
        self._state = state
        self._replies = replies

    @property
    def handlers(self) -> Handlers:
        """What is done about each intent."""
        return {
            Intent.AFFIRM: lambda _: self._take().yes(),
            Intent.DENY: lambda _: self._take().no(),
        }

    def _take(self) -> Replies:
        question = self._state.question
        self._state.drop_the_question()
        return self._replies.get(question, _NOTHING) if question else _NOTHING
