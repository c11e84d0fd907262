"""What is likely to be said next, so that it is ready when it is needed."""

from voice_guide.dialogue.actions import PrepareSpeech
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.state import DialogueState


def prefetch(state: DialogueState) -> PrepareSpeech:
    """Everything that may have to be said at once after the next command."""
    if state.phase is Phase.ASLEEP:
        return PrepareSpeech((waking(state),))
    if state.chosen is None:
        texts = state.script.choosing(state.library.routines, state.offered)
    else:
        progress = state.chosen
        texts = state.script.leading(
            progress.plan, progress.at, state.time.step_timer, state.pacing
        )
    return PrepareSpeech((*texts, state.script.line(f"hint.{state.phase}")))


def waking(state: DialogueState) -> str:
    """Say where things are, for somebody who may have forgotten."""
    match state.place:
        case Phase.STEP:
            return state.script.line("awake_in_routine", **state.position)
        case Phase.PREPARING:
            return state.script.line("where_preparing", routine=state.progress.routine)
        case _:
            return state.script.line("awake")
