"""The database's clock, and transactions that are repeated when the database asks for it."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Func
from django.utils import timezone

Result = TypeVar("Result")

# 1213 deadlock, 1205 lock wait time-out, 1020 row changed since it was read: the server rolled
# the transaction back (1205: the statement) and says that it may be tried again.
RETRIED_ERRORS = frozenset({1213, 1205, 1020})
ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.02


class DatabaseNow(Func):
    """The database's clock in UTC, ``offset_seconds`` from now, as an SQL expression.

    Workers on several hosts compare times with one another; only one clock may count.
    Django's own ``Now`` gives the server's local time on MariaDB.
    """

    template = "UTC_TIMESTAMP(6)"
    output_field = models.DateTimeField()

    def __init__(self, offset_seconds: float = 0.0) -> None:
        super().__init__()
        self.offset_seconds = float(offset_seconds)

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """MariaDB and MySQL."""
        if not self.offset_seconds:
            return "UTC_TIMESTAMP(6)", ()
        return "(UTC_TIMESTAMP(6) + INTERVAL %s MICROSECOND)", (int(self.offset_seconds * 1e6),)

    def as_sqlite(
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """SQLite runs in this process: its clock is ours, and has fewer digits."""
        moment = timezone.now() + timedelta(seconds=self.offset_seconds)
        return "%s", (connection.ops.adapt_datetimefield_value(moment),)


def now() -> datetime:
    """The database's time, aware, in UTC; one statement on MariaDB, none on SQLite."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "mysql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT UTC_TIMESTAMP(6)")
        return timezone.make_aware(cursor.fetchone()[0], timezone=UTC)


def error_number(error: Exception) -> int | None:
    """The server's number of a database error, None where it has none (SQLite)."""
    number = error.args[0] if error.args else None
    return number if isinstance(number, int) else None


def in_transaction(function: Callable[[], Result]) -> Result:
    """Run ``function`` in one transaction, and again from its start after a deadlock.

    Inside an outer transaction it runs once: only the whole can be repeated. Raises whatever
    ``function`` raises, and the last error when every attempt failed.
    """
    if transaction.get_connection().in_atomic_block:
        with transaction.atomic():
            return function()
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return function()
        except OperationalError as error:
            if error_number(error) not in RETRIED_ERRORS or attempt == ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0, FIRST_PAUSE_SECONDS * 2**attempt))
    raise AssertionError("unreachable: the last attempt returns or raises")


def supports_skip_locked(connection: BaseDatabaseWrapper | None = None) -> bool:
    """Whether ``SELECT … FOR UPDATE SKIP LOCKED`` means anything (SQLite ignores it)."""
    return (connection or connections[DEFAULT_DB_ALIAS]).features.has_select_for_update_skip_locked
