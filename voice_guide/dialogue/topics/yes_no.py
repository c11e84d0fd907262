"""Yes and no: what each question makes of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.question import Question
from voice_guide.dialogue.topics.topic import Handlers, Topic
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


@dataclass(eq=False)
class YesNo(Topic):
    """Takes the answer to the topic that the open question is about."""

    replies: Mapping[Question, Replies]

    @property
    def handlers(self) -> Handlers:
        """What is done about each intent."""
        return {
            Intent.AFFIRM: lambda _: self._take().yes(),
            Intent.DENY: lambda _: self._take().no(),
        }

    def _take(self) -> Replies:
        question = self.state.question
        self.state.drop_the_question()
        return self.replies.get(question, _NOTHING) if question else _NOTHING
