"""Languages as files alone: what is said in one, and what is told of one that lacks something."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import tomlkit
import yaml
from support.own_languages import own_language
from support.shell import output, run, write

from voice_guide.app.content import load_content
from voice_guide.config.language import BUILT_IN, find, own_folder, reference
from voice_guide.config.settings import Settings, SettingsFile, default_settings
from voice_guide.nlu.sampling import drawn_sentences
from voice_guide.routines.packs import BUILT_IN_PACKS
from voice_guide.routines.packs import own_packs_folder as own_packs
from voice_guide.speech_models import catalog

# A language that nobody speaks: English, with "qu" before every word

Change: TypeAlias = Callable[[str], str]

_CODE = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})")
"""What stands in a prompt for Jinja."""

_REFERENCE = re.compile(r"(\{.*?\}|<.*?>)")
"""What stands in a sentence or a pack for something else."""

_QUOTED = re.compile(r"""'[^'%]*'|"[^"%]*\"""")

_NAMES = frozenset({"id", "language", "side", "sides"})
"""Keys of a pack whose values are not words."""


def quaint(text: str) -> str:
    """Return words as that language has them."""
    return re.sub(
        "[A-Za-z][A-Za-z']*",
        lambda word: ("Qu" if word[0][0].isupper() else "qu") + word[0],
        text,
    )


def outside(text: str, code: re.Pattern[str], inside: Callable[[str], str] = str) -> str:
    """Return a text in that language but for the code in it, which is done something else to."""
    parts = code.split(text)
    return "".join(inside(part) if at % 2 else quaint(part) for at, part in enumerate(parts))


def prompt(text: str) -> str:
    return outside(text, _CODE, lambda code: _QUOTED.sub(lambda words: quaint(words[0]), code))


def phrase(text: str) -> str:
    return outside(text, _REFERENCE)


def everywhere(
    content: Any, change: Callable[[str], str], but: frozenset[str] = frozenset()
) -> Any:
    """Return a file's content with every text in it changed but for those of some keys."""
    if isinstance(content, dict):
        return {
            key: value if key in but else everywhere(value, change, but)
            for key, value in content.items()
        }
    if isinstance(content, list):
        return [everywhere(value, change, but) for value in content]
    return change(content) if isinstance(content, str) else content


def toml(file: Path, change: Change, but: frozenset[str] = frozenset()) -> str:
    return tomlkit.dumps(everywhere(tomlkit.parse(file.read_text()).unwrap(), change, but))


@pytest.fixture
def nobodys(config: Path) -> Path:
    """Give that language's folder, with the program's packs in it, and have it set."""
    english = reference().folder
    commands = yaml.safe_load((english / "commands.yaml").read_text())
    for intent in commands["intents"].values():
        for data in intent["data"]:
            data["sentences"] = [phrase(sentence) for sentence in data["sentences"]]
    for name in ("ordinal", "side", "place", "substitute"):
        for value in commands["lists"][name]["values"]:
            value["in"] = phrase(value["in"])
    commands["expansion_rules"] = everywhere(commands["expansion_rules"], phrase)
    # Its numbers are somebody's: Esperanto's.
    commands["language"] = "eo"
    folder = own_language(
        "quaint",
        prompts=toml(english / "prompts.toml", prompt),
        commands=yaml.safe_dump(commands),
        common_words=quaint((english / "common_words.txt").read_text()),
        language=(english / "language.toml").read_text().replace("hey guide", "quhey quguide"),
        demo=toml(english / "demo.toml", phrase, frozenset({"voice"})),
    )
    own_packs().mkdir(parents=True)
    for file in BUILT_IN_PACKS.glob("*.toml"):
        pack = toml(file, phrase, _NAMES).replace('language = "en"', 'language = "quaint"')
        write(own_packs() / file.name, pack)
    write(config, 'language = "quaint"\n')
    return folder


