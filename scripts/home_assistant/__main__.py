"""Lead sessions in a real Home Assistant, and print what was said and how long it took."""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from pathlib import Path

from home_assistant.house import House
from home_assistant.rehearsal import Rehearsal


async def _run(root: Path, rounds: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="voice-guide-") as folder:
        house = House(root, Path(folder))
        task = asyncio.current_task()
        assert task
        # What it has started is ended too.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        rehearsal = Rehearsal(house, time.monotonic())
        try:
            return await rehearsal.run(rounds)
        except BaseException:
            for name in ("guide", "home-assistant"):
                print(f"--- the end of the log of {name}:", file=sys.stderr)
                print("\n".join(house.log(name).splitlines()[-25:]), file=sys.stderr)
            raise
        finally:
            await house.stop_guide()
            await house.stop_home_assistant()


def main() -> None:
    """Run everything; exit with 1 where something was not as it should be."""
    parser = argparse.ArgumentParser(prog="test-home-assistant")
    parser.add_argument("root", type=Path, help="a Debian with Home Assistant in /srv/ha")
    parser.add_argument("--rounds", type=int, default=20, help="commands whose times are measured")
    options = parser.parse_args()
    sys.exit(0 if asyncio.run(_run(options.root, options.rounds)) else 1)


if __name__ == "__main__":
    main()
