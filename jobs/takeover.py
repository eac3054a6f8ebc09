"""Taking back what a dead or silent worker held, so that another goes on with it."""

from collections.abc import Iterable
from datetime import datetime

from batchwriter import database, logs
from jobs import leases, poison, turns
from jobs.models import BatchAttempt, BatchItem, BatchJob, BatchWorker
from jobs.settlement import Failure, fail_item
from jobs.status import AttemptState, EventKind, ItemStatus, JobStatus
from jobs.transitions import end_attempts, move, record

POISON = Failure(
    "crashed_worker", f"The worker died {poison.LOSSES_PER_ITEM} times while writing this keyword."
)


def take_over_expired() -> int:
    """Take back the jobs of every worker whose lease ran out; returns the number of jobs."""
    leases.ended().filter(expelled=False).update(expelled=True)
    expelled = BatchWorker.objects.filter(expelled=True).values_list("pk", flat=True)
    return sum(_take_back(worker_id) for worker_id in list(expelled))


def leave(worker_id: str) -> None:
    """End a worker's own lease in order; whatever is still in its name goes on elsewhere."""
    leases.expel(worker_id)
    _take_back(worker_id)


def expel_dead_processes() -> int:
    """Void the leases of this host's processes that are gone; returns how many there were.

    A worker does so when it starts: after a restart work goes on at once, not after the lease.
    """
    dead = [
        row.pk
        for row in BatchWorker.objects.filter(expelled=False)
        if leases.Process(row.machine, row.pid, row.process_started).is_gone()
    ]
    return BatchWorker.objects.filter(pk__in=dead).update(expelled=True)


def _take_back(worker_id: str) -> int:
    leased = BatchJob.objects.filter(lease_owner=worker_id).values_list("pk", flat=True)
    running = (
        BatchAttempt.objects.filter(worker=worker_id, state=AttemptState.CALLING)
        .order_by()
        .values_list("job_id", flat=True)
        .distinct()
    )
    job_ids = sorted({*leased, *running})
    for job_id in job_ids:
        _take_job(worker_id, job_id)
    leases.retire(worker_id)
    if job_ids:
        logs.event("job_taken_over", count=len(job_ids), other=worker_id)
    return len(job_ids)


def _take_job(worker_id: str, job_id: int) -> None:
    """Idempotent: two workers may do it at the same time."""

    def step() -> None:
        job = BatchJob.objects.select_for_update().get(pk=job_id)
        now = database.now()
        running = BatchAttempt.objects.filter(job=job, worker=worker_id, state=AttemptState.CALLING)
        item_ids = list(running.values_list("item_id", flat=True))
        if not item_ids and job.lease_owner != worker_id:
            return
        end_attempts(job, running, AttemptState.LOST, now)
        BatchItem.objects.filter(pk__in=item_ids).update(status=ItemStatus.PENDING)
        if job.lease_owner == worker_id:
            move(
                job,
                now,
                status=JobStatus.PENDING,
                lease_owner=None,
                lease_epoch=job.lease_epoch + 1,
                takeovers=job.takeovers + 1,
            )
        record(job, EventKind.TAKEN_OVER, at=now, worker=worker_id)
        _fail_poisonous(job, item_ids, now)
        turns.mark_ready(job.user_id)

    database.in_transaction(step)


def _fail_poisonous(job: BatchJob, item_ids: Iterable[int], now: datetime) -> None:
    items = list(BatchItem.objects.filter(pk__in=item_ids, status=ItemStatus.PENDING))
    poisonous = poison.lost(items, poison.LOSSES_PER_ITEM)
    for item in items:
        if item.pk in poisonous:
            fail_item(job, item.pk, item.position, POISON, now, "")
