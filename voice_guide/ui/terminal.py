"""The rich console that everything is printed with."""

from rich.console import Console


class PipeSafeConsole(Console):
    """A console that raises BrokenPipeError when the reader of its output has gone."""

    def on_broken_pipe(self) -> None:
        """Raise the error again; rich would exit with status 1."""
        raise BrokenPipeError
