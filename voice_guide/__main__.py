"""`python -m voice_guide` is the `voice-guide` command."""

from voice_guide.cli.commands import main

main()
