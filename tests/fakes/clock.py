"""A clock that lies to one process: Debian's libfaketime, preloaded.

Only the time of day is changed; what measures durations goes on as it did.
"""

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

LIBRARIES = ("libfaketimeMT.so.1", "libfaketime.so.1")
FOLDERS = ("/usr/lib", "/usr/local/lib")


def library() -> Path | None:
    """Where libfaketime is, None where it is not installed."""
    for folder in FOLDERS:
        for name in LIBRARIES:
            for found in Path(folder).glob(f"**/faketime/{name}"):
                return found
    return None


class FakeClock:
    """A clock that is ``seconds`` off until it is set anew; for processes with ``environment``.

    Use it in a ``with`` block. Raises RuntimeError where the library is missing.
    """

    def __init__(self, seconds: int = 0) -> None:
        preloaded = library()
        if preloaded is None:
            raise RuntimeError("libfaketime is not installed.")
        descriptor, path = tempfile.mkstemp(prefix="bw-clock-")
        os.close(descriptor)
        self._file = Path(path)
        self.environment = {
            "LD_PRELOAD": str(preloaded),
            "FAKETIME_TIMESTAMP_FILE": path,
            # Reading the file at every look at the clock would take most of a process's time.
            "FAKETIME_CACHE_DURATION": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
            # Its remedy for waits with a time-out makes them spin; they are right without it.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }
        self.set(seconds)

    def set(self, seconds: int) -> None:
        """Make the time this much later than it is, or earlier if below zero, within a second."""
        written = self._file.with_suffix(".new")
        written.write_text(f"{seconds:+d}")
        written.replace(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.unlink(missing_ok=True)
