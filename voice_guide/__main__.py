"""Run the `voice-guide` command with `python -m voice_guide`."""

from voice_guide.cli.commands import main

main()
