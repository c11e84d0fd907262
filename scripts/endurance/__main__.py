"""`scripts/endure`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from endurance.table import Row, markdown
from voice_guide.errors import VoiceGuideError


def main() -> int:
    """Do what is asked for, show what came of it; return the exit status."""
    options = _parser().parse_args()
    try:
        with _home():
            rows: Sequence[Row] = options.endure(options)
    except VoiceGuideError as error:
        print(f"endure: {error}", file=sys.stderr)
        return 2
    print(markdown(rows))
    return 0 if all(row.is_good for row in rows) else 1


def tell(doing: str) -> None:
    """Say on standard error what is going on."""
    print(f"endure: {doing}", file=sys.stderr, flush=True)


@contextmanager
def _home() -> Iterator[None]:
    """Be somebody who has the speech models and nothing else."""
    models = platformdirs.user_data_path("voice-guide") / "models"
    with tempfile.TemporaryDirectory(prefix="endure-") as folder:
        home = Path(folder)
        own = home / "data" / "voice-guide" / "models"
        own.parent.mkdir(parents=True)
        own.symlink_to(models)
        os.environ["HOME"] = folder
        for kind in ("config", "data", "state", "cache"):
            os.environ[f"XDG_{kind.upper()}_HOME"] = str(home / kind)
        yield


def _soak(options: argparse.Namespace) -> Sequence[Row]:
    from endurance.soak import rows, soak

    return rows(soak(options.hours, options.speech, tell))


def _fuzz(options: argparse.Namespace) -> Sequence[Row]:
    from endurance.fuzz import fuzz, rows, smallest

    all_tried = fuzz(options.inputs, tell)
    for failure in smallest(all_tried):
        print(f"{failure.target}: {failure.what}: {failure.told!r}\n{failure.content!r}\n")
    return rows(all_tried)


def _leaks(_: argparse.Namespace) -> Sequence[Row]:
    from endurance.leaks import watch

    return watch(tell)


def _faults(options: argparse.Namespace) -> Sequence[Row]:
    from endurance.faults import faults

    return faults(options.times, tell)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/endure",
        description="What has to hold for years, tried out. Each ends with a table, and with 1 "
        "where something in it is not as it should be.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    soak = commands.add_parser(
        "soak",
        help="a day of sound",
        description="Lets a day pass in a simulated room, many times faster than real time: "
        "sessions, which synthetic people have themselves led to their end, and between them "
        "talk, music, kitchen noise and silence. Takes about an hour.",
    )
    soak.add_argument(
        "--hours", type=float, default=24, metavar="N", help="how long (default: %(default)s)"
    )
    soak.add_argument(
        "--speech",
        type=Path,
        metavar="DIR",
        help="recordings to be heard besides: talk/ and noise/, as for scripts/bench",
    )
    soak.set_defaults(endure=_soak)
    fuzz = commands.add_parser(
        "fuzz",
        help="damaged and strange files",
        description="Reads packs, sentence files, settings, recordings, catalogs and diaries that "
        "something happened to, as a session would. Each has to be taken, or refused in one "
        "line that names the file, in a few seconds and without much memory. Shows the smallest "
        "of those that are neither.",
    )
    fuzz.add_argument(
        "--inputs", type=int, default=100_000, metavar="N", help="how many (default: %(default)s)"
    )
    fuzz.set_defaults(endure=_fuzz)
    leaks = commands.add_parser(
        "leaks",
        help="what a session opens, sends and writes",
        description="Has somebody led through a routine by a real `voice-guide run` at a sound "
        "server without a sound card, and plays the demo, both watched by strace: no socket "
        "but the sound server's, every file that is written accounted for, and nothing "
        "written in a minute in which nobody speaks. Takes eight minutes.",
    )
    leaks.set_defaults(endure=_leaks)

    faults = commands.add_parser(
        "faults",
        help="what goes wrong around a session",
        description="Leads somebody through a step at a real sound server, in real time, and "
        "meanwhile takes microphone, speaker and server away and gives them back; fills the disk, "
        "makes the home read-only, damages the model, and sets the clock. Takes about twenty "
        "minutes. On a machine that is busy with other things, sound is late.",
    )
    faults.add_argument(
        "--times",
        type=int,
        default=50,
        metavar="N",
        help="how often sound is taken away (default: %(default)s)",
    )
    faults.set_defaults(endure=_faults)
    return parser


if __name__ == "__main__":
    sys.exit(main())
