"""The check of how well the user is understood: what the answers show, and what to do about it."""

from collections.abc import Iterator, Sequence

from voice_guide.doctor.check_result import CheckResult
from voice_guide.doctor.speech_test import ANSWER_WITHIN_S, Answer
from voice_guide.nlu.command import Command, NotUnderstood
from voice_guide.nlu.sampling import UNKNOWN
from voice_guide.ui.console import describe_command

PART = "commands"
"""The name of this part in results."""

_MIN_SPEECH_DBFS = -45.0
"""Level below which speech is not always understood, in silence: of 15 sentences 14 were
understood at -50 dBFS and 11 at -60."""

_MIN_OVER_NOISE_DB = 10.0
"""Level over the noise below which speech is not always understood: of 15 sentences all were
understood at 16 dB and 13 at 9."""

_MAX_BEHIND_S = 0.3
"""Seconds that a decision may come late because this machine is busy."""


def check_speech(answers: Sequence[Answer], breaks: int) -> Iterator[CheckResult]:
    """Yield a result for each answer, or one without any answer, or if the sound was interrupted.

    `breaks` is the number of interruptions of the sound during the test.
    """
    if not any(answer.heard for answer in answers):
        silence = _silence(answers[0])
        # Speech may have been heard in pieces where anything was.
        yield _interrupted(breaks) if breaks and answers[0].loudness else silence
        return
    results = []
    for answer in answers:
        advice = _advice(answer)
        report = f"{_summary(answer)}: {advice}" if advice else _summary(answer)
        results.append(CheckResult(PART, not advice, report, _figures(answer)))
    if breaks and not all(result.is_well for result in results):
        yield _interrupted(breaks)
    else:
        yield from results


def _interrupted(breaks: int) -> CheckResult:
    return CheckResult(
        PART,
        False,
        f"not measured: the sound was interrupted {breaks} times because this machine was busy; "
        "end what else runs on it and try again",
    )


def _silence(answer: Answer) -> CheckResult:
    """Return the result without any answer, which is no fault of the machine's."""
    loudest = f", the loudest sound was {answer.loudness}" if answer.loudness else ""
    return CheckResult(
        PART,
        True,
        f'"{answer.question.words}" was not heard within {ANSWER_WITHIN_S:.0f} s{loudest}; '
        "if you said it, come nearer, turn the microphone's gain up, or choose another microphone",
        _figures(answer),
    )


def _summary(answer: Answer) -> str:
    parts = [f'"{answer.question.words}" {_outcome(answer)}']
    if answer.loudness:
        parts.append(str(answer.loudness))
    if answer.decided_after_s is not None:
        parts.append(f"decided after {answer.decided_after_s:.2f} s")
    if answer.processor is not None:
        parts.append(f"{answer.processor:.2f} of the processor's time")
    return ", ".join(parts)


def _outcome(answer: Answer) -> str:
    if answer.is_understood:
        return "understood"
    match answer.heard:
        case Command(text=text):
            return f'heard as "{text}" ({describe_command(answer.heard)})'
        case NotUnderstood(text):
            return f'heard as "{text.replace(UNKNOWN, "…")}", not understood'
    return "not heard"


def _advice(answer: Answer) -> str | None:
    """Return what to do about an answer; None if all is well."""
    loudness = answer.loudness
    if answer.is_early:
        return (
            "that was before the sound: wait for it; if you had not spoken, the guide hears "
            "itself: see echo"
        )
    if loudness and loudness.is_clipped:
        return "too loud: turn the microphone's gain down, or speak from farther away"
    if loudness and loudness.over_noise_db < _MIN_OVER_NOISE_DB:
        return "hardly louder than the noise: come nearer, or turn off what makes it"
    if loudness is None or loudness.speech_dbfs < _MIN_SPEECH_DBFS:
        return "too soft: turn the microphone's gain up, or come nearer"
    if answer.behind_s > _MAX_BEHIND_S:
        return "this machine is too busy, or too slow: end what else runs on it"
    if not answer.is_understood:
        return "try once more; if it is missed often, set hearing.sensitivity higher"
    return None


def _figures(answer: Answer) -> dict[str, object]:
    heard, loudness = answer.heard, answer.loudness
    return {
        "asked": answer.question.words,
        "is_understood": answer.is_understood,
        "heard": heard.text if heard else None,
        "meaning": describe_command(heard) if isinstance(heard, Command) else None,
        "is_early": answer.is_early,
        "speech_dbfs": loudness.speech_dbfs if loudness else None,
        "noise_dbfs": loudness.noise_dbfs if loudness else None,
        "is_clipped": loudness.is_clipped if loudness else None,
        "decided_after_s": answer.decided_after_s,
        "behind_s": answer.behind_s,
        "processor": answer.processor,
    }
