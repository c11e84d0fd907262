"""The guide's prompts: the templates of its own words, from the language folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import meta, nodes

from voice_guide.config.toml_files import read_toml
from voice_guide.errors import VoiceGuideError


class Prompts:
    """Jinja templates by name; one in a TOML table is named `table.name`."""

    def __init__(self, file: Path) -> None:
        """Read a prompts file (TOML).

        Raises VoiceGuideError, naming the file, if it cannot be read, and every prompt in it that
        is not a template.
        """
        self._templates = dict(_read(file))
        # The prompts are plain text for a voice, never HTML.
        self._environment = jinja2.Environment(
            loader=jinja2.DictLoader(self._templates),
            undefined=jinja2.StrictUndefined,
            autoescape=False,
            auto_reload=False,
            # Without this, {{ 9**9**9 }} would be computed while the file is read, for ever.
            optimized=False,
        )
        mistakes = [text for name in self._templates for text in self._mistakes(name)]
        if mistakes:
            raise VoiceGuideError(f"{file}: {'; '.join(mistakes)}")

    def __call__(self, name: str, **values: Any) -> str:
        """Return the named prompt with its values filled in."""
        text = self._templates[name]
        # Half of the prompts have no values, and rendering would cost time.
        return self._environment.get_template(name).render(values) if "{" in text else text

    @property
    def names(self) -> list[str]:
        """The names of all prompts."""
        return self._environment.list_templates()

    def values(self, name: str) -> frozenset[str]:
        """Return the names that a prompt uses: of values, and with a dot of their attributes."""
        tree = self._environment.parse(self._templates[name])
        parts = (f".{node.attr}" for node in tree.find_all(nodes.Getattr))
        return frozenset({*meta.find_undeclared_variables(tree), *parts})

    def _mistakes(self, name: str) -> Iterator[str]:
        if not isinstance(self._templates[name], str):
            yield f"{name}: expected text"
            return
        try:
            self._environment.get_template(name)
        except jinja2.TemplateError as error:
            yield f"{name}: not a template: {error.message}"
        except RecursionError:
            yield f"{name}: not a template: too many brackets within brackets"


def _read(file: Path) -> Iterator[tuple[str, str]]:
    """Yield each prompt with its name."""
    for name, value in read_toml(file).items():
        if isinstance(value, dict):
            yield from ((f"{name}.{key}", text) for key, text in value.items())
        else:
            yield name, value
