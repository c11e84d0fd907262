"""The terminal: the live screen, the transcript, tables and plain lines."""
