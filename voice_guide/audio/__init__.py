"""Audio: the one format inside the program, and the faults of sound devices."""
