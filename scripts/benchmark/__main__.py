"""`scripts/bench`."""

import argparse
import sys
from pathlib import Path

from benchmark import report
from benchmark.materials import recorded, synthetic
from benchmark.parallel import tell
from benchmark.run import FULL, QUICK, measure
from benchmark.systems import vocabulary
from voice_guide.errors import VoiceGuideError


def main() -> int:
    """Measure, show the table, and write it down; return the exit status."""
    options = _parser().parse_args()
    try:
        # First of all, what would be a pity to fail for in the end.
        report.make(options.out)
        words = vocabulary("words")
        materials = recorded(options.speech, words) if options.speech else synthetic(words)
        results = measure(materials, QUICK if options.quick else FULL)
        lines = report.rows(results)
        report.write(options.out, lines, results)
    except VoiceGuideError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    report.show(lines)
    tell(f"written to {options.out}: table.md, results.json, tradeoff.png")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Measure Voice Guide beside stock Vosk, in one run."
    )
    parser.add_argument(
        "--speech",
        type=Path,
        metavar="DIR",
        help="real recordings: words/ with words.tsv, talk/, noise/, and rooms/ with manifest.tsv "
        "(default: synthetic voices, noises and rooms)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        default=Path("bench-results"),
        help="where the table, the figures and the trade-off curve go (default: %(default)s)",
    )
    parser.add_argument(
        "--quick", action="store_true", help="a first impression, in three minutes"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
