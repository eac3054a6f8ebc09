"""Deleting what is old: events, ended attempts, finished jobs. Articles and ledgers stay.

Every step is one short transaction and leaves the data sound, so a prune may die anywhere, run
twice at once, and run beside workers. Jobs are locked first, as everywhere; what is retried
meanwhile stays.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import F, Q, QuerySet

from batchwriter import database
from jobs import costs
from jobs.models import BatchAttempt, BatchEvent, BatchItem, BatchJob
from jobs.status import FINISHED, JobStatus

# From 1000 ids on, MariaDB turns a list into a temporary table.
MOST_IN_BATCH = 900
BURY = """INSERT INTO pruned_jobs (id, user_id, status, total_items, completed_items,
failed_items, tokens_used, created_at, finished_at, pruned_at)
SELECT id, user_id, status, total_items, completed_items, failed_items, tokens_used, created_at,
finished_at, {clock} FROM batch_jobs WHERE id IN ({marks})"""


@dataclass(frozen=True, slots=True)
class Pace:
    """``batch`` rows (keywords, of jobs) a transaction, ``pause`` seconds after each.

    ``dry``: only count.
    """

    batch: int
    pause: float = 0.0
    dry: bool = False

    def rest(self) -> None:
        """Let others have their turn."""
        if self.pause and not self.dry:
            time.sleep(self.pause)


@dataclass(frozen=True, slots=True)
class Gone:
    """How many rows were deleted, or would be."""

    jobs: int = 0
    items: int = 0

    def __add__(self, other: "Gone") -> "Gone":
        return Gone(self.jobs + other.jobs, self.items + other.items)


def prune_events(before: datetime, pace: Pace) -> int:
    """Delete events from before ``before``, of all jobs; returns how many.

    Ids grow with time: the first batch without an old event is the end.
    """
    count, last = 0, 0
    while True:
        later = BatchEvent.objects.filter(pk__gt=last).order_by("pk")
        rows = list(later.values_list("pk", "created_at")[: pace.batch])
        old = [pk for pk, created_at in rows if created_at < before]
        if not old:
            return count
        last = rows[-1][0]
        count += len(old) if pace.dry else database.in_transaction(lambda: _delete_events(old))  # noqa: B023
        pace.rest()


def _delete_events(ids: list[int]) -> int:
    return _delete("batch_events", "id", ids)


def prune_attempts(before: datetime, pace: Pace) -> int:
    """Delete the attempts of jobs that finished before ``before``; returns how many.

    Their items keep the number, and what they cost the operator is kept by day and model. Ids
    grow with time: the first batch that was all started later is the end.
    """
    count, last = 0, 0
    while True:
        later = BatchAttempt.objects.filter(pk__gt=last).order_by("pk")
        rows = list(later.values_list("pk", "job_id", "started_at")[: pace.batch])
        if not any(started_at < before for _, _, started_at in rows):
            return count
        last = rows[-1][0]
        ids, jobs = [row[0] for row in rows], sorted({row[1] for row in rows})
        if pace.dry:
            old = list(_finished(jobs, before).values_list("pk", flat=True))
            count += sum(job in old for _, job, _ in rows)
        else:
            count += database.in_transaction(lambda: _forget_attempts(ids, jobs, before))  # noqa: B023
        pace.rest()


def _forget_attempts(ids: list[int], jobs: list[int], before: datetime) -> int:
    locked = _lock(jobs, before)
    if not locked:
        return 0
    attempts = BatchAttempt.objects.filter(pk__in=ids, job__in=locked).order_by()
    item_of = dict(attempts.values_list("pk", "item_id"))
    if not item_of:
        return 0
    costs.keep(BatchAttempt.objects.filter(pk__in=item_of))
    counts = Counter(item_of.values())
    for number in set(counts.values()):
        items = [item for item, count in counts.items() if count == number]
        pruned = F("attempts_pruned") + number
        BatchItem.objects.filter(pk__in=items).update(attempts_pruned=pruned)
    return _delete("batch_attempts", "id", list(item_of))


def prune_jobs(before: datetime, pace: Pace) -> Gone:
    """Delete the jobs that finished before ``before``, with all that belongs to them.

    A row of ``pruned_jobs`` stays of each. Returns how many jobs and keywords there were.
    """
    gone = Gone()
    for rows in _old_jobs(before, pace.batch):
        for group in _groups(rows, pace.batch):
            if pace.dry:
                gone += Gone(len(group), sum(items for _, items in group))
            else:
                ids = sorted(pk for pk, _ in group)
                gone += database.in_transaction(lambda: _bury(ids, before))  # noqa: B023
            pace.rest()
    return gone


def _old_jobs(before: datetime, batch: int) -> Iterator[list[tuple[int, int]]]:
    """Ids and sizes of finished jobs, the oldest first, along the index of statuses."""
    for status in FINISHED:
        after: tuple[datetime, int] | None = None
        while rows := list(_later(status, before, after)[:batch]):
            after = (rows[-1][2], rows[-1][0])
            yield [(pk, items) for pk, items, _, finished_at in rows if finished_at < before]


def _later(
    status: JobStatus, before: datetime, after: tuple[datetime, int] | None
) -> QuerySet[BatchJob, tuple[int, int, datetime, datetime]]:
    """Jobs that were made before ``before`` and come behind ``after``, by age."""
    jobs = BatchJob.objects.filter(status=status, created_at__lt=before)
    if after is not None:
        made, pk = after
        jobs = jobs.filter(created_at__gte=made)
        jobs = jobs.filter(Q(created_at__gt=made) | Q(created_at=made, pk__gt=pk))
    rows: QuerySet[BatchJob, tuple[int, int, datetime, datetime]] = jobs.order_by(
        "created_at", "pk"
    ).values_list("pk", "total_items", "created_at", "finished_at")  # type: ignore[assignment]
    return rows


def _groups(rows: list[tuple[int, int]], most: int) -> Iterator[list[tuple[int, int]]]:
    """``rows`` in parts of at most so many keywords; a job that has more is a part of its own."""
    part: list[tuple[int, int]] = []
    for row in rows:
        if part and sum(items for _, items in part) + row[1] > most:
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def _bury(ids: list[int], before: datetime) -> Gone:
    locked = _lock(ids, before)
    if not locked:
        return Gone()
    costs.keep(BatchAttempt.objects.filter(job__in=locked))
    _delete("batch_events", "job_id", locked)
    _delete("batch_attempts", "job_id", locked)
    _delete("batch_steps", "job_id", locked)
    items = _delete("batch_items", "job_id", locked)
    clock, times = database.clock()
    with connection.cursor() as cursor:
        cursor.execute(BURY.format(clock=clock, marks=_marks(locked)), [*times, *locked])
    return Gone(_delete("batch_jobs", "id", locked), items)


def _finished(ids: list[int], before: datetime) -> QuerySet[BatchJob]:
    return BatchJob.objects.filter(pk__in=ids, status__in=FINISHED, finished_at__lt=before)


def _lock(ids: list[int], before: datetime) -> list[int]:
    """Lock those of the jobs that have still finished before ``before``; returns their ids."""
    jobs = _finished(ids, before).select_for_update().order_by("pk")
    return list(jobs.values_list("pk", flat=True))


def _delete(table: str, column: str, ids: list[int]) -> int:
    """Plain SQL: events refuse to be deleted by anybody else, and nothing may cascade."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {column} IN ({_marks(ids)})", ids)  # noqa: S608  (names of ours)
        return int(cursor.rowcount)


def _marks(ids: list[int]) -> str:
    return ", ".join(["%s"] * len(ids))
