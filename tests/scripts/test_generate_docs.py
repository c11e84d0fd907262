"""The generated sections of the READMEs agree with the program."""

from generate_docs import ROOT, SECTIONS, generated, readmes


def test_readmes_have_their_generated_sections_up_to_date() -> None:
    for file in readmes():
        text = file.read_text()
        assert generated(text) == text, f"{file}: run scripts/generate_docs.py"


def test_settings_are_in_the_readme_of_their_package() -> None:
    assert ROOT / "voice_guide" / "config" / "README.md" in readmes()


def test_generated_section_replaces_what_stood_there() -> None:
    section = "a\n<!-- generated: commands -->\n{}<!-- end -->\nb\n"
    table = "".join(f"{line}\n" for line in SECTIONS["commands"]())

    assert generated(section.format("old\n")) == section.format(table)
    assert "| `hear` | list the commands heard in recordings |" in table
