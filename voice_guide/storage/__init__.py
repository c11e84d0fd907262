"""Storage: the SQLite file of the diary and the session checkpoint, readable only by its user."""
