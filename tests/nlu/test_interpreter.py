"""Commands with other words around them, and texts that only look like commands."""

import pytest

from voice_guide.app.content import Content
from voice_guide.nlu.intent import Intent


def intents(content: Content, context: str, text: str) -> list[str]:
    """Return the intents of a text's commands in a context."""
    return [each.intent for each in content.interpreter.interpret(text, context).meanings]


@pytest.mark.parametrize(
    ("context", "text", "intent"),
    [
        ("choosing", "my neck's killing me", Intent.CHOOSE_AREA),
        ("preparing", "i'm lying down", Intent.READY),
        ("step", "the ball's in position", Intent.READY),
        ("step", "owww", Intent.HURTS),
        ("step", "stoooop", Intent.STOP),
        ("preparing", "yep got the ball", Intent.READY),
        ("step", "i think i'm done with that one dear", Intent.NEXT),
        ("step", "actually go back a step", Intent.BACK),
        ("step", "next actually back", Intent.BACK),
        # Not "next", as without the words at the end.
        ("step", "done for today", Intent.GOODBYE),
        ("step", "okay i've finished for tonight", Intent.GOODBYE),
        ("step", "that's it today", Intent.GOODBYE),
        ("step", "i'm done with the massage", Intent.STOP),
        ("step", "why skip this", Intent.TELL_MORE),
        ("step", "skip that no thanks", Intent.NOT_THAT),
        ("asking.consent", "oh yes please thank you", Intent.AFFIRM),
        ("emergency", "okay i'm fine now", Intent.RESUME),
    ],
)
def test_what_is_said_around_a_sentence_changes_nothing(
    content: Content, context: str, text: str, intent: Intent
) -> None:
    assert intents(content, context, text) == [intent]


@pytest.mark.parametrize(
    ("context", "text"),
    [
        ("emergency", "i'm fine it's my husband who is on the floor"),
        ("emergency", "maybe i'm okay"),
        ("emergency", "i'm okay i guess"),
        ("emergency", "should we continue"),
        ("asking.consent", "yes i suppose"),
        ("asking.consent", "yes if that's okay"),
        ("asking.consent", "yes but what for"),
        ("asking.consent", "i do already"),
        ("asking.consent", "no thanks i do that already"),
        ("asking.consent", "should we keep a diary"),
        ("asking.consent", "i guess you can keep a diary"),
        ("asking.consent", "of course i'd need to ask my wife"),
        ("preparing", "i'm on the floor"),
        ("step", "i'm lying on the floor"),
        ("step", "i'm not sure i'm ready"),
        ("step", "skip it he said"),
        ("step", "skip this instead of that"),
        ("step", "under no circumstances can we skip this"),
        ("step", "he's like can we go back"),
        ("step", "tomorrow let's start over"),
        ("step", "do i have to start over"),
        ("step", "not long enough to rest"),
        ("choosing", "leave my neck alone"),
        ("choosing", "there is little pain in my neck"),
        ("choosing", "my sister says that's all right"),
    ],
)
def test_what_may_be_meant_otherwise_is_not_obeyed(
    content: Content, context: str, text: str
) -> None:
    assert intents(content, context, text) == []
