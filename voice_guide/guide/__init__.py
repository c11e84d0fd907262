"""What to say next: the conversation, free of sound, files, clocks and threads."""
