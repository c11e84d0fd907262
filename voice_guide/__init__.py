"""Voice Guide: leads a person whose hands are busy through a routine, by voice, offline."""

import os

__version__ = "0.2.0"

# Read when numpy is loaded. No matrix here is so large that more threads would save any time;
# each costs memory, and wakes up.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
