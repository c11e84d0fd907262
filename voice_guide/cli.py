"""The front door: one function per command."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path

from voice_guide import __version__
from voice_guide.errors import NoSoundError, VoiceGuideError

# Each command imports what it needs itself: loading the recognizer takes time that
# `voice-guide --help` does not have to wait for.


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 something was found wanting, 2 bad input."""
    _prepare_streams()
    try:
        try:
            options = _parser().parse_args(arguments)
            status = options.command(options)
        finally:
            # Here, where a reader who has gone is noticed, and not at Python's own end.
            sys.stdout.flush()
        sys.exit(status)
    except VoiceGuideError as error:
        print(f"voice-guide: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read the output has read enough; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _prepare_streams() -> None:
    """Let no closed stream, and no letter that an encoding lacks, end the program."""
    nothing = Path(os.devnull).open("r+")  # noqa: SIM115 (open to the program's end)
    sys.stdin = sys.stdin or nothing
    sys.stdout = sys.stdout or nothing
    sys.stderr = sys.stderr or nothing
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=errors)


def _run(options: argparse.Namespace) -> int:
    from voice_guide import assistant
    from voice_guide.settings import SettingsFile

    settings = SettingsFile()
    if options.routine:
        # A mistyped name is told before a missing sound card turns this into a demo.
        assistant.load_content(settings.settings).library.by_id(options.routine)
    if options.text:
        assistant.run_typed(settings, options.routine)
        return 0
    try:
        assistant.run_live(settings, options.routine, options.mic, options.speaker)
    except NoSoundError as error:
        if options.mic or options.speaker:
            raise
        print(f"voice-guide: {error}; here is the demo instead.", file=sys.stderr)
        return _play_demo(None, None)
    return 0


def _demo(options: argparse.Namespace) -> int:
    return _play_demo(options.out, options.heard)


def _play_demo(out: Path | None, heard: Path | None) -> int:
    from voice_guide.demo import Demo

    return 0 if Demo().play(out, heard) else 1


def _hear(options: argparse.Namespace) -> int:
    from voice_guide.assistant import RecordingListener
    from voice_guide.console import show_commands
    from voice_guide.devices.wavfile import Recording
    from voice_guide.settings import SettingsFile

    settings = SettingsFile().settings
    listener = RecordingListener(settings, options.sentences, options.context)
    far_end = Recording(options.far_end) if options.far_end else None
    status = 0
    for path in options.files:
        try:
            heard = listener.hear(Recording(path), far_end)
        except VoiceGuideError as error:
            # One file that cannot be heard does not cost what the others say.
            print(f"voice-guide: {error}", file=sys.stderr)
            status = 2
            continue
        if options.json:
            print(json.dumps({"file": str(path), **asdict(heard)}), flush=True)
        else:
            show_commands(path, heard.duration_s, heard.commands)
    return status


def _routines(_: argparse.Namespace) -> int:
    from voice_guide.assistant import load_content
    from voice_guide.console import show_left_out, show_table
    from voice_guide.settings import SettingsFile

    library = load_content(SettingsFile().settings).library
    rows = []
    for routine in library.routines:
        needs = ", ".join(need.name for need in routine.needs) or "nothing"
        rows.append((routine.id, routine.title, routine.purpose, needs, str(len(routine.steps))))
    show_table(("id", "title", "for", "you need", "steps"), rows)
    if others := [f"{each.id} ({each.language})" for each in library.of_other_languages]:
        print(f"\nIn other languages: {', '.join(others)}")
    show_left_out(library.left_out)
    return 0


