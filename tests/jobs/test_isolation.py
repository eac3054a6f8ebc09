"""Every connection of ours reads what is committed, whatever the server's own level is.

At the server's usual level a claim would look at an old snapshot, and locks would meet more often.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from jobs.pool import DatabasePool, forget_connection
from tests import aio

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]


def level() -> tuple[str, str]:
    """The server's level, and that of this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@global.tx_isolation, @@tx_isolation")
        found: tuple[str, str] = cursor.fetchone()
    return found


@pytest.fixture(params=["REPEATABLE READ", "SERIALIZABLE"])
def servers_level(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server with another level for new connections. Others of this server set theirs, too."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET GLOBAL TRANSACTION ISOLATION LEVEL {request.param}")
        yield request.param.replace(" ", "-")
        cursor.execute("SET GLOBAL TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def test_it_reads_what_is_committed_in_a_workers_threads(servers_level: str) -> None:
    pool = DatabasePool()
    try:
        assert aio.run(pool.run(level)) == (servers_level, "READ-COMMITTED")
    finally:
        pool.close()


def test_it_reads_what_is_committed_in_the_web_processs_threads(servers_level: str) -> None:
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(level).result() == (servers_level, "READ-COMMITTED")
        thread.submit(forget_connection).result()
