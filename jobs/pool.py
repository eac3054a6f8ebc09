"""The few threads through which a worker's event loop reaches the database."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import Error, connections

from batchwriter import database

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

THREADS = 4


class DatabaseAway(Exception):
    """The database cannot be used for now; whether anything was written is unknown."""


def ask(function: Callable[[], Result]) -> Result:
    """The result of ``function``. Raises DatabaseAway where the same may succeed later."""
    try:
        return function()
    except Error as error:
        if not database.is_away(error):
            raise
        forget_connection()
        raise DatabaseAway(str(error)) from error


def forget_connection() -> None:
    """Close this thread's connection: the next call makes a new one."""
    for connection in connections.all(initialized_only=True):
        connection.close()


class DatabasePool:
    """Runs database functions in a fixed number of threads, a connection each."""

    # Between two tries of what the database could not do.
    away_seconds = 0.5

    def __init__(self, threads: int = THREADS) -> None:
        self._size = threads
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="database")

    async def run(
        self,
        function: Callable[Arguments, Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """The result of ``function``, or its exception; DatabaseAway as in ``ask``.

        It cannot be interrupted: a caller that is cancelled still waits for the answer, so that
        nothing is written behind its back.
        """

        def call() -> Result:
            return ask(lambda: function(*args, **kwargs))

        future = asyncio.get_running_loop().run_in_executor(self._threads, call)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            # Nobody asks for the outcome any more; unread, an error would be logged.
            future.add_done_callback(lambda done: done.cancelled() or done.exception())
            await asyncio.wait([future])
            raise

    async def insist(
        self,
        function: Callable[Arguments, Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """As ``run``, however long the database is away: ``function`` may be called again."""
        while True:
            try:
                return await self.run(function, *args, **kwargs)
            except DatabaseAway:
                await self.wait_while_away()

    async def wait_while_away(self) -> None:
        """Let some time go by before the database is asked again."""
        await asyncio.sleep(self.away_seconds)

    def close(self) -> None:
        """Close the connections of all threads and end them."""
        together = threading.Barrier(self._size)

        def part() -> None:
            together.wait()
            forget_connection()

        for _ in range(self._size):
            self._threads.submit(part)
        self._threads.shutdown(wait=True)
