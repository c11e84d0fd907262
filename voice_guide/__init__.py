"""Voice Guide: an offline voice assistant that leads through routines hands-free."""

import os

__version__ = "0.2.0"

# Read when numpy is loaded. The matrices here are too small to gain from more threads, each of
# which takes memory and wakes up.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
