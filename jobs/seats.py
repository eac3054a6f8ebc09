"""The seats of a worker: a runner for each job that it holds."""

import asyncio
from collections.abc import Callable

from articles.providers import registry
from articles.providers.base import Provider
from batchwriter import logs
from jobs.handles import Lease, Start
from jobs.pacing import Paces
from jobs.pool import DatabasePool
from jobs.runner import Runner
from jobs.status import JobStatus


class Seats:
    """Runs one ``Runner`` a lease, all of them on the same pool and providers.

    ``on_free`` is called when a seat becomes free, ``on_crash`` when its runner died of an
    unexpected error: the rows still say then that it works.
    """

    def __init__(
        self,
        pool: DatabasePool,
        *,
        items_in_flight: int,
        on_free: Callable[[], None],
        on_crash: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._items_in_flight = items_in_flight
        self._on_free = on_free
        self._on_crash = on_crash
        self._runners: dict[asyncio.Task[None], Runner] = {}
        self._providers: dict[str, Provider] = {}
        self._loading = asyncio.Lock()
        self._paces = Paces(pool)

    def __len__(self) -> int:
        return len(self._runners)

    @property
    def leases(self) -> list[Lease]:
        """What the seats were taken for."""
        return [runner.lease for runner in self._runners.values()]

    @property
    def unfinished(self) -> list[Start]:
        """The keywords that run at present."""
        return [start for runner in self._runners.values() for start in runner.unfinished]

    def take(self, lease: Lease) -> None:
        """Begin to work on a lease."""
        runner = Runner(
            lease,
            pool=self._pool,
            provider=self._provider,
            paces=self._paces,
            items_in_flight=self._items_in_flight,
        )
        task = asyncio.create_task(runner.run())
        self._runners[task] = runner
        task.add_done_callback(self._free)
        logs.event("job_claimed", job=lease.job_id, worker=lease.worker)

    def heed(self, statuses: dict[int, tuple[str, int]]) -> None:
        """Do what people asked for: a paused job starts nothing, a cancelled one is dropped.

        ``statuses`` are status and epoch of each job that is seated here.
        """
        for runner in list(self._runners.values()):
            status, epoch = statuses.get(runner.lease.job_id, (JobStatus.CANCELLED, 0))
            if status == JobStatus.CANCELLED:
                runner.abort()
            elif status != JobStatus.PROCESSING or epoch != runner.lease.epoch:
                runner.stop_starting()

    def stop_starting(self) -> list[Lease]:
        """Start nothing more anywhere; returns the leases under which more could have been."""
        starting = [runner for runner in self._runners.values() if runner.starting]
        for runner in starting:
            runner.stop_starting()
        return [runner.lease for runner in starting]

    def abort(self) -> None:
        """Drop every call in flight."""
        for runner in list(self._runners.values()):
            runner.abort()

    async def wait(self, timeout: float | None = None) -> None:
        """Until all seats are free, or for ``timeout`` seconds."""
        if self._runners:
            await asyncio.wait(list(self._runners), timeout=timeout)

    async def keep_pace(self, worker: str) -> None:
        """Call each model as fast as it bears, together with the other workers."""
        await self._paces.sync(worker)

    async def aclose(self) -> None:
        """Give back what the providers hold."""
        for provider in self._providers.values():
            await provider.aclose()

    async def _provider(self, name: str) -> Provider:
        """One a name. A vendor's library is imported in a thread: polls and cancels go on."""
        async with self._loading:
            if name not in self._providers:
                await asyncio.to_thread(registry.load, name)
                self._providers[name] = registry.get_provider(name)
            return self._providers[name]

    def _free(self, task: asyncio.Task[None]) -> None:
        runner = self._runners.pop(task)
        self._on_free()
        error = None if task.cancelled() else task.exception()
        if error is not None:
            logs.event("job_crashed", job=runner.lease.job_id, error=error)
            self._on_crash()
