"""A real OpenVoiceOS with the guide in it, spoken to and answering aloud."""
