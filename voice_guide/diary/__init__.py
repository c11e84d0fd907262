"""The diary of sessions: its history, its report and its chart."""
