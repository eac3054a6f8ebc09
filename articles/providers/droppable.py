"""Blocking HTTP calls that another thread can end by closing their socket.

``requests`` cannot be interrupted. A call made in a thread inside ``Call.tracked()`` notes the
connection that it uses, and ``Call.drop()`` shuts that connection's socket down: the server sees
the end at once, and the blocked thread gets an error.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_current = threading.local()


class Call:
    """One blocking call; made on one thread, dropped from another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: HTTPConnection | None = None
        self._dropped = False

    @contextlib.contextmanager
    def tracked(self) -> Iterator[None]:
        """Requests of this thread belong to this call."""
        _current.call = self
        try:
            yield
        finally:
            _current.call = None
            with self._lock:
                self._connection = None

    def uses(self, connection: HTTPConnection) -> None:
        """Note the connection; a call that was dropped before gets none."""
        with self._lock:
            if self._dropped:
                raise ConnectionAbortedError("the call was dropped")
            self._connection = connection

    def drop(self) -> None:
        """End the call: its socket is shut down, now or as soon as it wants one."""
        with self._lock:
            self._dropped = True
            used = self._connection.sock if self._connection is not None else None
            if used is not None:
                with contextlib.suppress(OSError):
                    used.shutdown(socket.SHUT_RDWR)


class _Noted:
    """Tells the thread's call which connection carries it."""

    def request(self, *args: Any, **kwargs: Any) -> None:
        call: Call | None = getattr(_current, "call", None)
        if call is not None:
            call.uses(self)  # type: ignore[arg-type]
        super().request(*args, **kwargs)  # type: ignore[misc]


class _Connection(_Noted, HTTPConnection):
    pass


class _SecureConnection(_Noted, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class DroppableAdapter(HTTPAdapter):
    """A transport for ``requests`` whose calls can be dropped; keeps up to ``size`` connections."""

    def __init__(self, size: int) -> None:
        super().__init__(pool_connections=1, pool_maxsize=size)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Use connections that tell their call."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