CONVERSATION = [
    "what can you do",
    *("the weather", "the weather"),
    "help",
    "the first one",
    "something else",
    "upper back",
    "what do i need",
    "ready",
    *("what can you do", "nobody knows"),
    *("next", "where am i", "how many steps are left", "back", "back", "say that again"),
    *("slower", "slower", "slower", "louder", "louder", "louder", "quieter", "faster"),
    *("wait", "help", "wait", "go on"),
    *("stop", "help", "go to step two", "go to step twenty"),
    *("go to sleep", "hey guide", "resume"),
    *("next", "next", "next", "next"),
    *("who can i call", "start over", "it hurts"),
    "goodbye",
]


def test_in_another_language_nothing_english_is_said(nobodys: Path) -> None:
    typed = quaint("\n".join(CONVERSATION))
    typed = typed.replace("qutwo\n", "du\n").replace("qutwenty\n", "dudek\n")

    told = output("run", "--text", typed=typed).splitlines()

    said = [line for line in told if line.startswith("QuGuide  ")]
    heard = [line for line in told if line.startswith("QuHeard  ")]
    assert said + heard
    assert sorted(said + heard) == sorted(told)
    assert len(said) > len(CONVERSATION)
    for line in said:
        words = re.findall("[A-Za-z][A-Za-z']*", line)
        assert [word for word in words if not word.lower().startswith("qu")] == [], line
    intents = [line.partition(" → ")[2] for line in heard]
    assert intents.count("qunot quunderstood") == 4
    assert "GoTo number=2" in intents
    assert "GoTo number=20" in intents
    assert "Hurts" in intents
    assert intents[-1] == "Goodbye"


def test_in_another_language_nothing_english_is_understood(nobodys: Path) -> None:
    told = output("run", "--text", typed="upper back\nstop\nhelp\ngoodbye\n").splitlines()

    heard = [line for line in told if line.startswith("QuHeard")]
    assert [line.partition(" → ")[2] for line in heard] == ["qunot quunderstood"] * 4


def test_the_routines_of_a_language_are_its_own(nobodys: Path, config: Path) -> None:
    listed = output("routines")

    assert "QuHand qumassage" in listed
    assert "Hand massage" not in listed
    assert "\nIn other languages: hand-massage (en), " in listed
    config.unlink()
    listed = output("routines")
    assert "QuHand qumassage" not in listed
    assert "\nIn other languages: hand-massage (quaint), " in listed


def test_a_pack_is_checked_in_its_language(nobodys: Path, refused: Callable[..., str]) -> None:
    english = BUILT_IN_PACKS / "hand-massage.toml"

    assert refused("check", english) == (
        f'{english}: language: expected "quaint", the guide\'s (found "en")'
    )


# What belongs to a language


def test_voice_and_wake_phrase_are_the_languages_where_nothing_is_set(config: Path) -> None:
    own_language("scots", language='model = "m"\nvoice = "en-gb"\nwake_phrase = "och guide"\n')

    write(config, 'language = "scots"\n[voice]\nrate = 120\n')
    settings = SettingsFile().settings
    assert (settings.voice.name, settings.voice.rate) == ("en-gb", 120)
    assert settings.hearing.wake_phrase == "och guide"
    assert default_settings(find("scots")).hearing.wake_phrase == "och guide"

    write(
        config,
        'language = "scots"\n[voice]\nname = "en-us"\n[hearing]\nwake_phrase = "hello you"\n',
    )
    settings = SettingsFile().settings
    assert settings.voice.name == "en-us"
    assert settings.hearing.wake_phrase == "hello you"


def test_what_is_changed_by_voice_leaves_the_languages_own_alone(config: Path) -> None:
    write(config, 'language = "en"\n')

    output("run", "--text", typed="slower\n")

    assert config.read_text() == 'language = "en"\n\n[voice]\nrate = 120\n'


def test_the_users_own_files_come_before_the_programs() -> None:
    own = own_language("en", language='model = "m"\nvoice = "v"\nwake_phrase = "wake up"\n')

    assert find("en").folder == own
    assert reference().folder == BUILT_IN / "en"


