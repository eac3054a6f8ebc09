"""The paces of one worker process, kept in step with those of all others."""

import asyncio
import time

from articles.providers.pace import Pace
from jobs import paces
from jobs.pool import DatabasePool

# A worker without a job does not ask; when it gets one, what it knew last is worth nothing.
STALE_SECONDS = 3.0


class Paces:
    """One pace for each model that this process calls, by the model's id."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool
        self._paces: dict[int, Pace] = {}
        self._asking = asyncio.Lock()
        self._synced_at = float("-inf")

    async def of(self, model_id: int, worker: str) -> Pace:
        """The pace of a model, which knows what the other processes have found out."""
        async with self._asking:
            stale = time.monotonic() - self._synced_at > STALE_SECONDS
            if stale or model_id not in self._paces:
                await self._sync(worker, {model_id: Pace()} | self._paces)
        return self._paces[model_id]

    async def sync(self, worker: str) -> None:
        """Tell the others what was seen here, and take what they saw. Raises DatabaseAway."""
        if self._paces:
            await self._sync(worker, self._paces)

    async def _sync(self, worker: str, known: dict[int, Pace]) -> None:
        self._synced_at = time.monotonic()
        reports = {model_id: pace.report() for model_id, pace in known.items()}
        allowed = await self._pool.run(paces.sync, worker, reports)
        for model_id, (calls, pause) in allowed.items():
            known[model_id].allow(calls, pause)
        self._paces |= known
