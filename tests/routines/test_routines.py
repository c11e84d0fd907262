"""Tests of the routine packs: the facts a listener hears, and the errors of invalid packs."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from voice_guide.app.content import Content, reserved_commands
from voice_guide.config.language import reference
from voice_guide.config.settings import Settings
from voice_guide.dialogue.actions import Say
from voice_guide.dialogue.events import SpeechEnded, Started
from voice_guide.dialogue.manager import DialogueManager
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.command import Command
from voice_guide.nlu.intent import Intent
from voice_guide.routines.check import check_packs
from voice_guide.routines.library import Library
from voice_guide.routines.model import Routine
from voice_guide.routines.packs import BUILT_IN_PACKS, PackError, load_pack
from voice_guide.routines.reserved_commands import ReservedCommands

PACKS = sorted(BUILT_IN_PACKS.glob("*.toml"))

CAUTIONS = [
    "minor, occasional back and neck pain",
    "strain and tension",
    "nothing .* press directly on your back",
    "professional therapist",
    "pain that lasts more than a few days, or gets worse",
    "checked by a doctor",
]

REFERRAL = [
    "refers people to a spine specialist",
    "the spine institute center for spinal restoration",
    "3 1 0, 8 2 8, 7 7 5 7",
]

FACTS = {
    "back of my neck": [
        *("scarf or towel", "the back of the neck"),
        *("a few scarves", "one thick towel"),
        *CAUTIONS,
        *("twist it, several times", "one big knotted piece"),
        "hold it by both ends",
        "slowly up and down your neck",
        *REFERRAL,
    ],
    "upper back": [
        *("tennis ball", "wall", "the upper back"),
        *("a tennis ball", "wall"),
        "never press the ball directly against your spine",
        *CAUTIONS,
        "your back against the wall",
        *("ball behind your back", "left shoulder"),
        *("up and down, or back and forth", "same general place"),
        "right shoulder",
        *("up and down, or back and forth", "same general place"),
        *REFERRAL,
    ],
    "side of the neck": [
        *("hand massage", "the side of the neck"),
        "nothing but your hands",
        *CAUTIONS,
        *("palm on the left side of your neck, by your ear", "either side"),
        "fingers towards the opposite side",
        *("press firmly with your palm", "from your ear .* to where your neck and shoulder meet"),
        *("right side", "work your way round", "change hands"),
        "fingers towards the opposite side",
        *("press firmly with your palm", "from your ear .* to where your neck and shoulder meet"),
        *("tilt your head from one side to the other", "stretch"),
        *REFERRAL,
    ],
    "back and shoulders": [
        *("muscle squeeze", "back and shoulders"),
        "nothing but your hands",
        *CAUTIONS,
        "left hand over your left shoulder",
        *("trapezius", "from the back of your neck to your shoulder"),
        *("rub it with your fingers", "a few good squeezes"),
        "right hand over your right shoulder",
        *("rub .* with your fingers", "a few good squeezes"),
        *REFERRAL,
    ],
}
"""Regular expressions of the facts that must be heard in order after asking for an area."""

SIDE = r"\b(left|right)\b"

VALID = """
id = "shoulder-roll"
language = "en"
title = "Shoulder roll"
purpose = "the shoulders"
names = ["shoulder (roll|rolls)"]
areas = ["my shoulders"]
needs = [{name = "a chair", said = ["[kitchen] chair"]}]
closing = "That was all."

[safety]
cautions = ["Only as far as it is comfortable."]
when_it_hurts = "Ask a doctor."

[[steps]]
title = "rolling"
say = "Roll your {side} shoulder."
sides = true
seconds = 60

