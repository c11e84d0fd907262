"""The commands of `voice-guide models`, a function for each."""

import argparse
import sys


def list_models(_: argparse.Namespace) -> int:
    """Print the speech models that there are, and which of them are installed."""
    from voice_guide.speech_models.catalog import model_folder, read_catalog
    from voice_guide.speech_models.verify import verify_model
    from voice_guide.ui.table import print_table

    rows = []
    for model in read_catalog():
        state = "not installed"
        if model_folder(model).exists():
            state = "damaged" if verify_model(model) else "installed"
        rows.append((model.name, model.title, f"{model.size_bytes / 1e6:.0f} MB", state))
    print_table(("name", "title", "size", "state"), rows)
    return 0


def install_models(_: argparse.Namespace) -> int:
    """Install the speech model of the language."""
    from rich.console import Console

    from voice_guide.config.settings import SettingsFile
    from voice_guide.speech_models.catalog import find_model
    from voice_guide.speech_models.install import install_model

    install_model(find_model(SettingsFile().language.model), Console())
    return 0


def verify_models(_: argparse.Namespace) -> int:
    """Check every file of the installed models; return 2 if one is missing or damaged."""
    from voice_guide.config.settings import SettingsFile
    from voice_guide.speech_models.catalog import find_model, model_folder, read_catalog
    from voice_guide.speech_models.verify import INSTALL_COMMAND, verify_model

    # The language's model has to be there; others are verified if they are installed.
    used = find_model(SettingsFile().language.model)
    there = [each for each in read_catalog() if each == used or model_folder(each).exists()]
    problems = [problem for model in there for problem in verify_model(model)]
    for problem in problems:
        print(f"voice-guide: {problem}: run `{INSTALL_COMMAND}`", file=sys.stderr)
    if not problems:
        print("every file is complete")
    return 2 if problems else 0
