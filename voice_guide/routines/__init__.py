"""Routine packs: their model, loader and validator."""
