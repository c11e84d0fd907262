"""Routines of the user's own, as somebody has them at a shell."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from support.shell import guide_says, output, refusal, run, write

from voice_guide.app.content import load_content, reserved_commands
from voice_guide.config.language import reference
from voice_guide.config.settings import Settings
from voice_guide.dialogue.prompts import Prompts
from voice_guide.doctor.check_result import CheckResult
from voice_guide.doctor.checks import run_checks
from voice_guide.routines.check import check_packs
from voice_guide.routines.packs import BUILT_IN_PACKS, PackError, load_pack, own_packs_folder
from voice_guide.routines.reserved_commands import ReservedCommands

SOUND = reference().pack.read_text()
"""The pack to start from: its id is "my-routine", its place the shoulders."""


@pytest.fixture
def own() -> Path:
    """Give the folder of the user's own packs, with nothing in it."""
    folder = own_packs_folder()
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def commands() -> ReservedCommands:
    return reserved_commands(reference(), Settings().hearing)


def ids() -> list[str]:
    """Return the routines that are listed."""
    return [line.split()[0] for line in run("routines").stdout.splitlines()[1:]]


def rejected_packs() -> dict[Path, str]:
    content = load_content(Settings())
    return {problem.file: problem.text for problem in content.rejected_packs}


# Packs that are found


def test_a_routine_of_ones_own_is_listed_and_led(own: Path) -> None:
    write(own / "rolls.toml", SOUND)

    assert ids() == [*(file.stem for file in sorted(BUILT_IN_PACKS.glob("*.toml"))), "my-routine"]
    told = guide_says("ready", "next", routine="my-routine")
    assert told[0].startswith("Shoulder roll, for the shoulders")
    assert any("left shoulder" in line for line in told)


def test_own_routine_is_chosen_by_name_place_and_thing(own: Path) -> None:
    write(own / "rolls.toml", SOUND)

    for words in ("shoulder rolls", "i have a kitchen chair"):
        assert guide_says(words)[1].startswith("Shoulder roll")
    # The program has one for that place too.
    assert "Number 2: Shoulder roll, for the shoulders." in guide_says("my shoulders hurt")


def test_own_routine_is_heard_in_recordings(own: Path, tmp_path: Path) -> None:
    from voice_guide.devices import wav_file
    from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

    write(own / "rolls.toml", SOUND)
    file = tmp_path / "said.wav"
    wav_file.write(file, render("shoulder rolls", VoiceSpec("en-us+f2", 150)))

    assert "ChooseRoutine routine=shoulder rolls" in output("hear", "--context", "choosing", file)


def test_doctor_counts_an_own_routine(own: Path) -> None:
    write(own / "rolls.toml", SOUND)

    assert routines_finding() == CheckResult("routines", True, "5 can be led")


# Packs that are left out

BAD: dict[str, tuple[str, str]] = {
    "broken": ('id = "x', "not TOML: "),
    "a mistake": (SOUND.replace("[safety]", "[safely]"), "safety: this key is missing; safely: "),
    "its id is taken": (
        SOUND.replace("my-routine", "hand-massage"),
        f'id: "hand-massage" is the id of {BUILT_IN_PACKS / "hand-massage.toml"} too',
    ),
    "it would take a command away": (
        SOUND.replace('areas = ["(', 'areas = ["stop", "('),
        'areas: "stop" is a command (Stop); call it something else',
    ),
}


@pytest.mark.parametrize(("content", "problem"), BAD.values(), ids=BAD)
def test_invalid_pack_is_left_out_and_reported(own: Path, content: str, problem: str) -> None:
    bad = write(own / "bad pack.toml", content)
    write(own / "rolls.toml", SOUND)

    done = run("run", "--text", "--routine", "my-routine", typed="ready\n")

    (line,) = done.stderr.splitlines()
    assert done.returncode == 0
    assert line.startswith(f"voice-guide: {bad}: {problem}")
    command = line.partition("see: voice-guide ")[2]
    checked = run(*shlex.split(command))
    assert checked.returncode == 2
    assert problem.split(";")[0] in checked.stderr
    assert "Guide   Step 1." in done.stdout
    assert list(rejected_packs()) == [bad]


def test_all_that_is_wrong_with_a_pack_is_one_line(own: Path) -> None:
    bad = write(
        own / "bad.toml",
        SOUND.replace("seconds = 20", "seconds = -1").replace("times = 8", "times = 1"),
    )

    (line,) = run("routines").stderr.splitlines()

    assert line.startswith(f"voice-guide: {bad}: steps[2].seconds: expected more than 0")
    assert "; steps[3].repeat.times: expected 2 or more" in line


def test_of_two_with_one_id_the_first_is_kept(own: Path) -> None:
    first = write(own / "a.toml", SOUND)
    second = write(own / "b.toml", SOUND)

    assert rejected_packs() == {second: f'id: "my-routine" is the id of {first} too'}
    assert "my-routine" in ids()


def test_routine_that_was_left_out_is_refused_with_a_hint(own: Path) -> None:
    write(own / "my-routine.toml", SOUND.replace("[safety]", "[safely]"))

    told = refusal("run", "--text", "--routine", "my-routine")

    assert told.startswith('there is no routine "my-routine"; there are: hand-massage, ')
    assert told.endswith("; 1 left out: `voice-guide routines` says why")


