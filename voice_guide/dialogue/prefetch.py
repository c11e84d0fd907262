"""The speech to render ahead: the sentences that are likely to be said next."""

from voice_guide.dialogue.actions import PrepareSpeech
from voice_guide.dialogue.phase import Phase
from voice_guide.dialogue.state import DialogueState


def prefetch(state: DialogueState) -> PrepareSpeech:
    """Return everything that the next command may need at once."""
    if state.phase is Phase.ASLEEP:
        return PrepareSpeech((waking(state),))
    if state.chosen is None:
        introductions = map(state.introduction, state.offered)
        texts = state.script.likely_while_choosing(state.library.routines, introductions)
    else:
        progress = state.chosen
        texts = state.script.likely_in_routine(
            progress.plan, progress.step_index, state.timekeeper.step_timer, state.pacing
        )
    return PrepareSpeech((*texts, state.script.line(f"hint.{state.phase}")))


def waking(state: DialogueState) -> str:
    """Return what the guide says when woken: where the session is, in case it was forgotten."""
    match state.base_phase:
        case Phase.STEP:
            return state.script.line("awake_in_routine", **state.position)
        case Phase.PREPARING:
            return state.script.line("where_preparing", routine=state.progress.routine)
        case _:
            return state.script.line("awake")
