"""Everything shown on a terminal: the screen, the transcript, tables and log lines."""
