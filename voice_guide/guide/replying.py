"""Yes, no and "go on": what each question makes of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from voice_guide.guide.conversation import Answers, Conversation
from voice_guide.guide.events import Action
from voice_guide.guide.question import Question

Deed: TypeAlias = Callable[[], list[Action]]
"""What is done once a question is answered."""


@dataclass(frozen=True)
class Replies:
    """What the answers to one question lead to."""

    yes: Deed
    """What "yes" does."""

    no: Deed
    """What "no" does."""

    go_on: Deed
    """What "go on" does, which is an answer to some questions and passes others over."""


class Replying:
    """Takes the answer to the open question to where it was asked."""

    def __init__(self, talk: Conversation, replies: Mapping[Question, Replies]) -> None:
        self._talk = talk
        self._replies = replies

    @property
    def answers(self) -> Answers:
        """What is done about each intent."""
        return {
            "Affirm": lambda _: self._answered().yes(),
            "Deny": lambda _: self._answered().no(),
        }

    def go_on(self) -> list[Action]:
        """ "Go on" is what each question makes of it."""
        return self._answered().go_on()

    def _answered(self) -> Replies:
        question = self._talk.question
        self._talk.drop_the_question()
        return self._replies[question] if question else _NOTHING


_NOTHING = Replies(list, list, list)
"""What follows where nothing was asked."""
