"""What a worker looks at between its writes: reads that lock nothing."""

from typing import NamedTuple

from django.db.models import Exists

from jobs import leases
from jobs.handles import Lease
from jobs.models import BatchJob, BatchWorker, UserQueue


class Look(NamedTuple):
    """What a worker sees at a poll. ``alive``: its own lease was not ended by others;
    ``waiting``: somebody's turn may have come; ``lost``: some worker's lease has ended.
    """

    alive: bool
    waiting: bool
    lost: bool


def look(worker: str) -> Look:
    """Everything that a poll asks, in one indexed read without a lock."""
    row = (
        BatchWorker.objects.filter(pk=worker)
        .values_list(
            "expelled",
            Exists(UserQueue.objects.filter(ready=True)),
            Exists(leases.ended()),
        )
        .first()
    )
    expelled, waiting, lost = row or (True, False, False)
    return Look(alive=not expelled, waiting=bool(waiting), lost=bool(lost))


def statuses(job_ids: list[int]) -> dict[int, tuple[str, int]]:
    """Status and epoch of jobs: what their users have asked for meanwhile."""
    rows = BatchJob.objects.filter(pk__in=job_ids).values_list("pk", "status", "lease_epoch")
    return {pk: (status, epoch) for pk, status, epoch in rows}


def leases_of(worker: str) -> list[Lease]:
    """All jobs that are leased to ``worker``, also those whose claim's outcome it never heard."""
    jobs = BatchJob.objects.filter(lease_owner=worker).select_related("writing_model")
    return [Lease.of(job, epoch=job.lease_epoch, worker=worker) for job in jobs]
