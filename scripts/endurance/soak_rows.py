"""Rows of the table about a day of sound."""

from endurance.simulated_home import HomeActivity
from endurance.soak import WARM_UP_SESSIONS, SoakResult
from harness.table import ResultRow, found
from voice_guide.dialogue.phase import Phase

_MAX_GROWTH_MB = 10.0
"""Megabytes that memory may grow by from then on."""


def soak_rows(result: SoakResult) -> list[ResultRow]:
    """Return the table of a day."""
    sound_s = sum(result.heard_s.values())
    tally, before, after = result.tally, result.before, result.after
    rows = [
        found("sound heard", f"{sound_s / 3600:.1f} h, in {result.took_s / 60:.0f} min"),
        found(
            "speed",
            f"{sound_s / result.took_s:.0f} times real time; "
            f"{result.processor_s / sound_s:.3f} of a processor, the room included",
        ),
        found(
            "sessions led to their end",
            f"{result.led} of {result.begun}",
            "all",
            result.begun > 0 and result.led == result.begun,
        ),
        found(
            "understood at the first attempt",
            f"{tally.understood} of {tally.firsts} things said; "
            f"{tally.misheard} taken for another command",
        ),
    ]
    return [
        *rows,
        *(_false_command_row(result, activity) for activity in HomeActivity),
        found(
            f"memory after {WARM_UP_SESSIONS} sessions; at the end",
            f"{result.memory_mb[-1] - result.growth_mb:.1f} MB; {result.memory_mb[-1]:.1f} MB "
            f"(at most {max(result.memory_mb):.1f} MB)",
            f"less than {_MAX_GROWTH_MB:g} MB more",
            result.growth_mb < _MAX_GROWTH_MB,
        ),
        found(
            "open files before; after",
            f"{before.files}; {after.files}",
            "no more",
            after.files <= before.files,
        ),
        found(
            "threads before; after",
            f"{before.threads}; {after.threads}",
            "no more",
            after.threads <= before.threads,
        ),
        found(
            "written while idle",
            f"{result.idle_bytes} bytes in {result.idle_s / 3600:.1f} h",
            "0",
            result.idle_bytes == 0 and result.idle_s > 0,
        ),
        found(
            "what was to be kept and was not",
            "; ".join(sorted(set(result.failures))) or "nothing",
            "nothing",
            not result.failures,
        ),
    ]


def _false_command_row(result: SoakResult, activity: HomeActivity) -> ResultRow:
    """Return the row of the false commands in an activity."""
    commands = [one for one in result.false_commands if one.activity is activity]
    parts = []
    for is_asleep, state in ((False, "awake"), (True, "asleep")):
        hours = result.heard_s.get((activity, is_asleep), 0.0) / 3600
        count = sum((one.context == Phase.ASLEEP) == is_asleep for one in commands)
        if hours:
            parts.append(f"{count} in {hours:.1f} h {state} ({count / hours:.1f} an hour)")
    limit = ("0", not commands) if activity is HomeActivity.SILENCE else ("", True)
    return found(f"false commands, in {activity}", "; ".join(parts), *limit)
