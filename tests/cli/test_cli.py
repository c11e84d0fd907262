"""The commands as somebody uses them at a shell."""

import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.shell import guide_says, output, refusal, run, write

from voice_guide import __version__
from voice_guide.routines.packs import BUILT_IN_PACKS

COMMANDS = ["run", "demo", "hear", "routines", "check", "rehearse", "models", "diary", "doctor"]
LIST = "what can you do\n"


# Finding one's way


def test_version() -> None:
    assert output("--version") == f"voice-guide {__version__}\n"


def test_help_names_every_command() -> None:
    told = output("--help")

    assert all(f"    {command} " in told for command in COMMANDS)


@pytest.mark.parametrize("command", [*COMMANDS, "models list", "models install", "models verify"])
def test_every_command_has_help(command: str) -> None:
    told = output(*command.split(), "--help")

    assert told.startswith(f"usage: voice-guide {command}")


@pytest.mark.parametrize("arguments", [[], ["sing"], ["models"], ["run", "--loud"], ["hear"]])
def test_wrong_command_line_is_refused(arguments: Sequence[str]) -> None:
    done = run(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert "voice-guide" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_routines_are_listed_a_line_each() -> None:
    lines = output("routines").splitlines()

    assert lines[0].split()[:3] == ["id", "title", "for"]
    assert [line.split()[0] for line in lines[1:]] == [
        f.stem for f in sorted(BUILT_IN_PACKS.glob("*.toml"))
    ]
    assert "a tennis ball, a free piece of wall" in lines[-1]


def test_routines_counts_the_steps_that_the_guide_counts() -> None:
    in_list = {line.split()[0]: line.split()[-1] for line in output("routines").splitlines()[1:]}

    for routine, steps in in_list.items():
        said = output("run", "--text", "--routine", routine, typed="goodbye")
        assert f"in {steps} steps." in said


# A session by typed lines


def test_typed_session_prints_what_is_heard_and_said() -> None:
    told = output(
        "run", "--text", typed="upper back\nready\nnext step\nwhere am i\nit hurts\n"
    ).splitlines()

    heard = [line for line in told if line.startswith("Heard")]
    assert heard == [
        "Heard   upper back → ChooseArea area=upper back",
        "Heard   ready → Ready",
        "Heard   next step → Next",
        "Heard   where am i → WhereAmI",
        "Heard   it hurts → Hurts",
    ]
    at = [told.index(line) for line in heard]
    assert told[at[0] + 1].startswith("Guide   Tennis ball wall massage")
    assert "Guide   Never press the ball directly against your spine." in told[at[0] : at[1]]
    assert told[at[1] + 1].startswith("Guide   Step 1.")
    assert told[at[2] + 1].startswith("Guide   Step 2.")
    assert told[at[3] + 1].startswith("Guide   Tennis ball wall massage: you are at step 2 of 5")
    assert "should be checked by a doctor" in "".join(told[at[4] :])
    assert "\x1b" not in "".join(told)


def test_typed_session_ends_with_goodbye() -> None:
    assert guide_says("goodbye", "upper back")[1:] == ["Goodbye. Take care."]


def test_typed_session_ends_with_its_input() -> None:
    assert len(guide_says()) == 1


def test_typed_session_begins_with_the_routine_of_the_option() -> None:
    told = guide_says("ready", routine="hand-massage")

    assert told[0].startswith("Hand massage")
    assert told[-1].startswith("Step 1.")


def test_unknown_routine_is_refused_with_the_known_ones() -> None:
    told = refusal("run", "--text", "--routine", "leg-day")

    assert told == (
        'there is no routine "leg-day"; there are: '
        "hand-massage, muscle-squeeze, scarf-or-towel, tennis-ball-wall"
    )
    assert refusal("run", "--routine", "leg-day") == told


def test_typed_lines_may_have_any_case_and_spaces() -> None:
    told = guide_says("  ", "My NECK hurts!", "the second one.", "I’m ready", "")

    assert told[1] == "2 of them are for that."
    assert told[-1].startswith("Step 1. Take your scarves")


def test_typed_bytes_that_are_no_text_are_not_understood() -> None:
    told = output("run", "--text", typed=b"\xff\xfe\n\0\nthe {area} <want> [\n").splitlines()

    assert sum(line.endswith("not understood") for line in told) == 3


def test_terminal_without_unicode_shows_everything() -> None:
    done = run("run", "--text", typed="stop", settings={"PYTHONIOENCODING": "ascii"})

    assert (done.returncode, done.stderr) == (0, "")
    assert "Heard   stop" in done.stdout


def test_closed_input_ends_the_session() -> None:
    command = f'"{sys.executable}" -m voice_guide run --text <&-'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Guide   Hello.")


def test_closed_output_is_no_error() -> None:
    command = f'"{sys.executable}" -m voice_guide routines >&-'

    assert subprocess.run(["bash", "-c", command], capture_output=True).stderr == b""


def test_session_typed_at_a_terminal_runs_in_real_time() -> None:
    outside, inside = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "voice_guide", "run", "--text"],
        stdin=inside,
        stdout=subprocess.PIPE,
        text=True,
    ) as session:
        os.close(inside)
        assert session.stdout
        assert session.stdout.readline().startswith("Guide   Hello.")
        os.write(outside, b"goodbye\n")
        assert session.stdout.readline() == "Heard   goodbye → Goodbye\n"
        assert session.stdout.readline() == "Guide   Goodbye. Take care.\n"
        assert session.wait(20) == 0
    os.close(outside)


