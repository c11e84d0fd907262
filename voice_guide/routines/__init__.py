"""The routine packs, and how they are read and checked."""
