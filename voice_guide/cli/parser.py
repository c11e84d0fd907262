"""The command line's commands and options, and their help."""

import argparse
from pathlib import Path

from voice_guide import __version__


def parser() -> argparse.ArgumentParser:
    """Return a parser whose result names the command to run as `command`."""
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
        help="lead you through a routine",
        description="Listens, speaks, and leads you through a routine. Say goodbye to end it.",
    )
    run.add_argument("--routine", metavar="ID", help="begin with this routine (see: routines)")
    run.add_argument("--mic", metavar="NAME", default="", help="part of the microphone's name")
    run.add_argument("--speaker", metavar="NAME", default="", help="part of the speaker's name")
    instead = run.add_mutually_exclusive_group()
    instead.add_argument(
        "--text", action="store_true", help="type and read instead of speaking and listening"
    )
    instead.add_argument(
        "--service",
        action="store_true",
        help="run as a systemd service: goodbye puts it to sleep, and nothing is shown",
    )
    run.set_defaults(command="run")

    demo = commands.add_parser(
        "demo",
        help="play a whole session in a simulated room",
        description="A synthetic person speaks in a simulated room, and the real recognizer "
        "listens while the real voice answers. Exits with 1 if anything is not understood, or "
        "something is heard that was not said.",
    )
    demo.add_argument(
        "--out", metavar="FILE.wav", type=Path, help="write what the microphone hears"
    )
    demo.add_argument(
        "--heard",
        metavar="FILE.wav",
        type=Path,
        help="write, in stereo, what the microphone hears (left) and, without echo and noise, "
        "what the recognizer hears (right)",
    )
    demo.set_defaults(command="demo")

    hear = commands.add_parser(
        "hear",
        help="list the commands heard in recordings",
        description="Streams recordings through the same hearing as live and prints the "
        "commands in them. The silence after a recording is heard too, so that decided_s may "
        "be after its end.",
    )
    hear.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        type=Path,
        help="WAV files or pipes, - for standard input",
    )
    hear.add_argument(
        "--sentences",
        metavar="FILE_OR_DIR",
        type=Path,
        help="listen for these sentences (hassil YAML)",
    )
    hear.add_argument(
        "--context",
        metavar="NAME",
        help="the state of the conversation: choosing, preparing, step, paused, finished, "
        "asleep, or a context of the sentence file (default: step)",
    )
    hear.add_argument(
        "--far-end",
        metavar="FILE",
        type=Path,
        help="a recording of what the speaker played, sample for sample",
    )
    hear.add_argument(
        "--json", action="store_true", help="print a JSON object for each file, one a line"
    )
    hear.set_defaults(command="hear")

    wyoming = commands.add_parser(
        "wyoming",
        help="serve Home Assistant and its satellites",
        description="Serves the guide in Wyoming, a protocol of Home Assistant: its dialogue, "
        "its ear and its voice, each usable alone. Other machines reach it only if you give an "
        "address of this one, such as --host 0.0.0.0. Runs until it is ended.",
    )
    wyoming.add_argument(
        "--host", metavar="NAME", help="address to listen on (default: 127.0.0.1)"
    )
    wyoming.add_argument("--port", metavar="N", type=_port, help="TCP port (default: 10700)")
    wyoming.add_argument("--uri", metavar="URI", help="both, as in tcp://127.0.0.1:10700")
    wyoming.add_argument(
        "--discovery",
        action="store_true",
        help="tell the network about it, so that Home Assistant finds it",
    )
    wyoming.add_argument(
        "--home-assistant",
        metavar="URL",
        help="the Home Assistant to speak through unasked, as in http://homeassistant.local:8123",
    )
    wyoming.add_argument(
        "--token-file",
        metavar="FILE",
        help="file with a long-lived access token of it, which you alone can read",
    )
    wyoming.set_defaults(command="wyoming")

    routines = commands.add_parser("routines", help="list the routines")
    routines.set_defaults(command="routines")

    new = commands.add_parser(
        "new",
        help="start a routine of your own",
        description="Writes a routine pack to start from, with every key explained, into the "
        "folder of your own routines.",
    )
    new.add_argument("name", metavar="NAME", help="its id, as in morning-stretch")
    new.set_defaults(command="new")

    check = commands.add_parser(
        "check",
        help="find mistakes in routine packs and sentence files",
        description="Checks routine packs and sentence files, and names every word that the "
        "speech model does not know, and every sentence that cannot be heard.",
    )
    check.add_argument(
        "files",
        metavar="FILE_OR_DIR",
        nargs="+",
        type=Path,
        help="routine packs (TOML), sentence files (hassil YAML) or folders of them",
    )
    check.set_defaults(command="check")

    rehearse = commands.add_parser(
        "rehearse",
        help="test how well what people say is understood",
        description="Says the sentences of every context with every voice this machine has, "
        "in a quiet room and over noise. Reports which are misheard, taken for another "
        "command, or have words the speech model does not know, which of the guide's own "
        "prompts contain a command, and what to do about each. With packs, only their names, "
        "places and things are said. The sentences said cover every template, every value and "
        "every word, and include all of one or two words. A sentence of several contexts is "
        "said in one of them: step, or else the first. Takes about six minutes on two "
        "processors.",
        epilog="Exits with 1 if less is understood in the quiet room, over all sentences, "
        "than the threshold, or if a word is unknown. Noise and prompts do not count.",
    )
    rehearse.add_argument("packs", metavar="PACK", nargs="*", type=Path, help="TOML files")
    rehearse.add_argument(
        "--threshold",
        metavar="PERCENT",
        type=_percentage,
        default=90,
        help="percentage of sentences that has to be understood (default: 90)",
    )
    rehearse.add_argument(
        "--json", action="store_true", help="print everything as one JSON object"
    )
    rehearse.set_defaults(command="rehearse")

    models = commands.add_parser("models", help="list, install or verify speech models")
    actions = models.add_subparsers(title="actions", metavar="ACTION", required=True)
    actions.add_parser("list", help="list the models").set_defaults(command="list_models")
    actions.add_parser("install", help="install or repair your language's model").set_defaults(
        command="install_models"
    )
    actions.add_parser("verify", help="check every file of the installed models").set_defaults(
        command="verify_models"
    )

    diary = commands.add_parser(
        "diary",
        help="show your diary of sessions and pain",
        description="Shows the diary, which is kept on this device only, and only if you have "
        "agreed to it: each session with the pain before and after it, from 0 (none) to "
        "10 (worst), and a summary of the last fourteen days for each area.",
    )
    instead = diary.add_mutually_exclusive_group()
    instead.add_argument(
        "--plot", metavar="FILE.png", type=Path, help="draw it, with a panel for each area"
    )
    instead.add_argument(
        "--csv", action="store_true", help="print the sessions as comma-separated values"
    )
    diary.set_defaults(command="diary")

    doctor = commands.add_parser(
        "doctor",
        help="check this machine, and advise on what does not work",
        description="Lists microphones and speakers, with what to write into the settings to "
        "choose one. Checks those in use, the speech model and the voice. Plays a few seconds "
        "of the guide's voice to measure its echo, and asks you to say three sentences to "
        "measure how well and how soon you are understood. Nothing that is heard is stored.",
        epilog="Exits with 1 if anything does not work (!!).",
    )
    doctor.add_argument(
        "--json",
        action="store_true",
        help="print everything as one JSON object for a bug report, with versions and the "
        "kind of machine; without sound, diary or names of yours",
    )
    doctor.set_defaults(command="doctor")
    return parser


def _percentage(text: str) -> float:
    percent = float(text)
    if not 0 <= percent <= 100:
        raise ValueError
    return percent


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise ValueError
    return port
