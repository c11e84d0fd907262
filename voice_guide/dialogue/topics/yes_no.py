"""Yes and no: both are answered by the topic that asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from voice_guide.dialogue.actions import Action
from voice_guide.dialogue.chime import Chime
from voice_guide.dialogue.question import Question
from voice_guide.dialogue.speech import with_chime
from voice_guide.dialogue.topics.topic import Handlers, Topic
from voice_guide.nlu.intent import Intent

Reaction: TypeAlias = Callable[[], list[Action]]
"""A function that reacts to an answer."""


@dataclass(frozen=True)
class Replies:
    """The reactions to the two answers of one question."""

    yes: Reaction
    """The reaction to "yes"."""

    no: Reaction
    """The reaction to "no"."""

    unclear: Reaction = list
    """The reaction to a second doubtful answer, where only a clear yes is an agreement."""


_NOTHING = Replies(list, list)
"""The reactions where no yes-or-no question is open: nothing is done."""


@dataclass(eq=False)
class YesNo(Topic):
    """Passes the answer to the topic that asked the open question."""

    replies: Mapping[Question, Replies]

    @property
    def handlers(self) -> Handlers:
        """The functions that answer this topic's intents."""
        return {
            Intent.AFFIRM: lambda _: self._replies_now().yes(),
            Intent.DENY: lambda _: self._replies_now().no(),
            Intent.DOUBTFUL: lambda _: self._doubt(),
        }

    def not_understood(self) -> list[Action]:
        """React to speech that is not understood if only a clear yes counts."""
        question = self.state.question
        if question is None or not question.needs_consent or not self.state.speech.is_finished:
            return []
        return with_chime(Chime.UNCLEAR, self._doubt())

    def _doubt(self) -> list[Action]:
        """Ask once more; the second time, take the answer for no yes."""
        state, question = self.state, self.state.question
        if question is None or state.is_asked_again:
            return self._replies_now().unclear()
        state.is_asked_again = True
        again = state.script.line(question.value), state.script.line("say_yes_or_no")
        return state.speech.say(*again)

    def _replies_now(self) -> Replies:
        question = self.state.question
        self.state.drop_question()
        return self.replies.get(question, _NOTHING) if question else _NOTHING
