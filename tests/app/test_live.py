"""A whole session, spoken, and what a live `voice-guide` does where there is no sound."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from pathlib import Path
from statistics import median

import numpy as np
import pytest
import tomlkit
from support.recognized_words import recognized_words

from harness.person_in_room import PERSON_VOICE, HeardAnswer, person_in_room
from harness.program import MAX_WAIT_S, NO_SOUND_SERVER, start_voice_guide
from harness.sound_server import SoundServer
from voice_guide.config.settings import VOLUMES
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

NewHome = Callable[[], dict[str, str]]

GUIDE = VoiceSpec("en-us", 160)
"""The guide, as she has set it."""

HER_SETTINGS = """\
# I know these exercises by now.
[voice]
rate = 160
volume = 0.5
"""

ANSWER_WITHIN_S = 3.0
"""How long an answer may take on a machine that is busy with other things, in seconds."""

DEMO_S = 120.0
"""How long such a machine may take over the demo, in seconds."""

# A session


@dataclass(frozen=True)
class Session:
    """What came of a whole session."""

    answers: dict[str, HeardAnswer]
    """By what was said; the welcome is the answer to nothing."""

    repeated: list[HeardAnswer]
    """What was answered to "say that again", each time."""

    status: int
    transcript: str
    complaints: str
    settings: str
    """The settings file afterwards."""

    def shown_after(self, command: str) -> str:
        """Return what the guide was shown to say after a command; at first, after nothing."""
        lines = iter(["Heard   →", *self.transcript.splitlines()])
        for line in lines:
            who, _, text = line.partition("  ")
            if who == "Heard" and text.partition(" →")[0].strip() == command:
                break
        answer = takewhile(lambda line: line.startswith("Guide"), lines)
        return " ".join(line.removeprefix("Guide").strip() for line in answer)


@pytest.fixture(scope="module")
def session(sound_server: SoundServer, new_home: NewHome, pytestconfig: pytest.Config) -> Session:
    """Lead the person through the start of a routine, once for all the tests that follow."""
    home = new_home()
    settings = Path(home["XDG_CONFIG_HOME"]) / "voice-guide" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(HER_SETTINGS)
    begins_s = time.monotonic()
    with (
        person_in_room(sound_server) as she,
        start_voice_guide("run", environment=sound_server.environment | home) as program,
    ):
        answers = {"": HeardAnswer(she.listen(begins_s), 0.0)}
        for text in ("louder", "upper back", "ready"):
            answers[text] = she.say(text)
        repeated = [
            she.say("say that again") for _ in range(pytestconfig.getoption("--exchanges"))
        ]
        answers["goodbye"] = she.say("goodbye")
        status, transcript, complaints = program.end()
    return Session(answers, repeated, status, transcript, complaints, settings.read_text())


@pytest.mark.parametrize("after", ["", "upper back"])
def test_what_is_shown_is_what_the_speaker_says(
    session: Session, model: SpeechModel, after: str
) -> None:
    answer = session.answers[after]
    rendered = render(session.shown_after(after), GUIDE)

    # The recognizer was not made for the synthesizer's voice and mishears it; but it hears
    # much the same in what came through the sound server as in what was sent there. Only
    # in long answers is one word more or less no matter.
    assert alike(recognized_words(answer.sound, model), recognized_words(rendered, model)) > 0.7


def alike(one: str, other: str) -> float:
    """Return how much of two texts is the same, word by word, from 0 to 1."""
    return SequenceMatcher(None, one.split(), other.split()).ratio()


def test_naming_a_place_is_answered_with_what_helps_there_and_its_cautions(
    session: Session,
) -> None:
    shown = session.shown_after("upper back")

    assert "Tennis ball" in shown
    assert "spine" in shown
    assert "doctor" in shown


def test_ready_starts_step_one_and_say_that_again_repeats_it(session: Session) -> None:
    assert session.shown_after("ready").startswith("Step 1.")
    assert session.shown_after("say that again") == session.shown_after("ready")


def test_an_answer_comes_at_once(session: Session, report_figure: Callable[[str], None]) -> None:
    after_s = [answer.after_s for answer in session.repeated]

    report_figure(
        "from the end of a spoken command to the first sound of its answer: "
        f"median {median(after_s):.2f} s, worst {max(after_s):.2f} s of {len(after_s)}"
    )
    assert max(after_s) < ANSWER_WITHIN_S


def test_louder_is_louder_from_the_answer_on(session: Session) -> None:
    before, after = (
        np.abs(session.answers[text].sound.astype(int)).max() for text in ("", "upper back")
    )

    assert after > 1.2 * before


def test_louder_is_kept_in_the_settings_file_and_all_else_in_it_left(session: Session) -> None:
    kept = tomlkit.parse(session.settings)["voice"]

    assert kept == {"rate": 160, "volume": VOLUMES[VOLUMES.index(0.5) + 1]}
    assert session.settings.startswith("# I know these exercises by now.")


def test_goodbye_is_heard_to_its_end_and_ends_the_command(
    session: Session, model: SpeechModel
) -> None:
    assert "take care" in recognized_words(session.answers["goodbye"].sound, model)
    assert session.status == 0


def test_the_conversation_is_shown_and_nothing_else(session: Session) -> None:
    speakers = [line.split()[0] for line in session.transcript.splitlines()]

    assert set(speakers) == {"Guide", "Heard"}
    assert speakers.count("Heard") == 4 + len(session.repeated)
    assert session.complaints == ""


# Over the guide's voice

AGAIN_AFTER_S = 5.0
"""Seconds after which a person says a word again that nothing came of."""

CAUTIONS_SAID_S = 6.0
"""How far into its cautions, which are longer by far, the guide is interrupted, in seconds."""


def test_the_guide_can_be_spoken_over(echoing_server: SoundServer) -> None:
    with (
        person_in_room(echoing_server) as she,
        start_voice_guide("run", environment=echoing_server.environment) as program,
    ):
        she.listen(time.monotonic())
        echoing_server.say(render("upper back", PERSON_VOICE))
        she.wait_for_guide(time.monotonic())
        time.sleep(CAUTIONS_SAID_S)
        # Over an echo in real time, a word may have to be said again.
        for text in ("wait", "wait", "goodbye"):
            she.say(text)
        for _ in range(2):
            with suppress(subprocess.TimeoutExpired):
                program.process.wait(AGAIN_AFTER_S)
                break
            echoing_server.say(render("goodbye", PERSON_VOICE))
        status, transcript, complaints = program.end()

    lines = transcript.splitlines()
    assert lines[lines.index("Heard   wait → Pause") + 1].startswith("Guide   Paused.")
    assert (status, complaints) == (0, "")


# A light and a button


PRESSING = """
import os, signal, threading, time
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
from voice_guide.cli.commands import main

