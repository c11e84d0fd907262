"""The diary of sessions: its entries, and its report and chart."""
