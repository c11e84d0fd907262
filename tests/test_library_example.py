"""The example of voice_guide/README.md, run as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import voice_guide

README = Path(voice_guide.__file__).with_name("README.md")


def test_library_example_leads_a_session() -> None:
    example = re.search(r"```python\n(.+?)```", README.read_text(), re.DOTALL)
    assert example

    done = subprocess.run(
        [sys.executable, "-c", example[1]], capture_output=True, text=True, check=True
    )

    lines = [line.split(maxsplit=2)[2] for line in done.stdout.splitlines()]
    assert lines[0].startswith("guide  Hello.")
    assert "user   upper back → ChooseArea" in lines
    assert lines[-1] == "guide  Goodbye. Take care."
