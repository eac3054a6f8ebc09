"""The worker process: poll, claim, heartbeat, take-over, signals, drain."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from batchwriter import database, logs
from jobs import leases, lifecycle, queue, takeover, turns, waking, watch
from jobs.handles import Stale
from jobs.heartbeat import Heartbeat
from jobs.models import BatchJob
from jobs.pool import DatabaseAway, DatabasePool
from jobs.seats import Seats

HOUSEKEEPING_SECONDS = 1.0
SWEEP_SECONDS = 30.0
GRACE_SECONDS = 20.0
# After the grace: dropping what is left, and the rows that say so. Ends within the 25 s that
# are promised, even where the database does not answer.
LAST_WORDS_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Options:
    """How a worker works; see ``run_batch_worker --help``."""

    poll_seconds: float
    max_jobs: int
    items_in_flight: int
    drain: bool = False


class Worker:
    """Claims jobs as long as it has a free seat, and runs each of them."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._pool = DatabasePool()
        self._seats = Seats(
            self._pool,
            items_in_flight=options.items_in_flight,
            on_free=self._wake_up,
            on_crash=self._on_expelled,
        )
        self._wake = asyncio.Event()
        self._stopping = False
        self._expelled = False
        self.database_away = False
        self._unsure = False
        self._worker_id = self._next_id = ""
        self._heartbeat: Heartbeat | None = None
        self._next_housekeeping = 0.0
        self._next_sweep = 0.0

    async def run(self) -> None:
        """Work until a signal, or with ``drain`` until no job is pending or processing."""
        self._listen_to_signals()
        try:
            while not self._stopping:
                await self._guard(self._turn)
                if not self._stopping:
                    await self._sleep(self._options.poll_seconds)
        finally:
            await self._leave()

    def stop(self) -> None:
        """Ask for an orderly end."""
        self._stopping = True
        self._wake_up()

    def _wake_up(self) -> None:
        self._wake.set()

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal)

    def _on_signal(self) -> None:
        """The first signal asks for an orderly end; a second one ends at once (leases expire)."""
        if self._stopping:
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().remove_signal_handler(number)
            signal.raise_signal(signal.SIGKILL)
        self.stop()
        # Whatever hangs then, a driver or a thread: what is left is taken over after the lease.
        last = threading.Timer(GRACE_SECONDS + LAST_WORDS_SECONDS + 0.5, os._exit, (0,))
        last.daemon = True
        last.start()

    async def _sleep(self, seconds: float) -> None:
        """Wait, but not longer than until something happens."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    async def _guard(self, step: Callable[[], Awaitable[None]]) -> None:
        """Run one step; while the database is away, wait for it."""
        try:
            await step()
        except DatabaseAway as error:
            if not self.database_away:
                logs.event("database_away", reason=str(error), worker=self._worker_id)
            self.database_away = self._unsure = True
            await self._sleep(self._pool.away_seconds)
        else:
            if self.database_away:
                logs.event("database_back", worker=self._worker_id)
            self.database_away = False

    async def _turn(self) -> None:
        if self._expelled:
            await self._drop_everything()
        if not self._worker_id:
            await self._register()
        if self._unsure:
            await self._adopt()
        seen = await self._pool.run(watch.look, self._worker_id)
        if not seen.alive:
            return self._on_expelled()
        await self._watch()
        if seen.lost:
            await self._pool.run(takeover.take_over_expired)
        await self._housekeep()
        if seen.waiting or seen.lost:
            await self._claim()
        if self._options.drain and not self._seats and await self._pool.run(_nothing_left):
            self.stop()

    async def _register(self) -> None:
        await self._pool.run(_require_tables)
        await self._pool.run(takeover.expel_dead_processes)
        await self._pool.run(takeover.take_over_expired)
        self._next_id = self._next_id or leases.new_id()
        self._worker_id = await self._pool.run(leases.register, self._next_id)
        self._next_id = ""
        loop = asyncio.get_running_loop()

        def tell() -> None:
            loop.call_soon_threadsafe(self._on_expelled)

        self._heartbeat = Heartbeat(self._worker_id, tell)
        self._heartbeat.start()
        logs.event("worker_started", worker=self._worker_id)

    def _on_expelled(self) -> None:
        """Our lease ended, or must: every job and keyword here is somebody else's now."""
        self._expelled = True
        self._seats.abort()
        self._wake_up()

    async def _drop_everything(self) -> None:
        logs.event("worker_expelled", worker=self._worker_id)
        await self._seats.wait()
        await self._stop_heartbeat()
        await self._pool.run(leases.expel, self._worker_id)
        self._worker_id, self._expelled = "", False

    async def _watch(self) -> None:
        """See what people asked for meanwhile."""
        ids = sorted({lease.job_id for lease in self._seats.leases})
        if ids:
            self._seats.heed(await self._pool.run(watch.statuses, ids))

    async def _housekeep(self) -> None:
        """Let jobs try their provider again, mend turns: now and then."""
        now = time.monotonic()
        if now < self._next_housekeeping:
            return
        self._next_housekeeping = now + HOUSEKEEPING_SECONDS
        if self._seats:
            await self._seats.keep_pace(self._worker_id)
        await self._pool.run(_wake_jobs)
        if now >= self._next_sweep:
            self._next_sweep = now + SWEEP_SECONDS
            await self._pool.run(turns.mend_turns)

    async def _claim(self) -> None:
        before = len(self._seats)
        while len(self._seats) < self._options.max_jobs and not self._stopping:
            try:
                lease = await self._pool.run(queue.claim, self._worker_id)
            except leases.Expelled:
                self._on_expelled()
                break
            if lease is None:
                break
            self._seats.take(lease)
        if len(self._seats) > before:
            logs.event("jobs_running", count=len(self._seats), worker=self._worker_id)

    async def _adopt(self) -> None:
        """Take up jobs that a claim leased to us whose outcome we never heard."""
        known = {(lease.job_id, lease.epoch) for lease in self._seats.leases}
        for lease in await self._pool.run(watch.leases_of, self._worker_id):
            if (lease.job_id, lease.epoch) not in known:
                self._seats.take(lease)
        self._unsure = False

    async def _leave(self) -> None:
        """Hand the jobs back at once, let what runs finish within the grace, drop the rest."""
        logs.event("worker_stopping", worker=self._worker_id)
        deadline = time.monotonic() + GRACE_SECONDS
        try:
            async with asyncio.timeout(GRACE_SECONDS + LAST_WORDS_SECONDS):
                await self._hand_back()
                await self._finish(deadline)
        except TimeoutError:
            logs.event("database_away", reason="timed out while leaving", worker=self._worker_id)
        logs.event("worker_stopped", worker=self._worker_id)

    async def _hand_back(self) -> None:
        for lease in self._seats.stop_starting():
            await self._insist(queue.hand_back, lease)

    async def _finish(self, deadline: float) -> None:
        await self._seats.wait(max(deadline - time.monotonic(), 0))
        left = self._seats.unfinished
        self._seats.abort()
        await self._seats.wait()
        for start in left:
            await self._insist(queue.drop, start)
        await self._stop_heartbeat()
        if self._worker_id:
            await self._insist(takeover.leave, self._worker_id)
        await self._seats.aclose()
        await asyncio.to_thread(self._pool.close)

    async def _insist(self, function: Callable[..., None], *args: object) -> None:
        """Call a database function until the database answers; what is stale needs no more."""
        try:
            return await self._pool.insist(function, *args)
        except Stale:
            return None

    async def _stop_heartbeat(self) -> None:
        if self._heartbeat is not None:
            await asyncio.to_thread(self._heartbeat.stop)
            self._heartbeat = None


def _require_tables() -> None:
    """Raises DatabaseAway while migrations are missing: they may be running just now."""
    if missing := database.missing_migrations():
        raise DatabaseAway(f"{missing} migrations are missing")


def _nothing_left() -> bool:
    return not BatchJob.objects.live().exists()


def _wake_jobs() -> None:
    """Resume the jobs that may try their provider again."""
    for job_id in waking.jobs_to_wake():
        lifecycle.wake(job_id)
