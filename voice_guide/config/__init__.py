"""Settings, languages, and reading and writing their files."""
