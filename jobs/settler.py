"""Settles what one runner has finished: whatever is ready goes into one commit together.

Each settlement locks the job's row. One after the other, two hundred articles wait for one
another; the longer they wait, the more of them are settled together.
"""

import asyncio
from dataclasses import dataclass

from jobs import settlement
from jobs.pool import DatabasePool
from jobs.settlement import Result

MOST_AT_ONCE = 20


@dataclass(eq=False, slots=True)
class _Ticket:
    """One result, and what became of it."""

    result: Result
    done: bool = False
    article: int | None = None
    error: Exception | None = None


class Settler:
    """``books`` is held during every write to the runner's job, so that none waits in a thread."""

    def __init__(self, pool: DatabasePool, books: asyncio.Lock) -> None:
        self._pool = pool
        self._books = books
        self._ready: list[_Ticket] = []

    async def settle(self, result: Result) -> int | None:
        """The article's id, None where the start no longer runs.

        Waits for as long as the database is away, and raises what else ``settle_all`` raises for
        this result alone. Whoever comes first writes for all who wait; where that one is
        cancelled, the next one asks again, and finds what was written.
        """
        ticket = _Ticket(result)
        self._ready.append(ticket)
        try:
            async with self._books:
                while not ticket.done:
                    await self._settle_ready()
        finally:
            if ticket in self._ready:
                self._ready.remove(ticket)
        if ticket.error is not None:
            raise ticket.error
        return ticket.article

    async def _settle_ready(self) -> None:
        group = self._ready[:MOST_AT_ONCE]
        try:
            await self._write(group)
        finally:
            self._ready = [ticket for ticket in self._ready if not ticket.done]

    async def _write(self, group: list[_Ticket]) -> None:
        """Settle together; where that fails, one by one, so that each bears its own error."""
        try:
            results = [ticket.result for ticket in group]
            articles = await self._pool.insist(settlement.settle_all, results)
        except Exception as error:  # noqa: BLE001  (one draft's error must not be all drafts')
            if len(group) > 1:
                for ticket in group:
                    await self._write([ticket])
                return
            group[0].error, group[0].done = error, True
        else:
            for ticket, article in zip(group, articles, strict=True):
                ticket.article, ticket.done = article, True