def _new(options: argparse.Namespace) -> int:
    import shlex

    from voice_guide.routines.start import start
    from voice_guide.settings import SettingsFile

    name = options.name
    file = start(name, SettingsFile().language)
    print(f"{file}\n\nWrite into it what your routine is, then:\n")
    print(f"  voice-guide check {shlex.quote(str(file))}\n  voice-guide run --routine {name}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from voice_guide.assistant import commands_of, load_model
    from voice_guide.routines.check import check
    from voice_guide.settings import SettingsFile

    file = SettingsFile()
    language, hearing = file.language, file.settings.hearing
    commands = commands_of(language, hearing)
    knows = load_model(language).knows
    reports = check(options.packs, language.code, commands.lost_to, knows)
    for path, report in reports.items():
        for problem in report.problems:
            print(f"voice-guide: {path}: {problem}", file=sys.stderr)
        for remark in report.remarks:
            print(f"{path}: {remark}")
        if not report.problems:
            print(f"{path}: sound")
    return 2 if any(report.problems for report in reports.values()) else 0


def _rehearse(options: argparse.Namespace) -> int:
    from voice_guide.rehearsal.run import rehearse
    from voice_guide.rehearsal.show import as_json, show

    report = rehearse(options.packs or None, options.threshold)
    if options.json:
        print(json.dumps(as_json(report)))
    else:
        show(report)
    return 0 if report.passed else 1


def _percentage(text: str) -> float:
    percent = float(text)
    if not 0 <= percent <= 100:
        raise ValueError
    return percent


def _list_models(_: argparse.Namespace) -> int:
    from voice_guide import models
    from voice_guide.console import show_table

    rows = []
    for model in models.catalog():
        state = "not installed"
        if models.folder(model).exists():
            state = "damaged" if models.verify(model) else "installed"
        rows.append((model.name, model.title, f"{model.size_bytes / 1e6:.0f} MB", state))
    show_table(("name", "title", "size", "state"), rows)
    return 0


def _install_models(_: argparse.Namespace) -> int:
    from rich.console import Console

    from voice_guide import models
    from voice_guide.settings import SettingsFile

    models.install(models.named(SettingsFile().language.model), Console())
    return 0


def _verify_models(_: argparse.Namespace) -> int:
    from voice_guide import models
    from voice_guide.settings import SettingsFile

    # A model that is there for another language need not be; where it is, it has to be sound.
    used = models.named(SettingsFile().language.model)
    there = [each for each in models.catalog() if each == used or models.folder(each).exists()]
    problems = [problem for model in there for problem in models.verify(model)]
    for problem in problems:
        print(f"voice-guide: {problem}: run `{models.MEND}`", file=sys.stderr)
    if not problems:
        print("every file is what it should be")
    return 2 if problems else 0


def _diary(options: argparse.Namespace) -> int:
    from datetime import date

    from voice_guide.diary import picture, report
    from voice_guide.diary.notebook import Notebook

    with closing(Notebook()) as notebook:
        diary = notebook.diary()
    if notebook.note:
        print(f"voice-guide: {notebook.note}", file=sys.stderr)
    if options.plot:
        picture.draw(diary.entries, options.plot)
    elif options.csv:
        report.write_csv(diary, sys.stdout)
    else:
        report.show(diary, date.today())
    return 1 if notebook.note else 0


def _doctor(_: argparse.Namespace) -> int:
    from voice_guide.doctor import examine

    status = 0
    for finding in examine():
        mark = "ok" if finding.is_well else "!!"
        print(f"{mark}  {finding.part:<10}  {finding.report}", flush=True)
        if not finding.is_well:
            status = 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="voice-guide",
        description="Leads you through a routine by voice while your hands are busy. "
        "Nothing leaves the room.",
        epilog="Start with: voice-guide run. Without a microphone: voice-guide demo.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    run = commands.add_parser(
        "run",
        help="be led through a routine",
        description="Listens, speaks, and leads you through a routine. Say goodbye to end it.",
    )
    run.add_argument("--routine", metavar="ID", help="begin with this one (see: routines)")
    run.add_argument("--mic", metavar="NAME", default="", help="part of the microphone's name")
    run.add_argument("--speaker", metavar="NAME", default="", help="part of the speaker's name")
    run.add_argument("--text", action="store_true", help="type instead of speaking, and read")
    run.set_defaults(command=_run)

    demo = commands.add_parser(
        "demo",
        help="hear a whole session without a microphone",
        description="A synthetic person speaks in a simulated room, the real recognizer "
        "listens, also while the real voice answers. Fails if anything was not understood, or "
        "was heard that nobody had said.",
    )
    demo.add_argument(
        "--out", metavar="FILE.wav", type=Path, help="write what the room would have heard"
    )
    demo.add_argument(
        "--heard",
        metavar="FILE.wav",
        type=Path,
        help="write, in stereo, what the microphone heard (left) and what was left of it for "
        "the recognizer once echo and noise were taken out (right)",
    )
    demo.set_defaults(command=_demo)

    hear = commands.add_parser(
        "hear",
        help="which commands are in recordings",
        description="Streams recordings through the same hearing as live and prints the "
        "commands in them. decided_s may lie after the end of a recording that ends with "
        "the last word: the silence after it is heard too.",
    )
    hear.add_argument("files", metavar="FILE", nargs="+", type=Path, help="WAV files")
    hear.add_argument(
        "--sentences", metavar="FILE_OR_DIR", type=Path, help="other sentences (hassil YAML)"
    )
    hear.add_argument(
        "--context",
        metavar="NAME",
        help="where in the conversation: choosing, preparing, step, paused, finished, asleep, "
        "or a context of the sentence file; step where nothing is said",
    )
    hear.add_argument(
        "--far-end",
        metavar="FILE",
        type=Path,
        help="what the speaker played meanwhile, sample for sample",
    )
    hear.add_argument("--json", action="store_true", help="one JSON object a line and file")
    hear.set_defaults(command=_hear)

    routines = commands.add_parser("routines", help="what can be done")
    routines.set_defaults(command=_routines)

    new = commands.add_parser(
        "new",
        help="begin a routine of your own",
        description="Writes a routine pack to start from, with every key explained, to where "
        "your own routines are.",
    )
    new.add_argument("name", metavar="NAME", help="what you will call it: morning-stretch")
    new.set_defaults(command=_new)

    check = commands.add_parser(
        "check",
        help="whether a routine pack is sound",
        description="Checks routine packs and names every word that could not be heard.",
    )
    check.add_argument("packs", metavar="PACK", nargs="+", type=Path, help="TOML files")
    check.set_defaults(command=_check)

    rehearse = commands.add_parser(
        "rehearse",
        help="whether what people say is understood",
        description="Says the sentences of every context with every voice this machine has, "
        "in a quiet room and over noise, and tells which are misheard, taken for another "
        "command, or have words the speech model does not know; which of the guide's own "
        "prompts contain a command; and what to do about each. With packs, their names, "
        "places and things take the place of all others. What covers "
        "every template, every value and every word is said, and everything of one or two "
        "words. A sentence listened for in several contexts is said in one of them: step, "
        "or else the first. Takes about six minutes on two processors.",
        epilog="Exits with 1 if less is understood in the quiet room, over all sentences, "
        "than the threshold, or if a word is unknown. Noise and prompts do not count.",
    )
    rehearse.add_argument("packs", metavar="PACK", nargs="*", type=Path, help="TOML files")
    rehearse.add_argument(
        "--threshold",
        metavar="PERCENT",
        type=_percentage,
        default=90,
        help="how much has to be understood; 90 where nothing is said",
    )
    rehearse.add_argument("--json", action="store_true", help="everything, as one JSON object")
    rehearse.set_defaults(command=_rehearse)

    models = commands.add_parser("models", help="recognition models: list, install, verify")
    actions = models.add_subparsers(title="actions", metavar="ACTION", required=True)
    actions.add_parser("list", help="which there are").set_defaults(command=_list_models)
    actions.add_parser("install", help="install your language's, or mend it").set_defaults(
        command=_install_models
    )
    actions.add_parser("verify", help="check every file of those installed").set_defaults(
        command=_verify_models
    )

    diary = commands.add_parser(
        "diary",
        help="what was done, and how it felt",
        description="Shows the diary, which is kept on this device only, and only for whoever "
        "has said yes to it: each session with the pain before and after it, from 0 (none) to "
        "10 (worst), and how each area fared in the last fourteen days.",
    )
    instead = diary.add_mutually_exclusive_group()
    instead.add_argument(
        "--plot", metavar="FILE.png", type=Path, help="draw it instead, a panel for each area"
    )
    instead.add_argument(
        "--csv", action="store_true", help="print the sessions, comma-separated, instead"
    )
    diary.set_defaults(command=_diary)

    doctor = commands.add_parser(
        "doctor",
        help="what works here, and what to do about what does not",
        description="Examines microphone, speaker, model and voice, and plays a few seconds of "
        "the guide's voice to find out how the microphone hears it.",
    )
    doctor.set_defaults(command=_doctor)
    return parser
