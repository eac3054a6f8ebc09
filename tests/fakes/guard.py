"""Clears up after a test process, however it ends."""

import subprocess


class Guard:
    """A shell command that runs when our process is gone, also when it was killed.

    It waits on a pipe whose other end dies with us. ``args`` are the command's ``$1``, ``$2`` …
    """

    def __init__(self, command: str, *args: str) -> None:
        self._process = subprocess.Popen(
            ["sh", "-c", f"cat >/dev/null; {command}", "guard", *args],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def release(self) -> None:
        """Nothing is left to clear up: end without running the command."""
        self._process.kill()
        self._process.communicate()
