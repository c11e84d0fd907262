"""Hearing: from microphone blocks to commands."""
