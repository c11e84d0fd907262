"""Lead sessions in a real Home Assistant, and print what was said and how long it took."""

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from home_assistant.house import House
from home_assistant.rehearsal import Rehearsal

_SHOWN_LINES = 25
"""Lines of each log that are shown where a rehearsal breaks off."""


async def _run(options: argparse.Namespace) -> bool:
    with tempfile.TemporaryDirectory(prefix="voice-guide-") as folder:
        house = House(options.root, Path(folder))
        task = asyncio.current_task()
        assert task
        # What it has started is ended too.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        rehearsal = Rehearsal(house)
        try:
            if options.prepare:
                await rehearsal.set_up()
                return True
            if options.inside:
                return await rehearsal.run_inside()
            return await rehearsal.run(options.rounds, options.soak * 60, options.recognizer)
        except BaseException:
            for program in (house.guide, house.home):
                print("--- the end of a log:", file=sys.stderr)
                print("\n".join(program.log.splitlines()[-_SHOWN_LINES:]), file=sys.stderr)
            raise
        finally:
            await house.guide.stop()
            await house.home.stop()


def main() -> None:
    """Run everything; exit with 1 where something was not as it should be."""
    parser = argparse.ArgumentParser(prog="test-home-assistant")
    parser.add_argument("root", type=Path, help="a Debian with Home Assistant in /srv/ha")
    parser.add_argument("--prepare", action="store_true", help="only let it install what it needs")
    parser.add_argument(
        "--inside", action="store_true", help="only lead sessions inside Home Assistant"
    )
    parser.add_argument("--rounds", type=int, default=20, help="commands whose times are measured")
    parser.add_argument("--soak", type=float, default=5, help="minutes to lead two rooms for")
    parser.add_argument(
        "--recognizer", type=int, help="port of a Wyoming recognizer to measure beside the guide's"
    )
    sys.exit(0 if asyncio.run(_run(parser.parse_args())) else 1)


if __name__ == "__main__":
    main()
