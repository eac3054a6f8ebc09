"""One leased job: its keywords side by side, as many at once as there is room for."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from articles.providers.base import Provider, ProviderError, ProviderUnavailable, TryAgain
from articles.providers.pace import Pace, Turn
from articles.writing import pipeline
from articles.writing.booking import Spend
from articles.writing.draft import Draft
from articles.writing.steps import StepResult
from batchwriter import logs
from jobs import checkpoints, queue, settlement
from jobs.handles import Lease, Stale, Start
from jobs.pacing import Paces
from jobs.pool import DatabaseAway, DatabasePool
from jobs.queue import Next
from jobs.settlement import Failure, Result
from jobs.settler import Settler

# How soon a job looks again for keywords that others gave back, or for tokens they freed.
LOOK_AGAIN_SECONDS = 0.5
INTERNAL_ERROR = Failure("internal_error", "An unexpected error stopped this article.", ours=True)


class Runner:
    """Writes the keywords of one lease until nothing is left, or until it is told to stop.

    ``stop_starting`` lets what runs finish, ``abort`` drops it at once.
    """

    def __init__(
        self,
        lease: Lease,
        *,
        pool: DatabasePool,
        provider: Callable[[str], Awaitable[Provider]],
        paces: Paces,
        items_in_flight: int,
    ) -> None:
        self.lease = lease
        self._pool = pool
        self._provider = provider
        self._paces = paces
        self._most = items_in_flight
        self._running: dict[asyncio.Task[None], Start] = {}
        # Those whose calls have ended: their places are free while they are being settled.
        self._written: set[asyncio.Task[None]] = set()
        self._books = asyncio.Lock()
        self._settler = Settler(pool, self._books)
        self._starting = True
        self._aborted = False
        self._looks_again = False
        self._unsure = False
        self._wake = asyncio.Event()
        self._crash: BaseException | None = None

    @property
    def starting(self) -> bool:
        """Whether further keywords may be started."""
        return self._starting

    @property
    def unfinished(self) -> list[Start]:
        """The keywords that run at present."""
        return list(self._running.values())

    def stop_starting(self) -> None:
        """Start nothing more; what runs may finish and settle."""
        self._starting = False
        self._wake.set()

    def abort(self) -> None:
        """Start nothing more and drop the calls in flight. Their attempts are ended elsewhere."""
        self._aborted = True
        self.stop_starting()
        for task in self._running:
            task.cancel()

    async def run(self) -> None:
        """Return when nothing runs and nothing more may be started.

        Raises what a keyword's task raised where its outcome could not be written: then the rows
        say that it runs, and only a take-over can tell them otherwise.
        """
        look = Next.MORE
        while self._starting or self._running or self._unsure:
            if self._unsure:
                await self._make_sure()
                continue
            room = self._room()
            if look is Next.ALONE and self._running:
                room = 0
            wants = look is Next.MORE or not self._running or self._looks_again
            if self._starting and room > 0 and wants:
                look = await self._start(room)
                if look is Next.MORE:
                    continue
            if self._starting or self._running:
                await self._wait(look)
            if self._crash is not None:
                self.abort()
                raise self._crash

    def _room(self) -> int:
        """How many keywords may be started now; those that wait to be settled are bounded too."""
        running = len(self._running)
        return min(self._most - running + len(self._written), 2 * self._most - running)

    async def _start(self, room: int) -> Next:
        self._looks_again = False
        try:
            async with self._books:
                starts, look = await self._pool.run(queue.start_items, self.lease, room)
        except Stale:
            self._starting = False
            return Next.EMPTY
        except DatabaseAway:
            self._unsure = True
            return Next.MORE
        if look is Next.PAUSED:
            self._starting = False
        if self._aborted:
            # What was started meanwhile is not written by anybody.
            self._unsure = True
            return look
        for start in starts:
            task = asyncio.create_task(self._write(start))
            self._running[task] = start
            task.add_done_callback(self._done)
        return look

    async def _make_sure(self) -> None:
        """Give up whatever was started without our hearing of it: the connection broke then."""
        running = [start.item_id for start in self._running.values()]
        try:
            await self._pool.run(queue.drop_unknown, self.lease, running)
            self._unsure = False
        except DatabaseAway:
            await self._pool.wait_while_away()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task)
        self._written.discard(task)
        self._wake.set()
        if not task.cancelled():
            self._crash = task.exception() or self._crash

    async def _wait(self, look: Next) -> None:
        """Until a keyword ends, somebody asks for something, or it is time to look again."""
        full = self._room() <= 0
        timeout = None if full or not self._starting else LOOK_AGAIN_SECONDS
        try:
            async with asyncio.timeout(timeout):
                await self._wake.wait()
            self._looks_again = look is not Next.EMPTY
        except TimeoutError:
            self._looks_again = True
        self._wake.clear()

    async def _write(self, start: Start) -> None:
        spent = Spend()
        try:
            await self._outcome(start, spent)
        except asyncio.CancelledError:
            with contextlib.suppress(DatabaseAway):
                await self._pool.run(settlement.note_cost, start, spent.total, spent.unconfirmed)
            raise

    async def _outcome(self, start: Start, spent: Spend) -> None:
        try:
            draft = await self._draft(start, spent)
        except ProviderUnavailable as error:
            await self._give_way(start, error, spent)
        except ProviderError as error:
            outage = isinstance(error, TryAgain) and error.outage
            await self._fail(start, Failure(error.code, error.message, outage), spent)
        except Exception as error:  # noqa: BLE001  (one keyword's bug must not stop the others)
            logs.event("item_crashed", item=start.item_id, job=start.job_id, error=error)
            await self._fail(start, INTERNAL_ERROR, spent)
        else:
            await self._settle(start, draft, spent)

    async def _draft(self, start: Start, spent: Spend) -> Draft:
        """Write; the place is free as soon as the provider has done its work."""
        try:
            provider = await self._provider(start.model.provider)
            turn = Turn(await self._pace(start), lane=start.job_id)
            brief, keep = start.brief(), None
            bought: dict[str, StepResult] = {}
            if checkpoints.are_worth_it(brief):
                keep = partial(self._persist, start, checkpoints.keep, start)
                if start.number > 1:
                    bought = await self._pool.insist(checkpoints.kept, start.item_id)
            return await pipeline.write(
                brief, provider, spent,
                probing=start.probe, turn=turn, bought=bought, on_bought=keep,
            )  # fmt: skip
        finally:
            self._written.add(asyncio.current_task())  # type: ignore[arg-type]
            self._wake.set()

    async def _pace(self, start: Start) -> Pace:
        while True:
            try:
                return await self._paces.of(start.model.pk, start.worker)
            except DatabaseAway:
                await self._pool.wait_while_away()

    async def _settle(self, start: Start, draft: Draft, spent: Spend) -> None:
        try:
            article = await self._settler.settle(
                Result(start, draft, spent.dropped, spent.unconfirmed, spent.reused_steps)
            )
        except Exception as error:  # noqa: BLE001  (a draft that cannot be stored is one keyword's)
            logs.event("item_crashed", item=start.item_id, job=start.job_id, error=error)
            return await self._fail(start, INTERNAL_ERROR, spent)
        if article is None:
            return self._unwanted(start)
        logs.event(
            "article_created",
            article=article,
            job=start.job_id,
            item=start.item_id,
            worker=start.worker,
            tokens=draft.usage.total,
        )

    async def _fail(self, start: Start, failure: Failure, spent: Spend) -> None:
        if spent.useless_steps:
            await self._pool.insist(checkpoints.forget, start.item_id, spent.useless_steps)
        failed = await self._persist(
            start, settlement.fail, start, failure, spent.total, spent.unconfirmed
        )
        if failed is not None:
            logs.event(
                "article_failed",
                item=start.item_id,
                job=start.job_id,
                worker=start.worker,
                reason=failure.code,
            )

    async def _give_way(self, start: Start, error: ProviderUnavailable, spent: Spend) -> None:
        await self._persist(
            start, settlement.provider_unavailable, start, error, spent.total, spent.unconfirmed
        )
        logs.event("job_paused", job=start.job_id, reason=error.code, worker=start.worker)

    async def _persist(self, start: Start, function: Callable[..., Any], *args: Any) -> Any:
        """Write an outcome, however long the database is away; None where it is unwanted.

        The functions may be repeated after an unknown commit: the attempt's state tells them.
        """
        try:
            async with self._books:
                return await self._pool.insist(function, *args)
        except Stale:
            return self._unwanted(start)

    def _unwanted(self, start: Start) -> None:
        logs.event("result_unwanted", item=start.item_id, job=start.job_id, worker=start.worker)
