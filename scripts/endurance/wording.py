"""Sentences that people say to the guide in each phase, each in several ways."""

from collections.abc import Iterator, Sequence

from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.view import View

ROUTINES = (
    ("tennis ball massage", "upper back", "i have a tennis ball"),
    ("muscle squeeze", "my shoulders hurt", "shoulder massage"),
    ("hand massage", "side of my neck", "massage with my hands"),
    ("towel massage", "back of my neck", "i have a towel"),
)
"""Ways to ask for each of the routines."""

WAKE = ("hey guide",)

LEAVE = ("go to sleep", "that's all for now")
"""Ways to put the guide to sleep."""

GOODBYE = ("goodbye",)
"""Ways to end the program."""

WAIT = ("wait a moment", "hold on", "pause please")
"""Ways to pause before leaving for a while."""

_RESUME = ("continue", "go on please", "resume")

NOT_YET = ("no", "no thanks")
"""Ways to deny that the session should end."""

_BY_PHASE = {
    Phase.ASLEEP: WAKE,
    Phase.PREPARING: ("i'm ready", "let's start", "ready to go"),
    Phase.PAUSED: _RESUME,
    Phase.ASKING: ("yes", "yes please"),
    Phase.RATING: ("three", "four", "two"),
    Phase.FINISHED: _RESUME,
    Phase.EMERGENCY: ("i am fine", "continue"),
}

_IN_PLACE = ("i'm ready", "ready", "let's go")

_NEXT = ("next step", "next", "i'm done")

ASIDE = (
    ("say that again",),
    ("tell me more",),
    ("where am i",),
    ("what is next",),
    ("how many steps are left",),
    ("what do i need",),
    ("louder", "turn it up"),
    ("quieter", "turn it down"),
    ("slower", "not so fast"),
    ("faster", "speed up please"),
    ("stop",),
    ("go to sleep",),
    WAIT,
)
"""Commands that people give in a step besides the one that continues."""

WHILE_TIME_RUNS = (("how long left",), ("more time", "ten more seconds"), WAIT)
"""Commands that people give while the time of a step runs."""


def to_continue(view: View, routine: Sequence[str]) -> Sequence[str]:
    """Return ways to say what makes the guide continue from this state."""
    if view.context == Phase.CHOOSING:
        return routine
    if view.context != Phase.STEP:
        return _BY_PHASE[Phase(view.context)]
    step_timer = view.step.step_timer if view.step else None
    return _NEXT if step_timer is None or step_timer.is_up else _IN_PLACE


def everything() -> Iterator[str]:
    """Yield every sentence that is ever said."""
    ways = (*ROUTINES, LEAVE, GOODBYE, NOT_YET, _IN_PLACE, _NEXT, *ASIDE, *WHILE_TIME_RUNS)
    for texts in (*ways, *_BY_PHASE.values()):
        yield from texts
