"""What is likely to be said next, so that it is ready when it is needed."""

from voice_guide.guide.conversation import Conversation
from voice_guide.guide.events import Prepare
from voice_guide.guide.phase import Phase


def likely_next(talk: Conversation) -> Prepare:
    """Everything that may have to be said at once after the next command."""
    if talk.phase is Phase.ASLEEP:
        return Prepare((waking(talk),))
    if talk.chosen is None:
        texts = talk.script.choosing(talk.library.routines, talk.offered)
    else:
        course = talk.chosen
        texts = talk.script.leading(course.way, course.at, talk.time.hold, talk.pacing)
    return Prepare((*texts, talk.script.line(f"hint.{talk.phase}")))


def waking(talk: Conversation) -> str:
    """Say where things are, for somebody who may have forgotten."""
    match talk.place:
        case Phase.STEP:
            return talk.script.line("awake_in_routine", **talk.position)
        case Phase.PREPARING:
            return talk.script.line("where_preparing", routine=talk.course.routine)
        case _:
            return talk.script.line("awake")
