"""The commands of `voice-guide`, a function for each."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path

from voice_guide.cli.model_commands import install_models, list_models, verify_models
from voice_guide.cli.parser import parser
from voice_guide.errors import NoSoundError, VoiceGuideError

# Each command imports what it needs itself: loading the recognizer takes time that
# `voice-guide --help` does not have to wait for.


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 a check failed, 2 wrong usage or input."""
    _prepare_streams()
    try:
        try:
            options = parser().parse_args(arguments)
            status = _COMMANDS[options.command](options)
        finally:
            # Here a closed pipe can be handled; at the interpreter's end it could not.
            sys.stdout.flush()
        sys.exit(status)
    except VoiceGuideError as error:
        print(f"voice-guide: {error}", file=sys.stderr)
        sys.exit(2)
    except ModuleNotFoundError as error:
        library = (error.name or "").split(".")[0]
        if library == "voice_guide":
            raise
        extra = _EXTRAS.get(library, "device")
        needed = f'pip install "voice-guide[{extra}]"'
        print(f"voice-guide: {library} is not installed: {needed}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of the output has closed it, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _prepare_streams() -> None:
    """Keep closed streams, and characters that an encoding lacks, from ending the program."""
    nothing = Path(os.devnull).open("r+")  # noqa: SIM115 (open to the program's end)
    sys.stdin = sys.stdin or nothing
    sys.stdout = sys.stdout or nothing
    sys.stderr = sys.stderr or nothing
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=errors)


def _run(options: argparse.Namespace) -> int:
    from voice_guide.app.content import load_content
    from voice_guide.config.settings import SettingsFile

    settings = SettingsFile()
    if options.text:
        from voice_guide.app.typed import run_typed

        run_typed(settings, options.routine)
        return 0
    # It loads what hears and speaks, which typing needs nothing of.
    from voice_guide.app.live import run_live

    if options.routine:
        # A wrong id is reported before a missing sound card starts the demo instead.
        load_content(settings.settings).library.by_id(options.routine)
    try:
        run_live(settings, options.routine, options.mic, options.speaker, options.service)
    except NoSoundError as error:
        if options.mic or options.speaker or options.service:
            raise
        print(f"voice-guide: {error}; here is the demo instead.", file=sys.stderr)
        return _play_demo(None, None)
    return 0


def _demo(options: argparse.Namespace) -> int:
    return _play_demo(options.out, options.heard)


def _play_demo(out: Path | None, heard: Path | None) -> int:
    from voice_guide.app.demo import Demo

    return 0 if Demo().play(out, heard) else 1


def _hear(options: argparse.Namespace) -> int:
    from voice_guide.app.transcribe import Transcriber
    from voice_guide.config.settings import SettingsFile
    from voice_guide.devices.wav_file import Recording
    from voice_guide.ui.console import print_commands

    settings = SettingsFile().settings
    listener = Transcriber(settings, options.sentences, options.context)
    far_end = Recording(options.far_end) if options.far_end else None
    status = 0
    for path in options.files:
        try:
            heard = listener.hear(Recording(path), far_end)
        except VoiceGuideError as error:
            # The other files are heard all the same.
            print(f"voice-guide: {error}", file=sys.stderr)
            status = 2
            continue
        if options.json:
            print(json.dumps({"file": str(path), **asdict(heard)}), flush=True)
        else:
            print_commands(path, heard.duration_s, heard.commands)
    return status


