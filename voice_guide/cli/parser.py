"""What can be asked for on the command line, and how each command is explained."""

import argparse
from pathlib import Path

from voice_guide import __version__


def parser() -> argparse.ArgumentParser:
    """Return what reads a command line: what it is to do is its `command`, a name."""
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
    instead = run.add_mutually_exclusive_group()
    instead.add_argument("--text", action="store_true", help="type instead of speaking, and read")
    instead.add_argument(
        "--service",
        action="store_true",
        help="as a device that systemd starts: goodbye puts it to sleep, and nothing is shown",
    )
    run.set_defaults(command="run")

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
    demo.set_defaults(command="demo")

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
    hear.set_defaults(command="hear")

    routines = commands.add_parser("routines", help="what can be done")
    routines.set_defaults(command="routines")

    new = commands.add_parser(
        "new",
        help="begin a routine of your own",
        description="Writes a routine pack to start from, with every key explained, to where "
        "your own routines are.",
    )
    new.add_argument("name", metavar="NAME", help="what you will call it: morning-stretch")
    new.set_defaults(command="new")

    check = commands.add_parser(
        "check",
        help="whether a routine pack is sound",
        description="Checks routine packs and names every word that could not be heard.",
    )
    check.add_argument("packs", metavar="PACK", nargs="+", type=Path, help="TOML files")
    check.set_defaults(command="check")

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
    rehearse.set_defaults(command="rehearse")

    models = commands.add_parser("models", help="recognition models: list, install, verify")
    actions = models.add_subparsers(title="actions", metavar="ACTION", required=True)
    actions.add_parser("list", help="which there are").set_defaults(command="list_models")
    actions.add_parser("install", help="install your language's, or mend it").set_defaults(
        command="install_models"
    )
    actions.add_parser("verify", help="check every file of those installed").set_defaults(
        command="verify_models"
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
    diary.set_defaults(command="diary")

    doctor = commands.add_parser(
        "doctor",
        help="what works here, and what to do about what does not",
        description="Lists microphones and speakers, with what to write into the settings to "
        "choose one; examines those that are used, the model and the voice; plays a few seconds "
        "of the guide's voice to find out how the microphone hears it; and asks you to say three "
        "things, to find out how well and how soon you are understood. Where nobody answers, it "
        "goes on without. Nothing that is heard is stored.",
        epilog="Exits with 1 if anything is not well (!!).",
    )
    doctor.add_argument(
        "--json",
        action="store_true",
        help="everything as one JSON object, with versions and the machine, for a bug report: no "
        "sound is in it, nothing of the diary, and no name of yours",
    )
    doctor.set_defaults(command="doctor")
    return parser


def _percentage(text: str) -> float:
    percent = float(text)
    if not 0 <= percent <= 100:
        raise ValueError
    return percent
