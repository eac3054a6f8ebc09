"""The leases of worker processes: registering, renewing, giving back.

A worker has one lease for everything that it holds, in its row of ``batch_workers``. All times
are the database's: the clock of a worker's host does not matter.
"""

import os
import socket
import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from batchwriter import database
from batchwriter.database import DatabaseNow
from jobs.models import BatchWorker

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
NAMESPACE = Path("/proc/self/ns/pid")


class Expelled(Exception):
    """The lease of this worker ended; what it held belongs to others now."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process of a host, told apart from a later one with the same number.

    ``machine`` is the boot of the host and its process namespace: containers share host names
    and process numbers, and a number comes back after a restart.
    """

    machine: str
    pid: int
    started: str

    @classmethod
    def current(cls) -> "Process":
        """This process."""
        pid = os.getpid()
        return cls(machine=_machine(), pid=pid, started=_start_time(pid) or "")

    def is_gone(self) -> bool:
        """Whether the process surely does not exist any more. False where that is unknown."""
        if not self.started or self.machine != _machine():
            return False
        return _start_time(self.pid) != self.started


def _machine() -> str:
    """The boot and process namespace of this host; a name of its own where it has none."""
    try:
        return f"{BOOT_ID.read_text().strip()}/{os.readlink(NAMESPACE)}"
    except OSError:
        return f"unknown/{socket.gethostname()}"


def _start_time(pid: int) -> str | None:
    """When a process started, in clock ticks since boot; None where there is no such process.

    Field 22 of ``/proc/PID/stat`` (proc(5)). A zombie is gone.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def new_id() -> str:
    """A name for a worker that nobody has had."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


def register(worker_id: str = "") -> str:
    """Make a worker row for this process with a fresh lease; returns its id.

    Called again with the id of a try whose outcome is unknown, it leaves one row.
    """
    worker_id = worker_id or new_id()
    if renew(worker_id):
        return worker_id
    process, now = Process.current(), database.now()
    retire(worker_id)
    BatchWorker.objects.create(
        id=worker_id,
        host=socket.gethostname()[:120],
        machine=process.machine[:80],
        pid=process.pid,
        process_started=process.started[:40],
        started_at=now,
        seen_at=now,
        expires_at=now + timedelta(seconds=settings.BATCH_LEASE_SECONDS),
    )
    return worker_id


def ended() -> QuerySet[BatchWorker]:
    """The workers whose leases were ended or have run out: what they hold is to be taken back."""
    return BatchWorker.objects.filter(Q(expelled=True) | Q(expires_at__lte=DatabaseNow()))


def renew(worker_id: str) -> bool:
    """Extend the lease. False where it ended meanwhile: then it never comes back."""
    return bool(
        _living(worker_id).update(
            seen_at=DatabaseNow(), expires_at=DatabaseNow(settings.BATCH_LEASE_SECONDS)
        )
    )


def _living(worker_id: str) -> QuerySet[BatchWorker]:
    return BatchWorker.objects.filter(pk=worker_id, expelled=False, expires_at__gt=DatabaseNow())


def require(worker_id: str) -> None:
    """Lock the worker's row in the caller's transaction; raise Expelled where its lease ended.

    Whoever expels this worker waits for that transaction, and then sees what it took. On a
    cluster nobody waits for another node's locks: the row is written, and one of the two repeats.
    """
    if settings.DATABASE_CLUSTER:
        if not _living(worker_id).update(seen_at=DatabaseNow()):
            raise Expelled(worker_id)
        return
    clock, times = database.clock()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM batch_workers WHERE id = %s AND expelled = %s AND expires_at > {clock}"  # noqa: S608
            + database.for_update(),
            [worker_id, False, *times],
        )
        if cursor.fetchone() is None:
            raise Expelled(worker_id)


def expel(worker_id: str) -> None:
    """End a lease at once and for good; what the worker holds is taken back like a dead one's."""
    BatchWorker.objects.filter(pk=worker_id).update(expelled=True)


def retire(worker_id: str) -> None:
    """Take the row of a worker away that holds nothing any more."""
    BatchWorker.objects.filter(pk=worker_id).delete()
