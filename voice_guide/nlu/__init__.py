"""From text to intent: sentence templates, sampling, and matching what was said."""
