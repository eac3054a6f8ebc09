"""The database's clock, and transactions that are repeated when the database asks for it."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings as django_settings
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    InterfaceError,
    InternalError,
    OperationalError,
    connections,
    models,
    transaction,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.models.expressions import Func
from django.utils import timezone

from batchwriter import logs

Result = TypeVar("Result")

# 1213 deadlock, 1205 lock wait time-out, 1020 row changed since it was read: the server rolled
# the transaction back (1205: the statement) and says that it may be tried again.
RETRIED_ERRORS = frozenset({1213, 1205, 1020})
# What the server says when it cannot read or write for now, by number.
AWAY_ERRORS = frozenset(
    RETRIED_ERRORS
    | {1021, 1023, 1024, 1026, 1030, 1114, 1878}  # its disk is full, or fails
    | {1290, 1792, 1836, 1874}  # it is read-only
    | {1037, 1038, 1041, 1135, 1206}  # it is out of memory, threads or locks
    | {1040, 1203, 1226}  # too many connections
    | {1042, 1043, 1044, 1045, 1049, 1129, 1130, 1146}  # it lets nobody in, or is not set up yet
    | {1047, 1053, 1077, 1078, 1079, 1080}  # it starts, stops, or waits for its cluster
    | {1152, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1927, 4031}  # it hung up
    | {1180, 1181, 1317, 1412, 1615, 1969, 3024}  # it gave the statement up
)
CLIENT_ERRORS = range(2000, 3000)
SYSTEM_ERRORS = range(1, 1000)
# On a cluster each node may win once before the last one does, for each of several rows.
ATTEMPTS = 8
FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.5


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


def missing_migrations() -> int:
    """How many migrations the database lacks; two statements."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def now() -> datetime:
    """The database's time, aware, in UTC; one statement on MariaDB, none on SQLite."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "mysql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT UTC_TIMESTAMP(6)")
        return timezone.make_aware(cursor.fetchone()[0], timezone=UTC)


def clock() -> tuple[str, list[Any]]:
    """SQL for the database's time, as it is stored, and its parameters."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "mysql":
        return "UTC_TIMESTAMP(6)", []
    return "%s", [connection.ops.adapt_datetimefield_value(timezone.now())]


def for_update(*, skip_locked: bool = False) -> str:
    """What ends a SELECT in plain SQL that locks its rows; SQLite locks the whole database."""
    if not supports_skip_locked():
        return ""
    return " FOR UPDATE SKIP LOCKED" if skip_locked else " FOR UPDATE"


def stored(moment: datetime) -> Any:
    """``moment`` as it is stored, for plain SQL."""
    return connections[DEFAULT_DB_ALIAS].ops.adapt_datetimefield_value(moment)


def aware(value: Any) -> datetime:
    """A moment as ``clock`` gave it, aware, in UTC."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC)


def error_number(error: Exception) -> int | None:
    """The server's number of a database error, None where it has none (SQLite)."""
    number = error.args[0] if error.args else None
    return number if isinstance(number, int) else None


def is_away(error: BaseException | None) -> bool:
    """Whether ``error`` says that the database cannot be used for now, through no fault of ours.

    It cannot be reached, hung up, is read-only, has no room, was too slow, or is not migrated
    yet: the same may succeed later. Never true for what the statement or its values have caused.
    """
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, DatabaseError):
        return False
    number = error_number(error)
    if number is None:
        return isinstance(error, OperationalError)
    if isinstance(error, InternalError) and number in SYSTEM_ERRORS:
        return True
    return number in AWAY_ERRORS or number in CLIENT_ERRORS


def limit_waiting() -> None:
    """Take no answer within DATABASE_TIMEOUT_SECONDS for a lost connection, from now on.

    For processes that serve: a server that is frozen must not hold them for ever. Migrations and
    audits may take as long as they need. Call it before the first connection is made.
    """
    seconds = django_settings.DATABASE_TIMEOUT_SECONDS
    for settings in connections.settings.values():
        if settings["ENGINE"].endswith("mysql"):
            settings["OPTIONS"] |= {"read_timeout": seconds, "write_timeout": seconds}


def close_before_fork() -> None:
    """Leave a child no connection: two processes that talk on one corrupt each other."""
    connections.close_all()


def in_transaction(function: Callable[[], Result]) -> Result:
    """Run ``function`` in one transaction, and again from its start after a deadlock.

    On a cluster a conflict with another node looks like one too, mostly at the COMMIT.
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
            logs.event("transaction_repeated", number=error_number(error), attempt=attempt + 1)
            pause = min(FIRST_PAUSE_SECONDS * 2**attempt, LONGEST_PAUSE_SECONDS)
            time.sleep(random.uniform(0, pause))
    raise AssertionError("unreachable: the last attempt returns or raises")


def supports_skip_locked(connection: BaseDatabaseWrapper | None = None) -> bool:
    """Whether ``SELECT … FOR UPDATE SKIP LOCKED`` means anything (SQLite ignores it)."""
    return (connection or connections[DEFAULT_DB_ALIAS]).features.has_select_for_update_skip_locked