@pytest.mark.parametrize(
    "arguments",
    [["run", "--text"], ["routines"], ["models", "list"], ["--help"], ["check", "folder"]],
    ids=" ".join,
)
def test_closed_pipe_is_no_error(arguments: Sequence[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run(
        [sys.executable, "-m", "voice_guide", *arguments],
        input=LIST,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )

    os.close(writer)
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr
    assert done.returncode == (2 if "folder" in arguments else 0)


# Packs


def test_valid_packs_are_reported_as_valid() -> None:
    packs = sorted(BUILT_IN_PACKS.glob("*.toml"))

    assert output("check", *packs).splitlines() == [f"{pack}: valid" for pack in packs]


def test_check_names_words_that_the_model_does_not_know(tmp_path: Path) -> None:
    sound = (BUILT_IN_PACKS / "muscle-squeeze.toml").read_text()
    pack = write(
        tmp_path / "pack.toml", sound.replace('names = ["', 'names = ["trapezius squeeze", "')
    )

    remark, verdict = output("check", pack).splitlines()

    assert remark.startswith(f'{pack}: names: the speech model does not know the word "trapezius"')
    assert verdict == f"{pack}: valid"


def test_check_reports_every_mistake_of_every_pack(tmp_path: Path) -> None:
    sound = BUILT_IN_PACKS / "hand-massage.toml"
    bad = write(tmp_path / "bad.toml", sound.read_text().replace("seconds = 30", "seconds = -30"))
    broken = write(tmp_path / "broken.toml", 'id = "x"\ntitle = ')
    same = write(tmp_path / "same.toml", sound.read_text())

    done = run("check", bad, sound, broken, tmp_path / "none.toml", same)

    assert done.returncode == 2
    assert done.stdout == f"{sound}: valid\n"
    assert done.stderr.splitlines() == [
        f"voice-guide: {bad}: steps[3].seconds: expected more than 0 (found -30)",
        f"voice-guide: {broken}: not TOML: Invalid value (at end of document)",
        f"voice-guide: {tmp_path / 'none.toml'}: no such file",
        f'voice-guide: {same}: id: "hand-massage" is the id of {sound} too',
    ]


# Models


def test_models_are_listed_and_verified() -> None:
    listed = output("models", "list").splitlines()

    assert listed[0].split() == ["name", "title", "size", "state"]
    assert "vosk-model-small-en-us-0.15" in listed[1]
    assert listed[1].endswith("  installed")
    assert output("models", "verify") == "every file is complete\n"


def test_missing_model_is_reported_with_the_command_that_installs_it(tmp_path: Path) -> None:
    for command in (["models", "verify"], ["check", BUILT_IN_PACKS / "hand-massage.toml"]):
        done = run(*command, settings={"XDG_DATA_HOME": str(tmp_path)})

        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert all("models install" in line for line in done.stderr.splitlines())
