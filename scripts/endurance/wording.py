"""What people say to the guide, where: each thing in several ways."""

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
"""Who does not need the guide for a while."""

GOODBYE = ("goodbye",)
"""Who ends the program."""

WAIT = ("wait a moment", "hold on", "pause please")
"""Who is called away."""

_GO_ON = ("continue", "go on please", "resume")

NOT_YET = ("no", "no thanks")
"""Who is asked whether to end, and had not said that it hurts."""

_WHERE = {
    Phase.ASLEEP: WAKE,
    Phase.PREPARING: ("i'm ready", "let's start", "ready to go"),
    Phase.PAUSED: _GO_ON,
    Phase.ASKING: ("yes", "yes please"),
    Phase.RATING: ("three", "four", "two"),
    Phase.FINISHED: _GO_ON,
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
"""What somebody may say in a step, beside what leads on."""

WHILE_TIME_RUNS = (("how long left",), ("more time", "ten more seconds"), WAIT)
"""The same while the time of a step runs."""


def to_lead_on(view: View, routine: Sequence[str]) -> Sequence[str]:
    """Return ways to say what leads on from where the guide is."""
    if view.context == Phase.CHOOSING:
        return routine
    if view.context != Phase.STEP:
        return _WHERE[Phase(view.context)]
    step_timer = view.step.step_timer if view.step else None
    return _NEXT if step_timer is None or step_timer.is_up else _IN_PLACE


def everything() -> Iterator[str]:
    """Yield all that is ever said."""
    ways = (*ROUTINES, LEAVE, GOODBYE, NOT_YET, _IN_PLACE, _NEXT, *ASIDE, *WHILE_TIME_RUNS)
    for texts in (*ways, *_WHERE.values()):
        yield from texts
