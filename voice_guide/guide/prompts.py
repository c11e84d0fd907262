"""The guide's own words, from the language folder."""

import tomllib
from pathlib import Path
from typing import Any

import jinja2


class Prompts:
    """Jinja templates by name; those in a table as `table.name`."""

    def __init__(self, file: Path) -> None:
        """Read a prompts file (TOML)."""
        templates: dict[str, str] = {}
        for name, value in tomllib.loads(file.read_text("utf-8")).items():
            if isinstance(value, dict):
                templates |= {f"{name}.{key}": text for key, text in value.items()}
            else:
                templates[name] = value
        # Plain text for a voice: nothing here is ever shown as HTML.
        self._environment = jinja2.Environment(
            loader=jinja2.DictLoader(templates),
            undefined=jinja2.StrictUndefined,
            autoescape=False,
        )

    def __call__(self, name: str, **values: Any) -> str:
        """Return the named prompt with its values filled in."""
        return self._environment.get_template(name).render(values)

    @property
    def names(self) -> list[str]:
        """The names of all prompts."""
        return self._environment.list_templates()
