"""What processes have used, as Linux tells in ``/proc``."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def tree(pids: Iterable[int]) -> set[int]:
    """``pids`` and all that descends from them."""
    found: set[int] = set()
    waiting = list(pids)
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
            waiting += [int(child) for child in _read(tasks).split()]
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor seconds, user's and system's, of processes and of children that they outlived."""
    ticks = 0
    for pid in tree(pids):
        # The name, in brackets, may hold blanks; utime is the 14th field, cstime the 17th.
        fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICKS


def peak_megabytes(pids: Iterable[int]) -> float:
    """The most memory that each process has had since its start, added up."""
    kilobytes = 0
    for pid in tree(pids):
        peak = _read(Path(f"/proc/{pid}/status")).partition("VmHWM:")[2].split()
        kilobytes += int(peak[0]) if peak else 0
    return kilobytes / 1024


def _read(path: Path) -> str:
    """A file's text; empty where the process is gone."""
    try:
        return path.read_text()
    except OSError:
        return ""
