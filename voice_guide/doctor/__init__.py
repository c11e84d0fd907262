"""The checks of this machine, and the report for a bug."""
