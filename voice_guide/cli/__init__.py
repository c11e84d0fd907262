"""The command line: its parser, and one function per command."""