board = Device.pin_factory = MockFactory()
led, button = board.pin(17), board.pin(27)

def press(seconds):
    button.drive_low()
    time.sleep(seconds)
    button.drive_high()
    time.sleep(1.5)

def person():
    for is_lit in (True, False):
        while led.state != is_lit:
            time.sleep(0.01)
    press(0.2)
    press(2.5)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=person).start()
try:
    main(["run"])
finally:
    print("lit" if led.state else "dark")
"""
"""Leads somebody who presses once the light has winked, holds the button, and ends it."""


def test_a_button_is_pressed_and_held_and_in_the_end_the_light_is_out(
    sound_server: SoundServer, config: Path
) -> None:
    config.write_text("[pins]\nled = 17\nbutton = 27\n")

    done = subprocess.run(
        [sys.executable, "-c", PRESSING],
        env=os.environ | sound_server.environment,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )

    lines = done.stdout.splitlines()
    for intent, answer in {"Pause": "Paused.", "Stop": "Stopped."}.items():
        told = lines.index(f"Heard   (button) → {intent}")
        assert lines[told + 1].startswith(f"Guide   {answer}")
    assert lines[-1] == "dark"
    assert (done.returncode, done.stderr) == (130, "")


# Ended from outside


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_ctrl_c_or_an_orderly_end_of_the_machine_ends_it_quietly(
    sound_server: SoundServer, sent: signal.Signals, status: int
) -> None:
    with (
        person_in_room(sound_server) as she,
        start_voice_guide("run", environment=sound_server.environment) as program,
    ):
        she.wait_for_guide(time.monotonic())

        program.process.send_signal(sent)
        ended = program.end()

    assert (ended[0], ended[2]) == (status, "")


def test_sound_server_that_hangs_is_reported_in_one_line(
    report_figure: Callable[[str], None],
) -> None:
    with (
        SoundServer() as server,
        person_in_room(server) as she,
        start_voice_guide("run", environment=server.environment) as program,
    ):
        she.wait_for_guide(time.monotonic())

        server.freeze()
        frozen_s = time.monotonic()
        status, _, complaints = program.end()
        took_s = time.monotonic() - frozen_s

    told = "voice-guide: the sound system has stopped and does not answer: restart it\n"
    assert (status, complaints) == (2, told)
    report_figure(f"after the sound server hung: ended in {took_s:.1f} s")


# Devices


def test_without_a_microphone_the_demo_is_played_with_the_reason() -> None:
    with start_voice_guide("run", environment=NO_SOUND_SERVER) as program:
        status, transcript, complaints = program.end(DEMO_S)

    (line,) = complaints.splitlines()
    assert line == "voice-guide: this machine has no microphone; here is the demo instead."
    assert "Person  upper back" in transcript
    assert transcript.splitlines()[-1].endswith("Take care.")
    assert status == 0


def test_a_microphone_that_was_asked_for_is_never_replaced_by_the_demo() -> None:
    with start_voice_guide("run", "--mic", "nonsense", environment=NO_SOUND_SERVER) as program:
        assert program.end() == (2, "", "voice-guide: this machine has no microphone\n")


@pytest.mark.parametrize(("option", "kind"), [("--mic", "microphone"), ("--speaker", "speaker")])
def test_a_device_that_does_not_exist_is_refused_with_those_that_do(
    sound_server: SoundServer, option: str, kind: str
) -> None:
    with start_voice_guide(
        "run", option, "nonsense", environment=sound_server.environment
    ) as program:
        status, output, complaints = program.end()

    (line,) = complaints.splitlines()
    assert line.startswith(f'voice-guide: there is no {kind} called "nonsense"; there are: ')
    assert '"pulse"' in line
    assert (status, output) == (2, "")


FIND = """
from voice_guide.devices import device_list
from voice_guide.errors import VoiceGuideError

print("listed", flush=True)
input()
for name in ("", "default"):
    try:
        device_list.microphone(name)
    except VoiceGuideError as error:
        print(type(error).__name__, error)
"""
"""Looks for a microphone when those that were listed are not there any more."""


def test_a_machine_whose_devices_cannot_be_opened_has_no_sound_unless_one_was_named() -> None:
    with SoundServer() as server:
        finding = subprocess.Popen(
            [sys.executable, "-c", FIND],
            env=os.environ | server.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert finding.stdout
        assert finding.stdout.readline() == "listed\n"
        server.kill()
        found, complaints = finding.communicate("\n", timeout=MAX_WAIT_S)

    unnamed, named = found.splitlines()
    assert unnamed == "NoSoundError this machine has no microphone that can be opened"
    assert named.startswith('VoiceGuideError the microphone "default" cannot be opened')
    assert complaints == ""
