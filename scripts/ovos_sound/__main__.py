"""One conversation with the guide in a real OpenVoiceOS, all of it as sound."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from harness.sound_server import SoundServer
from ovos_sound import openvoiceos
from ovos_sound.conversation import Conversation, ScriptedTurn
from voice_guide.devices import wav_file
from voice_guide.errors import VoiceGuideError

TURNS = (
    ScriptedTurn("start the tennis ball massage", 'Say "ready" when you want to start.'),
    ScriptedTurn("ready", "Step 1.", presses=False, waits_for_end=False),
    ScriptedTurn("stop", "Stopped at step "),
    ScriptedTurn("continue", "Step ", presses=False, waits_for_end=False),
    ScriptedTurn("goodbye", "Goodbye", waits_for_end=False),
)
"""The conversation; "stop" and "goodbye" are said while the guide speaks."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Lead the conversation and print it; return 1 if an answer was not heard."""
    parser = argparse.ArgumentParser(prog="test-ovos-sound", description=__doc__)
    parser.add_argument("--binaries", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, metavar="FILE.wav", help="keep the speaker's sound")
    parser.add_argument("--log", type=Path, metavar="FILE", help="keep what OpenVoiceOS prints")
    options = parser.parse_args(arguments)
    try:
        return _run(options.binaries, options.out, options.log)
    except VoiceGuideError as error:
        print(f"test-ovos-sound: {error}", file=sys.stderr)
        return 2


def _run(binaries: Path, out: Path | None, log: Path | None) -> int:
    with tempfile.TemporaryDirectory() as home, SoundServer() as server:
        server.make_noise()
        log = log or Path(home) / "log"
        with (
            log.open("w") as opened,
            server.recording("speaker") as speaker,
            openvoiceos.running(binaries, Path(home) / "user", server.environment, opened) as (
                lines,
                press,
            ),
        ):
            conversation = Conversation(server, speaker, lines, press)
            failures = [turn.says for turn in TURNS if not conversation.hold(turn)]
            if out:
                wav_file.write(out, speaker.since(conversation.began_s))
    print(f"{len(TURNS) - len(failures)} passed, {len(failures)} failed")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