def _wyoming(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from voice_guide.config.settings import SettingsFile
    from voice_guide.skills.wyoming.service import DEFAULT_HOST, DEFAULT_PORT, Address, run_service

    if options.uri is not None and (options.host or options.port is not None):
        raise VoiceGuideError("--uri has host and port in it: leave --host and --port out")
    if options.uri is None:
        port = DEFAULT_PORT if options.port is None else options.port
        address = Address(options.host or DEFAULT_HOST, port)
    else:
        address = Address.of(options.uri)
    settings = SettingsFile().settings
    given = {"url": options.home_assistant, "token_file": options.token_file}
    chosen = {name: value for name, value in given.items() if value}
    home_assistant = replace(settings.home_assistant, **chosen)
    run_service(replace(settings, home_assistant=home_assistant), address, options.discovery)
    return 0


def _routines(_: argparse.Namespace) -> int:
    from voice_guide.app.content import load_content
    from voice_guide.config.settings import SettingsFile
    from voice_guide.dialogue.plan.routine_plan import RoutinePlan
    from voice_guide.ui.console import print_rejected_packs
    from voice_guide.ui.table import print_table

    library = load_content(SettingsFile().settings).library
    rows = []
    for routine in library.routines:
        needs = ", ".join(need.name for need in routine.needs) or "nothing"
        steps = str(len(RoutinePlan(routine).steps))
        rows.append((routine.id, routine.title, routine.purpose, needs, steps))
    print_table(("id", "title", "for", "you need", "steps"), rows)
    if others := [f"{each.id} ({each.language})" for each in library.of_other_languages]:
        print(f"\nIn other languages: {', '.join(others)}")
    print_rejected_packs(library.rejected_packs)
    return 0


def _new(options: argparse.Namespace) -> int:
    import shlex

    from voice_guide.config.settings import SettingsFile
    from voice_guide.routines.new_pack import create_pack

    name = options.name
    file = create_pack(name, SettingsFile().language)
    print(f"{file}\n\nWrite your routine into it, then:\n")
    print(f"  voice-guide check {shlex.quote(str(file))}\n  voice-guide run --routine {name}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from voice_guide.app.sentence_check import SUFFIXES

    sentences = [path for path in options.files if path.is_dir() or path.suffix in SUFFIXES]
    packs = [path for path in options.files if path not in sentences]
    statuses = [_check_sentences(path) for path in sentences]
    return max([_check_packs(packs) if packs else 0, *statuses])


def _check_sentences(path: Path) -> int:
    from voice_guide.app.sentence_check import check_sentence_files

    try:
        report = check_sentence_files(path)
    except VoiceGuideError as error:
        print(f"voice-guide: {error}", file=sys.stderr)
        return 2
    return _print_check(path, report.sentences, report.words)


def _check_packs(packs: Sequence[Path]) -> int:
    from voice_guide.app.content import reserved_commands
    from voice_guide.app.speech_input import load_model
    from voice_guide.config.settings import SettingsFile
    from voice_guide.routines.check import check_packs

    file = SettingsFile()
    language, hearing = file.language, file.settings.hearing
    commands = reserved_commands(language, hearing)
    knows = load_model(language).knows
    reports = check_packs(packs, language.code, commands.conflicts_with, knows)
    return max(_print_check(path, each.problems, each.remarks) for path, each in reports.items())


def _print_check(path: Path, problems: Sequence[str], remarks: Sequence[str]) -> int:
    """Print what a check of a file found; return its exit status."""
    for problem in problems:
        print(f"voice-guide: {path}: {problem}", file=sys.stderr)
    for remark in remarks:
        print(f"{path}: {remark}")
    if not problems:
        print(f"{path}: valid")
    return 2 if problems else 0


def _rehearse(options: argparse.Namespace) -> int:
    from voice_guide.rehearsal.report import print_report, to_json
    from voice_guide.rehearsal.run import rehearse

    result = rehearse(options.packs or None, options.threshold)
    if options.json:
        print(json.dumps(to_json(result)))
    else:
        print_report(result)
    return 0 if result.passed else 1


def _diary(options: argparse.Namespace) -> int:
    from datetime import date

    from voice_guide.diary import chart, report
    from voice_guide.storage.store import SessionStore
    from voice_guide.ui.diary import print_diary

    with closing(SessionStore()) as store:
        diary = store.diary()
    if store.notice:
        print(f"voice-guide: {store.notice}", file=sys.stderr)
    if options.plot:
        chart.draw(diary.entries, options.plot)
    elif options.csv:
        report.write_csv(diary, sys.stdout)
    else:
        print_diary(diary, date.today())
    return 1 if store.notice else 0


def _doctor(options: argparse.Namespace) -> int:
    from voice_guide.doctor.bug_report import bug_report
    from voice_guide.doctor.check_result import print_result
    from voice_guide.doctor.checks import run_checks
    from voice_guide.ui.console import terminal_printer

    results = []
    with terminal_printer() as show:
        for result in run_checks(show):
            results.append(result)
            if not options.json:
                print_result(result)
    if options.json:
        print(json.dumps(bug_report(results)))
    return 0 if all(result.is_well for result in results) else 1


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "demo": _demo,
    "hear": _hear,
    "wyoming": _wyoming,
    "routines": _routines,
    "new": _new,
    "check": _check,
    "rehearse": _rehearse,
    "list_models": list_models,
    "install_models": install_models,
    "verify_models": verify_models,
    "diary": _diary,
    "doctor": _doctor,
}
"""The function of each command, by the name the parser gives it; it returns the exit status."""

_EXTRAS = dict.fromkeys(("wyoming", "zeroconf", "websockets"), "device,wyoming")
"""The extras that a missing module comes with, where that is not the one of a device."""
