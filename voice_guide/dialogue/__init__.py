"""The dialogue: events in, actions out, free of sound, files, clocks and threads."""
