"""The SQLite store that only the user can read: diary entries and the session checkpoint."""