def test_unknown_language_is_refused_with_the_known_ones(
    config: Path, refused: Callable[..., str]
) -> None:
    own_language("pirate")
    write(config, 'language = "../en"\n')

    assert refused("run", "--text") == (
        f'{config}: language: there is no language "../en"; there are: en, pirate'
    )


def test_language_without_a_routine_is_refused(config: Path, refused: Callable[..., str]) -> None:
    own_language("pirate")
    write(config, 'language = "pirate"\n')

    assert refused("run", "--text") == (
        f'there is no routine in the language "pirate": put packs into {own_packs()}'
    )


def test_unknown_model_of_a_language_is_refused(config: Path, refused: Callable[..., str]) -> None:
    own_language("de", language='model = "ohr"\nvoice = "de"\nwake_phrase = "hallo du"\n')
    write(config, 'language = "de"\n')

    told = "There is no model ohr: `voice-guide models list` shows all."
    assert refused("models", "install") == told
    assert refused("models", "verify") == told
    assert refused("check", BUILT_IN_PACKS / "hand-massage.toml") == told


def test_a_language_brings_its_models_entry_in_the_catalog(refused: Callable[..., str]) -> None:
    known = catalog.CATALOG_FILE.read_text()
    folder = own_language("de")
    write(folder / "catalog.toml", known.replace("vosk-model-small-en-us-0.15", "klein"))

    rows = [line.split() for line in output("models", "list").splitlines()[1:]]

    assert [(row[0], row[-2:]) for row in rows] == [
        ("vosk-model-small-en-us-0.15", ["MB", "installed"]),
        ("klein", ["not", "installed"]),
    ]
    # Nobody needs it yet.
    assert output("models", "verify") == "every file is complete\n"
    write(folder / "catalog.toml", '[[models]]\nname = "klein"\n')
    assert refused("models", "list").startswith(
        f"{folder / 'catalog.toml'}: models[1].title: this key is missing; models[1].language: "
    )


# A language that lacks something: told at the start, in one line


