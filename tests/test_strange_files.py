"""Tests that damaged or unusual files are either read or refused in one line that names them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from endurance.file_kinds import FileKind, file_kinds
from endurance.fuzz import try_inputs
from voice_guide.config.language import reference
from voice_guide.config.settings import SettingsFile
from voice_guide.dialogue.actions import SaveDiaryConsent
from voice_guide.dialogue.prompts import Prompts
from voice_guide.errors import VoiceGuideError
from voice_guide.nlu.sentence_files import load_sentences
from voice_guide.routines.packs import load_pack
from voice_guide.storage.store import SessionStore
from voice_guide.tts.text_normalizer import TextNormalizer

INPUTS = 25
"""Number of inputs of each kind; `scripts/endure fuzz` tries a hundred thousand in all."""

DEEP = "x = " + "[" * 5_000
LONG = "x = " + "9" * 5_000
NESTED = "(" * 1_500 + "a" + ")" * 1_500


@pytest.mark.parametrize("kind", file_kinds(), ids=lambda kind: kind.name)
def test_damaged_files_are_read_or_refused(kind: FileKind, tmp_path: Path) -> None:
    result = try_inputs(kind, tmp_path, 0, INPUTS)

    assert not result.failures
    assert result.accepted + result.refused >= INPUTS


@pytest.mark.parametrize(
    ("read", "content", "message"),
    [
        (load_pack, DEEP, "not TOML: too many brackets within brackets"),
        (load_pack, LONG, "not TOML: Exceeds the limit"),
        (SettingsFile, DEEP, "not TOML: too many brackets within brackets"),
        (load_sentences, "[" * 1_000, "not YAML: too many brackets within brackets"),
        (
            load_sentences,
            f"language: en\nintents: {{A: {{data: [{{sentences: ['{NESTED}']}}]}}}}",
            "too many brackets within brackets",
        ),
        (
            load_sentences,
            "language: en\nintents: {A: {data: [{sentences: [a], lists: {b: 1}}]}}",
            "not a hassil sentence file",
        ),
        (load_sentences, "language: en\nintents: {1: {data: []}}", "expected a name (found 1)"),
        (Prompts, f"a = '{'{{' + '(' * 5_000}'", "not a template"),
        (
            TextNormalizer,
            "[times]\nother = '{second}'",
            "times.other: nothing may stand in braces but",
        ),
        (
            TextNormalizer,
            "[phone_numbers]\npatterns = ['(']",
            "phone_numbers.patterns[1]: not a pattern",
        ),
        (TextNormalizer, "[units]\nkg = ['kilo']", "units.kg"),
    ],
)
def test_the_problem_is_reported_in_one_line(
    read: Callable[[Path], object], content: str, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "en" / "file"
    file.parent.mkdir()
    file.write_text(content)

    with pytest.raises(VoiceGuideError) as refused:
        read(file)

    assert str(file) in str(refused.value)
    assert message in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_expressions_are_not_evaluated_while_prompts_are_read(tmp_path: Path) -> None:
    file = tmp_path / "prompts.toml"
    file.write_text('hello = "{{ 9 ** 9 ** 9 }}"')

    assert Prompts(file).names == ["hello"]


def test_numbers_without_a_name_are_left_to_the_voice(tmp_path: Path) -> None:
    normalizer = TextNormalizer(reference().spoken)
    endless = "9" * 5_000

    assert endless in normalizer.normalize(f"Add {endless} g")
    assert endless in normalizer.normalize(f"Add {endless}/2 g")


@pytest.mark.parametrize(
    ("original", "replacement"),
    [
        (b"wants_diary", b"wants_dinar"),
        (b"CREATE TABLE person", b"CREATE TABLE \xff\xff\xff\xff\xff\xff"),
    ],
)
def test_a_diary_with_other_tables_is_renamed(
    original: bytes, replacement: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "diary.sqlite3"
    store = SessionStore(file)
    store.save(SaveDiaryConsent(True))
    store.close()
    file.write_bytes(file.read_bytes().replace(original, replacement))

    store = SessionStore(file)
    store.close()

    assert store.notice
    assert [each.name for each in tmp_path.iterdir()] == ["diary.damaged.sqlite3"]
