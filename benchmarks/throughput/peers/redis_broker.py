"""A Redis server of one's own, without a disk."""

import shutil
import socket
from types import TracebackType
from typing import Self

from benchmarks.throughput.peers.home import Missing
from tests.fakes.ports import free_port
from tests.fakes.process import Background
from tests.waiting import wait_for


class Redis:
    """Use it in a ``with`` block. Raises Missing where Redis is not installed."""

    def __enter__(self) -> Self:
        program = shutil.which("redis-server")
        if program is None:
            raise Missing("redis-server is not installed")
        self._port = free_port()
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly"]
        self._server = Background([program, *options, "no"], {}).start()
        wait_for(self._answers, self._server.log)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        """As clients take it."""
        return f"redis://127.0.0.1:{self._port}/0"

    def connections(self) -> int:
        """How many it has, without the one that asks."""
        return self._told("connected_clients") - 1

    def commands(self) -> int:
        """How many it has been given, the few that ask included."""
        return self._told("total_commands_processed")

    def _answers(self) -> bool:
        try:
            return self._told("connected_clients") > 0
        except OSError:
            return False

    def _told(self, name: str) -> int:
        with socket.create_connection(("127.0.0.1", self._port), timeout=5) as line:
            line.sendall(b"INFO\r\nQUIT\r\n")
            text = line.makefile("rb").read().decode()
        return int(text.partition(f"{name}:")[2].split()[0])
