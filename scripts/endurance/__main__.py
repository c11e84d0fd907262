"""Command line of `scripts/endure`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from harness.program import user_environment
from harness.progress import progress_of
from harness.table import ResultRow, markdown
from voice_guide.errors import VoiceGuideError


def main() -> int:
    """Run the command, print its table, and return the exit status."""
    options = _parser().parse_args()
    try:
        with _empty_home():
            rows: Sequence[ResultRow] = options.endure(options)
    except VoiceGuideError as error:
        print(f"endure: {error}", file=sys.stderr)
        return 2
    print(markdown(rows), end="")
    return 0 if all(row.is_good for row in rows) else 1


@contextmanager
def _empty_home() -> Iterator[None]:
    """Run as a user who has the speech models and nothing else."""
    models = platformdirs.user_data_path("voice-guide") / "models"
    with tempfile.TemporaryDirectory(prefix="endure-") as folder:
        home = Path(folder)
        own = home / "data" / "voice-guide" / "models"
        own.parent.mkdir(parents=True)
        own.symlink_to(models)
        os.environ.update(user_environment(home))
        yield


def _soak(options: argparse.Namespace) -> Sequence[ResultRow]:
    from endurance.soak import soak
    from endurance.soak_rows import soak_rows

    return soak_rows(soak(options.hours, options.speech, _progress))


def _fuzz(options: argparse.Namespace) -> Sequence[ResultRow]:
    from endurance.fuzz import fuzz, fuzz_rows, smallest_failures

    results = fuzz(options.inputs, _progress)
    for failure in smallest_failures(results):
        print(f"{failure.kind}: {failure.problem}: {failure.message!r}\n{failure.content!r}\n")
    return fuzz_rows(results)


def _leaks(_: argparse.Namespace) -> Sequence[ResultRow]:
    from endurance.leaks import watch

    return watch(_progress)


def _faults(options: argparse.Namespace) -> Sequence[ResultRow]:
    from endurance.faults import faults

    return faults(options.times, _progress)


def _rooms(options: argparse.Namespace) -> Sequence[ResultRow]:
    from endurance.shared_rooms import lead_rooms

    return lead_rooms(options.sessions, _progress)


_progress = progress_of("endure")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/endure",
        description="Try out everything that has to work for years. Each command ends with a "
        "table, and with 1 if anything in it misses its limit.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    soak = commands.add_parser(
        "soak",
        help="a day of sound",
        description="Let a day pass in a simulated room, many times faster than real time: "
        "sessions in which synthetic people are led to the end, and between them talk, music, "
        "kitchen noise and silence. Takes about an hour.",
    )
    soak.add_argument(
        "--hours", type=float, default=24, metavar="N", help="how long (default: %(default)s)"
    )
    soak.add_argument(
        "--speech",
        type=Path,
        metavar="DIR",
        help="recordings to play as well: talk/ and noise/, as for scripts/bench",
    )
    soak.set_defaults(endure=_soak)
    fuzz = commands.add_parser(
        "fuzz",
        help="damaged and strange files",
        description="Read damaged and strange packs, sentence files, settings, recordings, "
        "catalogs and diaries as a session would. Each has to be accepted, or refused in one "
        "line that names the file, in a few seconds and without much memory. Prints the "
        "smallest file of each kind of failure.",
    )
    fuzz.add_argument(
        "--inputs", type=int, default=100_000, metavar="N", help="how many (default: %(default)s)"
    )
    fuzz.set_defaults(endure=_fuzz)
    leaks = commands.add_parser(
        "leaks",
        help="files and sockets of a session",
        description="Lead a person through a routine with a real `voice-guide run` at a sound "
        "server without a sound card, and play the demo, both under strace: no socket but the "
        "sound server's, a known purpose for every file that is written, and nothing written "
        "in a minute of silence. Takes eight minutes.",
    )
    leaks.set_defaults(endure=_leaks)

    faults = commands.add_parser(
        "faults",
        help="devices, disk, model and clock that fail",
        description="Lead a person through a step at a real sound server, in real time, and "
        "meanwhile unplug microphone and speaker, kill the server, fill the disk, make the home "
        "read-only, damage the model, and set the clock. Takes about twenty minutes. On a busy "
        "machine, sound is late.",
    )
    faults.add_argument(
        "--times",
        type=int,
        default=50,
        metavar="N",
        help="number of outages of sound (default: %(default)s)",
    )
    faults.set_defaults(endure=_faults)
    rooms = commands.add_parser(
        "rooms",
        help="a thousand sessions in another assistant",
        description="Open sessions as another assistant does for its rooms, lead each through "
        "some steps and close it; then flood one room with texts. Takes two minutes.",
    )
    rooms.add_argument(
        "--sessions", type=int, default=1000, metavar="N", help="how many (default: %(default)s)"
    )
    rooms.set_defaults(endure=_rooms)
    return parser


if __name__ == "__main__":
    sys.exit(main())
