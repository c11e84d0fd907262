"""The doctor at a real sound server, and on a machine without one."""

import json
import os
import pty
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import numpy as np
import pytest

from harness.person_in_room import PERSON_VOICE, person_in_room
from harness.program import NO_SOUND_SERVER, start_voice_guide
from harness.sound_server import SoundServer
from voice_guide.audio.pcm import RATE, to_int16
from voice_guide.tts.pyttsx3_tts import render

DECIDED_WITHIN_S = 3.0
"""Seconds that a decision may take on a machine that is busy with other things."""

BUSY_MOMENTS = 3
"""Times that the machine may be too busy for an echo to be measured."""

DOCTOR_WITHIN_S = 60.0
"""Seconds that the doctor, who plays and asks, may take."""

LITTLE_NOISE = to_int16(
    np.random.default_rng(0).normal(0, 0.001, 2 * round(DOCTOR_WITHIN_S) * RATE)
)
"""The noise of a room that is not quite silent, -60 dBFS, for longer than that."""


def test_doctor_finds_no_fault_in_an_empty_room(
    sound_server: SoundServer,
) -> None:
    status, report, complaints = run_doctor_in_empty_room(sound_server)

    lines = [line.split(maxsplit=2) for line in report.splitlines()]
    parts = ["microphone", "speaker", "routines", "model", "voice", "echo", "commands"]
    assert [part for _, part, _ in lines][-7:] == parts
    assert {mark for mark, _, _ in lines} == {"ok"}, report
    assert "room noise -6" in report
    assert "the microphone does not hear what is played" in report
    assert re.search(r'ok  commands    ".+" was not heard within', report)
    assert (status, complaints) == (0, "")


def run_doctor_in_empty_room(server: SoundServer) -> tuple[int, str, str]:
    """Return status, report and errors of the doctor in an empty room with a little noise."""
    for _ in range(BUSY_MOMENTS):
        with (
            server.noise(LITTLE_NOISE),
            start_voice_guide("doctor", environment=server.environment) as program,
        ):
            found = program.end(DOCTOR_WITHIN_S)
        if not is_busy(found[1]):
            break
    return found


def test_doctor_measures_the_echo_and_how_well_the_user_is_heard(
    echoing_server: SoundServer, report_figure: Callable[[str], None]
) -> None:
    status, report, asked = run_doctor_with_answers(echoing_server)

    findings = json.loads(report)["findings"]
    (echo,) = (finding for finding in findings if finding["part"] == "echo")
    commands = [finding for finding in findings if finding["part"] == "commands"]
    for finding in (echo, *commands):
        report_figure(f"doctor: {finding['report']}")
    assert re.match(
        r"heard \d+ ms after it is played, -1[01] dB of what is played", echo["report"]
    )
    assert 0 < echo["figures"]["path"]["delay_s"] < 0.5
    assert [finding["figures"]["heard"] for finding in commands] == asked
    assert len(set(asked)) == 3
    for finding in commands:
        assert -40 < finding["figures"]["speech_dbfs"] < -10
        assert finding["figures"]["noise_dbfs"] == pytest.approx(-61, abs=2)
        assert 0 < finding["figures"]["decided_after_s"] < DECIDED_WITHIN_S
    used = [finding["figures"] for finding in findings if finding["figures"].get("is_used")]
    assert [(device["kind"], device["name"]) for device in used] == [
        ("microphone", "default"),
        ("speaker", "default"),
    ]
    assert RATE in used[0]["rates_hz"]
    assert status == 0


def run_doctor_with_answers(server: SoundServer) -> tuple[int, str, list[str]]:
    """Return status and report of the doctor, and the sentences it asked for on a terminal."""
    for _ in range(BUSY_MOMENTS):
        shown, terminal = pty.openpty()
        with (
            server.noise(LITTLE_NOISE),
            person_in_room(server) as she,
            start_voice_guide(
                "doctor", "--json", stderr=terminal, environment=server.environment
            ) as program,
        ):
            os.close(terminal)
            asked = []
            said_s = None
            for line in lines_shown(shown):
                asked.append(line.split('"')[1])
                # On a busy machine she may be asked again before she knows that she has ended.
                she.listen(said_s or time.monotonic())
                said_s = time.monotonic()
                server.say(render(asked[-1], PERSON_VOICE))
            status, report, _ = program.end()
        if not is_busy(report):
            break
    return status, report, asked


def lines_shown(terminal: int) -> Iterator[str]:
    """Yield the lines shown on a terminal, until no process has it open."""
    with os.fdopen(terminal) as shown, suppress(OSError):
        yield from shown


def is_busy(report: str) -> bool:
    """True if something was not measured because this machine was busy."""
    return bool(re.search("the sound was interrupted|has stopped", report))


def test_doctor_reports_a_muted_microphone(sound_server: SoundServer) -> None:
    with start_voice_guide("doctor", environment=sound_server.environment) as program:
        status, report, _ = program.end()

    assert '!!  microphone  "' in report
    assert "is it muted?" in report
    assert "!!  commands    not tested" in report
    assert "!!  echo        the microphone hears nothing at all" in report
    assert status == 1


def test_doctor_without_sound_devices_checks_the_rest() -> None:
    with start_voice_guide("doctor", environment=NO_SOUND_SERVER) as program:
        status, report, complaints = program.end()

    marks = {line.split()[1]: line.split()[0] for line in report.splitlines()}
    assert {marks[part] for part in ("microphone", "speaker", "echo", "commands")} == {"!!"}
    assert (marks["model"], marks["voice"]) == ("ok", "ok")
    assert (status, complaints) == (1, "")
