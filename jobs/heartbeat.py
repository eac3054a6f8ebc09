"""The heartbeat: a thread with a connection of its own, which no busy event loop can starve."""

import threading
from collections.abc import Callable

from django.conf import settings

from batchwriter import logs
from jobs import leases
from jobs.pool import DatabaseAway, ask, forget_connection

BEATS_PER_LEASE = 4
RETRY_SECONDS = 1.0


class Heartbeat:
    """Renews a worker's lease until it is stopped, or until there is nothing left to renew.

    ``on_expelled`` is called once, in this thread, when the lease was found to have ended.
    """

    def __init__(self, worker_id: str, on_expelled: Callable[[], None]) -> None:
        self._worker_id = worker_id
        self._on_expelled = on_expelled
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait until the thread has closed its connection."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        pause = settings.BATCH_LEASE_SECONDS / BEATS_PER_LEASE
        delay = pause
        try:
            while not self._stopped.wait(delay):
                try:
                    if not ask(lambda: leases.renew(self._worker_id)):
                        self._on_expelled()
                        return
                    delay = pause
                except DatabaseAway as error:
                    logs.event("database_away", reason=str(error), worker=self._worker_id)
                    delay = min(RETRY_SECONDS, pause)
        finally:
            forget_connection()
