"""Generated sections of READMEs, between `<!-- generated: NAME -->` and `<!-- end -->`."""

import re
from collections.abc import Mapping

_SECTION = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def section_names(text: str) -> list[str]:
    """Return the names of the generated sections of a README."""
    return [name for _, name, _ in _SECTION.findall(text)]


def with_sections(text: str, sections: Mapping[str, str]) -> str:
    """Return a README with the content of these sections replaced; others stay as they are."""
    return _SECTION.sub(
        lambda found: (
            f"{found[1]}{sections[found[2]]}{found[3]}" if found[2] in sections else found[0]
        ),
        text,
    )
