"""Orders for articles, given to a child process a line each."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Order:
    """``user`` wants these articles; ``series``: with one call after the other."""

    user: int
    keywords: list[str]
    series: bool = False


def orders() -> Iterator[Order]:
    """The orders that come in on standard input; each is confirmed when the next is asked for."""
    print("ready", flush=True)
    for line in sys.stdin:
        yield Order(**json.loads(line))
        print("taken", flush=True)


class Child:
    """A process that takes orders; use it in a ``with`` block."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command, self._environment = command, environment

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        self.greeting = self.read()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def read(self) -> str:
        """The next line that it writes. Raises RuntimeError where it has ended instead."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(self._command)} has ended ({self._process.wait()}).")
        return line.strip()

    def order(self, order: Order) -> None:
        """Give an order; returns when the process has taken it in."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        self.read()
