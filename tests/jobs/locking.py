"""Holding row locks against the code under test, and changing rows between its statements."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

from tests.waiting import wait_for

WAITING = """SELECT trx_query FROM information_schema.innodb_trx
    JOIN information_schema.processlist ON id = trx_mysql_thread_id
    WHERE trx_state = 'LOCK WAIT' AND db = DATABASE()"""
# InnoDB shows a copy, which is not renewed while it is read more often than this.
CACHED_SECONDS = 0.15


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

    asked = 0.0

    def waiting() -> str:
        nonlocal asked
        if time.monotonic() - asked < CACHED_SECONDS:
            return ""
        asked = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            rows = cursor.fetchall()
        return rows[0][0] or "" if rows else ""

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
