"""A worker that stops itself (SIGSTOP) when it is about to run a certain statement.

Runs ``manage.py run_batch_worker`` with the options it is given. FREEZE_AT is a regular
expression for the statement, as Django writes it, with ``%s`` for values; nothing freezes without
it. IDLE_TRANSACTION_SECONDS, where set, is how long the server lets it idle in a transaction (0:
as long as it likes, as on MySQL).
"""

import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

PATTERN = os.environ.get("FREEZE_AT", "")
IDLE_SECONDS = os.environ.get("IDLE_TRANSACTION_SECONDS", "")


class Freezer:
    """Stops the process at the first statement that matches; another signal thaws it."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)
        self._frozen = False

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        """Run the statement, after a freeze if it is the one."""
        if not self._frozen and self._pattern.search(sql):
            self._frozen = True
            # To this thread: it takes no further step, while the whole process stops.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        return execute(sql, params, many, context)


def main() -> None:
    """Run the worker."""
    from django.core.management import execute_from_command_line

    freezer = Freezer(PATTERN) if PATTERN else None

    def prepare(connection: BaseDatabaseWrapper, **_: Any) -> None:
        if IDLE_SECONDS:
            with connection.cursor() as cursor:
                cursor.execute(f"SET SESSION idle_transaction_timeout = {int(IDLE_SECONDS)}")
        if freezer is not None:
            connection.execute_wrappers.append(freezer)

    connection_created.connect(prepare, weak=False)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "batchwriter.settings")
    execute_from_command_line(["manage.py", "run_batch_worker", *sys.argv[1:]])


if __name__ == "__main__":
    main()
