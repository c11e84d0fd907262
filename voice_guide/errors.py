"""What can go wrong in a way that a person can mend."""


class VoiceGuideError(Exception):
    """A mistake or a lack outside the program.

    The message is what the person reads: what is wrong, where, and what to do.
    The command line prints it on standard error and exits with status 2.
    """

    def __init__(self, message: str) -> None:
        # What it quotes may be of several lines.
        super().__init__(" ".join(message.splitlines()))


class NoSoundError(VoiceGuideError):
    """This machine has no microphone or no speaker at all."""
