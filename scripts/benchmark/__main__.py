"""Command line of `scripts/bench`."""

import argparse
import sys
from pathlib import Path

from benchmark import report
from benchmark.extent import FULL, QUICK
from benchmark.materials import recorded_materials, synthetic_materials
from benchmark.readme import README, update_readme
from benchmark.run import measure
from benchmark.systems import vocabulary
from harness.progress import progress_of
from voice_guide.errors import VoiceGuideError


def main() -> int:
    """Measure, print the table, and write the report; return the exit status."""
    options = _parser().parse_args()
    progress = progress_of("bench")
    try:
        # First, so that nothing is measured in vain.
        report.make_folder(options.out)
        words = vocabulary("words")
        materials = (
            recorded_materials(options.speech, words)
            if options.speech
            else synthetic_materials(words)
        )
        results = measure(materials, QUICK if options.quick else FULL, progress)
        rows = report.all_rows(results)
        report.write(options.out, rows, results)
        if options.update_readme:
            update_readme(report.all_sections(results))
            progress(f"written to {README}")
    except VoiceGuideError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    report.show(rows)
    progress(f"written to {options.out}: table.md, results.json, tradeoff.png")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Measure Voice Guide beside stock Vosk, in one run."
    )
    parser.add_argument(
        "--speech",
        type=Path,
        metavar="DIR",
        help="real recordings: words/ with words.tsv, talk/, noise/, rooms/ with manifest.tsv, "
        "perhaps background.tsv and orders.tsv (default: everything synthetic)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        default=Path("bench-results"),
        help="folder for the table, the figures and the trade-off curve (default: %(default)s)",
    )
    parser.add_argument("--quick", action="store_true", help="measure little, in a few minutes")
    parser.add_argument(
        "--update-readme",
        action="store_true",
        help="also write the tables into scripts/benchmark/README.md",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
