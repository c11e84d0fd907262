"""Routine packs: reading, checking and finding them."""
