"""From microphone blocks to commands."""
