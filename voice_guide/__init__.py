"""Voice Guide: leads a person whose hands are busy through a routine, by voice, offline."""

__version__ = "0.1.0"
