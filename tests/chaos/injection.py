"""One database error at a chosen statement of a run, whichever thread it falls on.

Every statement and every COMMIT of the process is counted; the one with the chosen number fails.
A lost connection is really lost: the server has killed it, before or after it did its work.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

COMMIT = "COMMIT"
LOST = (2006, 2013)
TEXTS = {
    1213: "Deadlock found when trying to get lock; try restarting transaction",
    1205: "Lock wait timeout exceeded; try restarting transaction",
    1020: "Record has changed since last read",
    2006: "Server has gone away",
    2013: "Lost connection to server during query",
}


@dataclass
class Injection:
    """Fails statement number ``at`` (from 1; 0: none) with ``error``, or with ``commit`` the
    COMMIT of that number; with ``after`` it has been carried out by then.

    ``statements`` and ``commits`` count what was done so far; ``struck`` is what failed.
    """

    at: int = 0
    error: int = 2013
    after: bool = False
    commit: bool = False
    statements: int = 0
    commits: int = 0
    struck: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def meet(self, connection: BaseDatabaseWrapper, what: str, carry_out: Callable[[], Any]) -> Any:
        """Carry one step out, or fail it."""
        if not self._hits(what == COMMIT):
            return carry_out()
        self.struck = what
        if self.after:
            carry_out()
        if self.error in LOST and connection.vendor == "mysql":
            with suppress(Exception):
                connection.connection.query("KILL CONNECTION_ID()")
        raise OperationalError(self.error, TEXTS[self.error])

    def _hits(self, commit: bool) -> bool:
        with self._lock:
            self.commits += commit
            self.statements += not commit
            number = self.commits if commit else self.statements
            return commit is self.commit and number == self.at

    def execute(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """A wrapper for Django's ``execute_wrappers``."""
        return self.meet(context["connection"], sql, lambda: execute(sql, params, many, context))


@contextmanager
def injected(injection: Injection) -> Iterator[Injection]:
    """Every connection of the process, also those of threads to come, meets ``injection``."""
    touched: list[BaseDatabaseWrapper] = []

    def join(connection: BaseDatabaseWrapper, **_: Any) -> None:
        if connection not in touched:
            touched.append(connection)
            connection.execute_wrappers.append(injection.execute)

    real = BaseDatabaseWrapper._commit

    def commit(connection: BaseDatabaseWrapper) -> Any:
        return injection.meet(connection, COMMIT, lambda: real(connection))

    connection_created.connect(join)
    for connection in connections.all(initialized_only=True):
        join(connection)
    BaseDatabaseWrapper._commit = commit  # type: ignore[method-assign]
    try:
        yield injection
    finally:
        BaseDatabaseWrapper._commit = real  # type: ignore[method-assign]
        connection_created.disconnect(join)
        for connection in touched:
            connection.execute_wrappers.remove(injection.execute)
