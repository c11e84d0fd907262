"""Taking out of what the microphone hears what the guide itself is playing."""