def change(file: str, before: str, after: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        path = folder / file
        content = path.read_text()
        assert before in content
        path.write_text(content.replace(before, after))

    return make


LACKING: dict[str, tuple[Callable[[Path], None], str]] = {
    "no file": (lambda folder: (folder / "prompts.toml").unlink(), "prompts.toml: no such file"),
    "no sentences": (
        lambda folder: (folder / "commands.yaml").unlink(),
        ": no sentence files (*.yaml) in this folder",
    ),
    "not TOML": (
        change("prompts.toml", 'faster = "', 'faster = "" "'),
        "prompts.toml: not TOML: ",
    ),
    "a prompt": (
        change("prompts.toml", "faster =", "fastr ="),
        "prompts.toml: missing: faster; there is no such prompt as: fastr",
    ),
    "text": (change("prompts.toml", '"Faster."', "7"), "prompts.toml: faster: expected text"),
    "a template": (
        change("prompts.toml", '"Faster."', '"Faster {{ it "'),
        "prompts.toml: faster: not a template: ",
    ),
    "a filter": (
        change("prompts.toml", '"Faster."', '"{{ 1 | shout }}"'),
        "prompts.toml: faster: not a template: No filter named 'shout'",
    ),
    "a value": (
        change("prompts.toml", 'such as "{{ example }}"', 'such as "{{ exempel }}"'),
        "prompts.toml: help.choosing: there is no such value as: exempel",
    ),
    "a part of a value": (
        change("prompts.toml", "{{ number }}: {{ routine.title }}", "{{ routine.titel }}"),
        "prompts.toml: choice: there is no such value as: .titel",
    ),
    "an intent": (
        change("commands.yaml", "  Help:", "  Hilfe:"),
        ": there is no such intent as: Hilfe; no sentence, in the context step, for: Help; ",
    ),
    "a context": (
        change(
            "commands.yaml",
            "context: [choosing, finished, asking]",
            "context: [choosing, done, asking]",
        ),
        ": there is no such context as: done; no sentence, in the context finished, for: Choose",
    ),
    "safety": (
        change("commands.yaml", "safe: true, urgency: ", "safe: false, urgency: "),
        ": metadata: {safe: true} is missing in: Emergency",
    ),
    "a slot": (
        change("commands.yaml", '"number {number}"', '"the big one"'),
        ": ChooseNumber: a sentence lacks: number",
    ),
    "a number": (
        change("commands.yaml", '{in: "first", out: 1}', '"first"'),
        ": ChooseNumber: expected a number for: number; ",
    ),
    "number words": (
        change("commands.yaml", "language: en", "language: tlh"),
        'the number words that {number} needs are not known in "tlh"; ',
    ),
    "its model": (
        change("language.toml", "model =", "ears ="),
        "language.toml: model: this key is missing; ears: there is no such key",
    ),
    "a wake phrase": (
        change("language.toml", '"hey guide"', '"hey"'),
        "language.toml: wake_phrase: expected two words, or one of 6 letters or more (found 'hey'",
    ),
}


@pytest.mark.parametrize(("break_it", "problem"), LACKING.values(), ids=LACKING)
def test_incomplete_language_is_refused_with_what_it_lacks(
    config: Path,
    refused: Callable[..., str],
    break_it: Callable[[Path], None],
    problem: str,
) -> None:
    folder = own_language("xx")
    break_it(folder)
    write(config, 'language = "xx"\n')

    told = refused("run", "--text")

    assert str(folder) in told
    assert problem in told


# Numbers, as another language says them


@pytest.fixture
def german(config: Path) -> Path:
    """Give a language that is German where it has numbers, heard by the English model."""
    commands = (reference().folder / "commands.yaml").read_text()
    for english, german in {
        "language: en\n": "language: de\n",
        '"number {number}"': '"nummer {number}"',
        "step [number] {number}": "schritt {number}",
    }.items():
        assert english in commands
        commands = commands.replace(english, german)
    folder = own_language("de", commands=commands)
    own_packs().mkdir(parents=True)
    for file in BUILT_IN_PACKS.glob("*.toml"):
        write(
            own_packs() / file.name, file.read_text().replace('language = "en"', 'language = "de"')
        )
    write(config, 'language = "de"\n')
    return folder


def test_german_numbers_are_understood(german: Path) -> None:
    typed = ["what can you do", "nummer drei", "ready", "schritt zwei", "schritt fünfundzwanzig"]

    told = output("run", "--text", typed="\n".join(typed))

    assert "Heard   nummer drei → ChooseNumber number=3\n" in told
    assert "Heard   schritt zwei → GoTo number=2\n" in told
    assert "Heard   schritt fünfundzwanzig → GoTo number=25\n" in told
    assert "number=3" not in output("run", "--text", typed="nummer three\n")


def test_german_numbers_are_listened_for(german: Path) -> None:
    content = load_content(SettingsFile().settings)

    expected = set(drawn_sentences(content.sentences, "choosing", lambda _: True))

    assert {"nummer drei", "nummer einundzwanzig"} <= expected
    assert not any("three" in sentence.split() for sentence in expected)


def test_a_language_is_heard_by_its_model(german: Path, tmp_path: Path) -> None:
    from voice_guide.devices import wav_file
    from voice_guide.tts.pyttsx3_tts import VoiceSpec, render

    file = tmp_path / "said.wav"
    wav_file.write(file, render("next step", VoiceSpec("en-us+f2", 150)))

    assert "next step → Next" in output("hear", file)


def test_built_in_languages_are_complete() -> None:
    for folder in BUILT_IN.glob("*/"):
        content = load_content(Settings(language=folder.name))
        assert content.language == find(folder.name)
        assert content.rejected_packs == ()


def test_folder_that_is_no_language_is_refused(config: Path) -> None:
    (own_folder() / "empty").mkdir(parents=True)
    write(config, 'language = "empty"\n')

    done = run("routines")

    assert done.returncode == 2
    assert done.stderr == (
        f"voice-guide: {config}: language: "
        f"{own_folder() / 'empty' / 'language.toml'}: no such file\n"
    )