def test_the_guide_can_say_how_many_are_left_out() -> None:
    prompts = Prompts(reference().prompts)

    assert prompts("left_out", count=1) == "1 routine could not be read, and was left out."
    assert prompts("left_out", count=2) == "2 routines could not be read, and were left out."


def test_doctor_reports_packs_that_are_left_out(own: Path) -> None:
    bad = write(own / "bad.toml", "id =")

    finding = routines_finding()

    assert not finding.is_well
    assert finding.report.startswith(f"left out: {bad}: not TOML: ")


def routines_finding() -> CheckResult:
    return next(finding for finding in run_checks() if finding.part == "routines")


def test_built_in_pack_has_to_be_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "bad.toml", "id =")
    monkeypatch.setattr("voice_guide.routines.packs.BUILT_IN_PACKS", tmp_path)

    with pytest.raises(PackError, match=r"bad\.toml: not TOML"):
        load_content(Settings())


def test_the_rehearsal_of_packs_takes_them_as_they_are(
    own: Path, refused: Callable[..., str]
) -> None:
    bad = write(own / "bad.toml", "id =")

    assert refused("rehearse", bad).startswith(f"{bad}: not TOML")


# What a pack may not take away

TAKEN = {
    "stop": ("names", "stop", 'names: "stop" is a command (Stop)'),
    "what is safe anywhere": ("areas", "in pain", None),
    "pain": ("names", "[that] hurts", 'names: "that hurts" is a command (Hurts)'),
    "a part of it": ("areas", "it", 'areas: "it" can be a part of "do it" (Ready)'),
    "a number": ("names", "tenth", 'names: "tenth" is a command (ChooseNumber)'),
    "a word of it": ("names", "over", 'names: "over" can be a part of "begin over" (StartOver)'),
    "ready": ("names", "ready", 'names: "ready" is a command (Ready)'),
    "a thing": ("said", "plenty of room", None),
    "what is listened for elsewhere": ("areas", "back", None),
}


@pytest.mark.parametrize(("key", "phrase", "problem"), TAKEN.values(), ids=TAKEN)
def test_a_phrase_takes_no_command_away(
    tmp_path: Path, commands: ReservedCommands, key: str, phrase: str, problem: str | None
) -> None:
    pack = write(tmp_path / "pack.toml", SOUND.replace(f"{key} = [", f'{key} = ["{phrase}", ', 1))

    told = check_packs([pack], "en", commands.conflicts_with, lambda _: True)[pack].problems

    assert [text.partition("; call it")[0] for text in told] == ([problem] if problem else [])


def test_no_pack_of_the_program_takes_a_command_away(commands: ReservedCommands) -> None:
    for file in BUILT_IN_PACKS.glob("*.toml"):
        assert list(commands.conflicts_with(load_pack(file))) == []


# Beginning one


def test_new_pack_is_valid_and_can_be_led_at_once() -> None:
    told = output("new", "morning-stretch")

    file = own_packs_folder() / "morning-stretch.toml"
    assert told.splitlines()[0] == str(file)
    check_it, run_it = (
        line.strip().removeprefix("voice-guide ") for line in told.splitlines()[-2:]
    )
    assert output(*shlex.split(check_it)) == f"{file}: valid\n"
    assert run_it == "run --routine morning-stretch"
    assert guide_says("ready", routine="morning-stretch")[-1].startswith("Step 1.")


def test_the_pack_to_start_from_explains_every_key_it_has() -> None:
    lines = SOUND.splitlines()

    for at, line in enumerate(lines):
        if line.startswith(("id ", "language ", "title ", "names ", "areas ", "closing ", "[")):
            above = lines[at - 1]
            assert above.startswith("#") or above in ("", "[[steps]]") or "steps" in line, line


@pytest.mark.parametrize("name", ["Morning", "a b", "../up", "", "-x", "a/b", "é"])
def test_a_name_that_cannot_be_an_id_is_refused(refused: Callable[..., str], name: str) -> None:
    assert refused("new", "--", name) == (
        f'"{name}" cannot be the name of a routine: '
        "expected small letters and digits, with hyphens between"
    )
    assert not own_packs_folder().exists()


def test_a_file_that_is_there_is_never_written_over(
    own: Path, refused: Callable[..., str]
) -> None:
    file = write(own / "mine.toml", "# mine\n")

    assert refused("new", "mine") == f"{file}: this file exists already; choose another name"
    assert file.read_text() == "# mine\n"


def test_a_name_that_is_taken_is_refused(own: Path, refused: Callable[..., str]) -> None:
    write(own / "other.toml", SOUND)

    assert refused("new", "my-routine") == (
        f'there is a routine "my-routine" already: {own / "other.toml"}; choose another name'
    )
    assert refused("new", "hand-massage").startswith('there is a routine "hand-massage" already')
    assert [file.name for file in own.iterdir()] == ["other.toml"]


def test_folder_that_cannot_be_written_is_reported(
    config: Path, refused: Callable[..., str]
) -> None:
    # Where nobody can make a folder, not even root.
    config.parent.rmdir()
    config.parent.symlink_to("/proc/voice-guide")

    told = refused("new", "mine")

    assert told.startswith(f"{own_packs_folder() / 'mine.toml'}: cannot be written: ")
