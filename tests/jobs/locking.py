"""Holding row locks against the code under test, and changing rows between its statements."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

from tests.waiting import wait_for

# A transaction that waits, and the thread that runs it, in what InnoDB says of itself. The tables
# of information_schema show a copy, which is not renewed while several tests read it.
LOCK_WAIT = re.compile(r"^LOCK WAIT .*\n(?:.*\n)*?.* thread id (\d+),", re.MULTILINE)
QUERY = "SELECT info FROM information_schema.processlist WHERE id = %s AND db = DATABASE()"


@contextmanager
def row_locked(table: str, pk: Any) -> Iterator[None]:
    """Somebody else's transaction holds one row while the block runs. MariaDB alone."""
    other = connection.copy()
    other.set_autocommit(False)
    key = {"user_queue": "user_id"}.get(table, "id")
    try:
        with other.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} WHERE {key} = %s FOR UPDATE", [pk])
            assert cursor.fetchone(), "there is no such row"
        yield
    finally:
        other.rollback()
        other.close()


def query_that_waits(table: str, pk: Any, function: Callable[[], Any]) -> str:
    """The statement with which ``function`` waits for a row that is locked by somebody else.

    Empty where it ended without waiting. It has ended when this returns; its errors are raised.
    """

    def call() -> Any:
        try:
            return function()
        finally:
            connections.close_all()

    def waiting() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW ENGINE INNODB STATUS")
            threads = LOCK_WAIT.findall(cursor.fetchone()[2])
            for thread in threads:
                cursor.execute(QUERY, [thread])
                rows = cursor.fetchall()
                if rows and rows[0][0]:
                    return str(rows[0][0])
        return ""

    with ThreadPoolExecutor(1) as thread:
        with row_locked(table, pk):
            future = thread.submit(call)
            seen = wait_for(lambda: waiting() or (future.done() and " ")).strip()
        future.result()
    return seen


@contextmanager
def slipped_in(before: str, change: str) -> Iterator[None]:
    """Just before the first statement that begins with ``before``, ``change`` happens.

    It happens on the same connection, as if the locks in between had not been there.
    """
    happened: list[bool] = []

    def execute(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not happened and sql.replace("`", "").replace('"', "").startswith(before):
            happened.append(True)
            context["cursor"].execute(change)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield
    assert happened, f"no statement began with {before!r}"
