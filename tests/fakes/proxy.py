"""A line to a database server that breaks at a commit, before or after the server heard of it."""

import socket
import threading
from types import TracebackType
from typing import Self

CHUNK = 65536
COMMIT = b"\x03COMMIT"


class CommitBreaker:
    """Forwards connections to a port on loopback; use it in a ``with`` block.

    Set ``breaks`` to ``before`` or ``after``: at the next commit the client loses its connection,
    and the server has heard of the commit or not. It is set back to an empty text then.
    """

    def __init__(self, port: int) -> None:
        self.breaks = ""
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for one in self._open:
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            self._open += [client, server]
            threading.Thread(target=self._requests, args=(client, server), daemon=True).start()
            threading.Thread(target=_answers, args=(server, client), daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        try:
            while data := client.recv(CHUNK):
                if self.breaks and COMMIT in data:
                    self._break(client, server, data)
                    return
                server.sendall(data)
        except OSError:
            pass
        finally:
            _hang_up(client, server)

    def _break(self, client: socket.socket, server: socket.socket, data: bytes) -> None:
        heard, self.breaks = self.breaks == "after", ""
        # Nothing more reaches the client, the answer least of all.
        client.shutdown(socket.SHUT_RDWR)
        if heard:
            server.sendall(data)


def _answers(server: socket.socket, client: socket.socket) -> None:
    try:
        while data := server.recv(CHUNK):
            client.sendall(data)
    except OSError:
        pass
    finally:
        _hang_up(client, server)


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        try:
            end.shutdown(socket.SHUT_WR)
        except OSError:
            continue