[source]
document = "A book"
referral = "Ask a doctor."
"""


def session(content: Content, area: str) -> list[str]:
    """Return everything that is said from naming the area to the end."""
    guide = DialogueManager(content.library, content.prompts, Settings())
    guide.handle(Started())
    said: list[str] = []
    words = area
    while guide.context != "finished":
        meaning = content.sentences.match(words, guide.context)
        assert meaning, f'"{words}" is not understood while {guide.context}'
        actions = guide.handle(Command(meaning.intent, meaning.slots, words))
        said += [action.text for action in actions if isinstance(action, Say)]
        guide.handle(SpeechEnded())
        words = "ready" if guide.context == "preparing" else "next"
    return said


def no_extra_check(_: Routine) -> tuple[str, ...]:
    return ()


@pytest.fixture(scope="module")
def commands() -> ReservedCommands:
    return reserved_commands(reference(), Settings().hearing)


# The packs' facts


@pytest.mark.parametrize("area", FACTS)
def test_every_fact_is_heard_in_order(content: Content, area: str) -> None:
    said = "\n".join(session(content, area)).lower()

    at = 0
    for fact in FACTS[area]:
        found = re.compile(fact).search(said, at)
        assert found, f'"{fact}" is not heard, or not in its place'
        at = found.end() if fact not in ("wall", "a tennis ball") else found.start()


def test_every_routine_has_facts_here(content: Content) -> None:
    introduced = {session(content, area)[0].split(",")[0] for area in FACTS}

    assert introduced == {routine.title for routine in content.library.routines}


@pytest.mark.parametrize("area", ["upper back", "side of the neck", "back and shoulders"])
def test_each_side_is_named(content: Content, area: str) -> None:
    said = [text for text in session(content, area) if text.startswith(("Step", "Last step"))]

    named = ["left" if "left" in text else "right" for text in said if re.search(SIDE, text)]
    assert named == sorted(named)
    assert named.count("left") == named.count("right") > 1


def test_every_step_can_be_explained(content: Content) -> None:
    assert all(step.more for routine in content.library.routines for step in routine.steps)


def test_times_are_marked_as_the_packs_own_choice() -> None:
    for file in PACKS:
        timed = [step for step in load_pack(file).steps if step.total_s]
        assert file.read_text().count("this pack's choice, not the source's") == len(timed) > 0


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.stem)
def test_the_packs_are_valid_short_and_can_be_heard(
    pack: Path, commands: ReservedCommands, model: SpeechModel
) -> None:
    report = check_packs([pack], "en", commands.conflicts_with, model.knows)[pack]

    assert report.problems == ()
    assert report.remarks == ()


def test_counts_are_spoken_grammatically(content: Content, tmp_path: Path) -> None:
    guide = DialogueManager(Library([routine(tmp_path)]), content.prompts, Settings())

    def answer(intent: str, **slots: str | int) -> list[str]:
        actions = guide.handle(Command(intent, slots))
        guide.handle(SpeechEnded())
        return [action.text for action in actions if isinstance(action, Say)]

    assert answer(Intent.LIST_ROUTINES)[0] == "There is 1 to choose from."
    assert answer(Intent.CHOOSE_NUMBER, number=2)[0].startswith("There is only 1 to choose from.")
    assert (
        answer(Intent.CHOOSE_NUMBER, number=1)[0]
        == "Shoulder roll, for the shoulders, in 2 steps."
    )
    assert answer(Intent.STEPS_LEFT) == ["2 steps, and we have not started yet."]
    assert answer(Intent.READY)[:2] == ["Step 1. Roll your left shoulder.", "This takes 1 minute."]
    assert answer(Intent.GO_TO, number=3) == ["There are only 2 steps."]
    assert answer(Intent.STEPS_LEFT) == ["One more step after this one."]
    assert answer(Intent.TELL_MORE) == ["There is no more to say about this step."]
    assert answer(Intent.NEXT)[0] == "Last step. Roll your right shoulder."
    assert answer(Intent.STEPS_LEFT) == ["This is the last step."]
    assert answer(Intent.NEXT)[0] == "That was all."


# Invalid packs


def pack(folder: Path, content: str | bytes, name: str = "pack.toml") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def routine(folder: Path) -> Routine:
    return load_pack(pack(folder, VALID))


def problems(file: Path) -> list[str]:
    with pytest.raises(PackError) as caught:
        load_pack(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert {problem.file for problem in caught.value.problems} == {file}
    return [problem.text for problem in caught.value.problems]


def test_a_valid_pack_is_read(tmp_path: Path) -> None:
    assert routine(tmp_path).steps[0].seconds == 60


def test_a_pack_written_on_windows_is_read(tmp_path: Path) -> None:
    content = "\ufeff" + VALID.replace("\n", "\r\n")

    assert load_pack(pack(tmp_path, content)) == routine(tmp_path)


MISTAKES = [
    ('title = "Shoulder roll"', "", "title: this key is missing"),
    ("[safety]", "[safety_first]", "safety: this key is missing"),
    ("[[steps]]", "[[step]]", "steps: this key is missing"),
    ('say = "Roll your {side} shoulder."', "", "steps[1].say: this key is missing"),
    ('title = "rolling"', "", "steps[1].title: this key is missing"),
    ('document = "A book"', "", "source.document: this key is missing"),
    ('title = "Shoulder roll"', "title = 7", "title: expected text (found 7)"),
    ('title = "Shoulder roll"', 'title = " "', "title: expected some text"),
    ('closing = "That was all."', 'closing = ""', "closing: expected some text"),
    ("seconds", "minutes", "steps[1].minutes: there is no such key"),
    ('closing = "That', 'tempo = 3\nclosing = "That', "tempo: there is no such key"),
    ("seconds = 60", "seconds = -3", "steps[1].seconds: expected more than 0 (found -3)"),
    ("seconds = 60", "seconds = 0", "steps[1].seconds: expected more than 0 (found 0)"),
    ("seconds = 60", "seconds = 3601", "steps[1].seconds: expected 3600 or less (found 3601)"),
    ("seconds = 60", "seconds = nan", "steps[1].seconds: expected 3600 or less (found nan)"),
    ("seconds = 60", 'seconds = "60"', "steps[1].seconds: expected a number (found '60')"),
    ("seconds = 60", "seconds = true", "steps[1].seconds: expected a number (found True)"),
    ("sides = true", 'sides = "left"', "steps[1].sides: expected true or false (found 'left')"),
    (
        "sides = true",
        "",
        "steps[1]: {side} stands for a side, and the step has none: sides = true",
    ),
    (
        "sides = true",
        'sides = false\nsay_then = "Again."',
        "steps[1]: {side} stands for a side, and the step has none: sides = true",
    ),
    (
        "{side} shoulder",
        "{sid} shoulder",
        "steps[1].say: nothing may stand in braces but {side} (found 'Roll your {sid} shoulder.')",
    ),
    (
        "seconds = 60",
        'seconds = 60\nrepeat = {times = 5, seconds = 4, calls = ["Roll"]}',
        "steps[1]: expected seconds or repeat, not both",
    ),
    (
        "seconds = 60",
        "repeat = {times = 1, seconds = 4, calls = []}",
        "steps[1].repeat.times: expected 2 or more (found 1)",
    ),
    (
        'say = "Roll your {side} shoulder."\nsides = true',
        'say = "Roll."\nsay_then = "Again."',
        "steps[1]: say_then is for the second side, and the step has none: sides = true",
    ),
    (
        'title = "rolling"',
        'title = "rolling }"',
        "steps[1].title: nothing may stand in braces but {side} (found 'rolling }')",
    ),
    ("sides = true", 'sides = true\nsay_then = " "', "steps[1].say_then: expected some text"),
    ("sides = true", 'sides = true\nmore = ""', "steps[1].more: expected some text"),
    ("sides = true", 'sides = true\ncaution = ""', "steps[1].caution: expected some text"),
    ("seconds = 60", "repeat = 5", "steps[1].repeat: expected a table (found 5)"),
    (
        "seconds = 60",
        'repeat = {seconds = 4, calls = ["Roll"]}',
        "steps[1].repeat.times: this key is missing",
    ),
    (
        "seconds = 60",
        'repeat = {times = 2.5, seconds = 4, calls = ["Roll"]}',
        "steps[1].repeat.times: expected a whole number (found 2.5)",
    ),
    (
        "seconds = 60",
        'repeat = {times = 2, seconds = 0.5, calls = ["Roll"]}',
        "steps[1].repeat.seconds: expected 1 or more (found 0.5)",
    ),
    (
        "seconds = 60",
        'repeat = {times = 2, seconds = 4, calls = ["Roll", ""]}',
        "steps[1].repeat.calls[2]: expected some text",
    ),
    (
        "seconds = 60",
        "repeat = {times = 2, seconds = 4, calls = []}",
        "steps[1].repeat.calls: expected at least one (found [])",
    ),
    (
        'cautions = ["Only as far as it is comfortable."]',
        "cautions = []",
        "safety.cautions: expected at least one (found [])",
    ),
    (
        'cautions = ["Only as far as it is comfortable."]',
        'cautions = [""]',
        "safety.cautions[1]: expected some text",
    ),
    (
        'cautions = ["Only as far as it is comfortable."]',
        'cautions = "Take care."',
        "safety.cautions: expected a list (found 'Take care.')",
    ),
    (
        'id = "shoulder-roll"',
        'id = "Shoulder Roll"',
        "id: expected small letters and digits, with hyphens between (found 'Shoulder Roll')",
    ),
    ('areas = ["my shoulders"]', "areas = [3]", "areas[1]: expected text (found 3)"),
    (
        '"shoulder (roll|rolls)"',
        '"shoulder (roll|rolls"',
        "names[1]: not a template: a bracket is not closed or not opened "
        "(found 'shoulder (roll|rolls')",
    ),
    (
        '"shoulder (roll|rolls)"',
        '"shoulder {exercise}"',
        "names[1]: a pack's template cannot refer to {lists} or <rules> "
        "(found 'shoulder {exercise}')",
    ),
    (
        '"shoulder (roll|rolls)"',
        '"shoulder <roll>"',
        "names[1]: a pack's template cannot refer to {lists} or <rules> (found 'shoulder <roll>')",
    ),
    (
        '"shoulder (roll|rolls)"',
        '"<>"',
        "names[1]: not a template: it has no words (found '<>')",
    ),
    (
        '"[kitchen] chair"',
        '"[kitchen] [chair]"',
        "needs[1].said[1]: everything in it is optional (found '[kitchen] [chair]')",
    ),
    (
        '"shoulder (roll|rolls)"',
        '"(a|b|c|d|e|f) (a|b|c|d|e|f) (a|b|c|d|e|f)"',
        "names[1]: stands for more than 200 phrases "
        "(found '(a|b|c|d|e|f) (a|b|c|d|e|f) (a|b|c|d|e|f)')",
    ),
    (
        'needs = [{name = "a chair", said = ["[kitchen] chair"]}]',
        'needs = ["a chair"]',
        "needs[1]: expected a table (found 'a chair')",
    ),
    (
        '"[kitchen] chair"',
        "",
        "needs[1].said: expected at least one (found [])",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "problem"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_a_mistake_is_reported_with_its_key_and_the_expected_value(
    tmp_path: Path, right: str, wrong: str, problem: str
) -> None:
    assert right in VALID

    assert problem in problems(pack(tmp_path, VALID.replace(right, wrong)))


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    content = VALID
    for right, wrong in [("seconds = 60", "seconds = -1"), ("true", '"up"'), ('"en"', "5")]:
        content = content.replace(right, wrong)

    assert problems(pack(tmp_path, content)) == [
        "language: expected text (found 5)",
        "steps[1].sides: expected true or false (found 'up')",
        "steps[1].seconds: expected more than 0 (found -1)",
    ]


def test_an_empty_pack_lacks_everything(tmp_path: Path) -> None:
    found = problems(pack(tmp_path, ""))

    keys = [problem.split(":")[0] for problem in found]
    assert keys[:3] == ["id", "language", "title"]
    assert {"names", "needs", "safety", "steps", "closing", "source"} <= set(keys)
    assert all(problem.endswith(": this key is missing") for problem in found)


def test_a_long_value_is_shortened_in_the_message(tmp_path: Path) -> None:
    found = problems(pack(tmp_path, VALID.replace('"Shoulder roll"', f"[{'7, ' * 1000}]")))

    assert found[0].startswith("title: expected text (found [7, 7, ")
    assert len(found[0]) < 100


UNREADABLE: list[tuple[str, Callable[[Path], Path], str]] = [
    ("broken", lambda folder: pack(folder, 'id = "a"\ntitle = "b\n'), r"not TOML: .*line 2.*"),
    ("not UTF-8", lambda folder: pack(folder, b"\n\nid = '\xe9'"), r"not UTF-8 .* 0xe9 in line 3"),
    ("folder", lambda folder: folder, "this is a folder, not a file"),
    ("missing", lambda folder: folder / "none.toml", "no such file"),
    ("below a file", lambda folder: pack(folder, "") / "pack.toml", "cannot be read: Not a .*"),
]


@pytest.mark.parametrize(
    ("make", "problem"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE]
)
def test_an_unreadable_pack_is_reported(
    tmp_path: Path, make: Callable[[Path], Path], problem: str
) -> None:
    (found,) = problems(make(tmp_path))

    assert re.fullmatch(problem, found)


# The library


def test_the_mistakes_of_all_packs_are_reported_at_once(tmp_path: Path) -> None:
    first = pack(tmp_path, VALID.replace("true", '"up"'), "first.toml")
    second = pack(tmp_path, VALID, "second.toml")
    third = pack(tmp_path, "id =", "third.toml")

    with pytest.raises(PackError) as caught:
        Library.load("en", no_extra_check, [first, second, third])

    assert [problem.file for problem in caught.value.problems] == [first, third]


def test_two_packs_cannot_share_an_id(tmp_path: Path) -> None:
    first = pack(tmp_path, VALID, "first.toml")
    second = pack(tmp_path, VALID, "second.toml")

    with pytest.raises(PackError) as caught:
        Library.load("en", no_extra_check, [first, second])

    assert str(caught.value) == f'{second}: id: "shoulder-roll" is the id of {first} too'


# Remarks on valid packs


def test_each_word_that_the_model_lacks_is_named_once(tmp_path: Path) -> None:
    file = pack(tmp_path, VALID.replace('"my shoulders"', '"[my] trapezius", "trapezius muscle"'))

    report = check_packs([file], "en", no_extra_check, lambda word: word != "trapezius")[file]

    assert report.problems == ()
    assert len(report.remarks) == 1
    assert report.remarks[0].startswith('areas: the speech model does not know the word "trapez')


def test_texts_too_long_to_follow_are_named(tmp_path: Path) -> None:
    file = pack(tmp_path, VALID.replace("Roll your {side} shoulder.", "Roll " * 31))

    report = check_packs([file], "en", no_extra_check, lambda _: True)[file]

    assert report.remarks == (
        "steps[1].say: 31 words in one go; more than 30 are hard to follow by ear",
    )


# Characters that a screen or terminal would obey


@pytest.mark.parametrize("space", ["\n", "\r\n", "\n\n  ", "\t", "\u2028", "\u00a0", "\u0085"])
def test_line_breaks_in_a_text_become_spaces(tmp_path: Path, space: str) -> None:
    text = json.dumps(f"Shoulder{space}roll")

    routine = load_pack(pack(tmp_path, VALID.replace('"Shoulder roll"', text)))

    assert routine.title == "Shoulder roll"


@pytest.mark.parametrize("code", [0x00, 0x07, 0x1B, 0x7F, 0x9B, 0x200B, 0x200F, 0x202E, 0x2066])
def test_invisible_character_in_a_text_is_refused_with_its_key(tmp_path: Path, code: int) -> None:
    text = f'"Shoulder \\u{code:04X}roll"'

    (problem,) = problems(pack(tmp_path, VALID.replace('"Shoulder roll"', text)))

    assert problem.startswith(f"title: expected no invisible character such as U+{code:04X}")
    assert problem.isprintable()
