"""Errors that the user can fix."""


class VoiceGuideError(Exception):
    """A problem outside the program: wrong input, or something missing.

    The message says in one line what is wrong, where, and what to do.
    The command line prints it on standard error and exits with status 2.
    """

    def __init__(self, message: str) -> None:
        # Quoted text may have several lines.
        super().__init__(" ".join(message.splitlines()))


class NoSoundError(VoiceGuideError):
    """A machine without a microphone or without a speaker."""
