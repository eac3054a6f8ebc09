"""What every settled keyword changes in its item and its job, whose row the caller has locked.

``at`` is a moment as it is stored; see ``batchwriter.database.clock``.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from jobs import turns
from jobs.models import BatchJob
from jobs.status import EventKind, ItemStatus, JobStatus
from jobs.transitions import move, record


def settle_item(item_id: int, at: Any, **changes: Any) -> None:
    """Write ``changes`` to the columns of one item that ends."""
    columns = ", ".join(f"{name} = %s" for name in changes)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE batch_items SET finished_at = %s, {columns} WHERE id = %s",  # noqa: S608
            [at, *changes.values(), item_id],
        )


def count(job_id: int, positions: Sequence[int], *, index: int, at: Any, **more: int) -> None:
    """Add ``more`` to the job's counters after the items at ``positions`` were settled.

    ``index`` is the job's ``current_item_index``, which moves over settled items.
    """
    columns = "".join(f"{name} = {name} + %s, " for name in more)
    values: list[Any] = list(more.values())
    if index in positions:
        columns += (
            "current_item_index = COALESCE((SELECT position FROM batch_items"
            " WHERE job_id = %s AND position > %s AND status NOT IN (%s, %s)"
            " ORDER BY position LIMIT 1), total_items), "
        )
        values += [job_id, index, ItemStatus.COMPLETED, ItemStatus.FAILED]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE batch_jobs SET {columns}updated_at = %s, last_activity_at = %s"  # noqa: S608
            " WHERE id = %s",
            [*values, at, at, job_id],
        )


def finish(job_id: int, now: datetime) -> None:
    """End a job whose last keyword has been settled."""
    job = BatchJob.objects.get(pk=job_id)
    status, kind, message = JobStatus.COMPLETED, EventKind.COMPLETED, None
    if not job.completed_items:
        status, kind, message = JobStatus.FAILED, EventKind.FAILED, "All keywords failed"
    move(
        job,
        now,
        status=status,
        pause_reason=None,
        error_message=message,
        lease_owner=None,
        finished_at=now,
    )
    record(job, kind, at=now, message=message or "")
    turns.mark_ready(job.user_id)
