"""Claiming jobs and starting their keywords. The only file that locks with SKIP LOCKED.

Each function is one short transaction, repeated whole after a deadlock. Whatever a worker may no
longer do raises ``Stale`` and writes nothing.
"""

from datetime import datetime
from enum import Enum
from itertools import takewhile
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import QuerySet

from accounts import ledger
from batchwriter import database
from jobs import circuits, leases, poison, turns
from jobs.handles import Lease, Pending, Stale, Start
from jobs.locked import Locked, for_start
from jobs.models import BatchAttempt, BatchItem, BatchJob
from jobs.status import AttemptState, EventKind, ItemStatus, JobStatus, PauseReason
from jobs.transitions import end_attempts, move, record


class Next(Enum):
    """What a job needs after a look for keywords."""

    MORE = "there may be more keywords to start"
    EMPTY = "no keyword is left to start"
    WAIT = "what runs has to end first: it holds the balance, or it probes the provider"
    ALONE = "the keyword that was started must run alone"
    PAUSED = "the job was paused"


class _Taken(Exception):
    """The job changed hands although it was locked."""


def claim(worker: str) -> Lease | None:
    """Lease the oldest pending job of the user who has waited longest; None if there is none.

    Raises ``leases.Expelled`` where the worker's own lease has ended.
    """
    while True:
        try:
            served, claimed = database.in_transaction(lambda: _claim_next(worker))
        except (IntegrityError, _Taken):
            # The law behind the queue: the user has a processing job after all.
            return None
        if claimed is not None:
            job_id, epoch = claimed
            job = BatchJob.objects.select_related("writing_model").get(pk=job_id)
            return Lease.of(job, epoch=epoch, worker=worker)
        if not served:
            return None


def _claim_next(worker: str) -> tuple[bool, tuple[int, int] | None]:
    """Serve one user. Returns whether there was one, and a job with its new epoch, if there is one.

    Plain statements: sixteen processes claim twice as fast with them, since the processor's time
    goes into making SQL.
    """
    skip_locked = database.for_update(skip_locked=True)
    clock, times = database.clock()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT user_id, {clock} FROM user_queue WHERE ready = %s"  # noqa: S608  (our own words)
            f" ORDER BY last_served_at, user_id LIMIT 1{skip_locked}",
            [*times, True],
        )
        turn = cursor.fetchone()
        if turn is None:
            return False, None
        user_id, now = turn
        cursor.execute(
            "SELECT id, lease_epoch, EXISTS (SELECT 1 FROM batch_jobs WHERE active_user = %s)"  # noqa: S608
            " FROM batch_jobs WHERE user_id = %s AND status = %s ORDER BY created_at, id LIMIT 1"
            + skip_locked,
            [user_id, user_id, JobStatus.PENDING],
        )
        job_id, epoch, busy = cursor.fetchone() or (None, 0, False)
        # A pending job that somebody else has locked just now keeps its user ready.
        ready = job_id is None and _has_pending(user_id)
        cursor.execute(
            "UPDATE user_queue SET ready = %s, last_served_at = %s WHERE user_id = %s",
            [ready, now, user_id],
        )
        if job_id is None or busy:
            return not ready, None
        leases.require(worker)
        _lease(cursor, job_id, worker, now)
    return True, (job_id, epoch + 1)


def _has_pending(user_id: int) -> bool:
    return BatchJob.objects.filter(user_id=user_id, status=JobStatus.PENDING).exists()


def _lease(cursor: Any, job_id: int, worker: str, now: Any) -> None:
    """Give a locked job to ``worker``, at the moment ``now`` as the database tells it.

    The job's row comes last: the unique index behind it locks neighbours while it looks for a
    second processing job, and others who claim would meet these locks.
    """
    cursor.execute(
        "INSERT INTO batch_events (job_id, kind, worker, message, created_at)"
        " VALUES (%s, %s, %s, '', %s)",
        [job_id, EventKind.CLAIMED, worker, now],
    )
    cursor.execute(
        "UPDATE batch_jobs SET status = %s, lease_owner = %s, lease_epoch = lease_epoch + 1,"
        " started_at = COALESCE(started_at, %s), last_activity_at = %s, updated_at = %s"
        " WHERE id = %s AND status = %s",
        [JobStatus.PROCESSING, worker, now, now, now, job_id, JobStatus.PENDING],
    )
    if not cursor.rowcount:
        raise _Taken


def lock_leased(lease: Lease) -> BatchJob:
    """The leased job, locked; raises Stale where it is no longer this worker's."""
    job = (
        BatchJob.objects.select_for_update()
        .filter(pk=lease.job_id, status=JobStatus.PROCESSING, lease_epoch=lease.epoch)
        .first()
    )
    if job is None:
        raise Stale
    return job


def start_items(lease: Lease, room: int) -> tuple[list[Start], Next]:
    """Start up to ``room`` of the job's next keywords, as far as balance and limit reach.

    Pauses the job where not even one can be paid for and nothing of the user's still runs, or
    where its provider is not answering. Raises Stale.
    """
    return database.in_transaction(lambda: _start_items(lease, room))


def _start_items(lease: Lease, room: int) -> tuple[list[Start], Next]:
    locked = for_start(lease)
    items = _pending(lease.job_id, room)
    if not items:
        return [], Next.EMPTY
    items, more = _apart(lease.job_id, items)
    if not items:
        return [], Next.WAIT
    gate = circuits.gate(lease.model, locked.now) if locked.troubled else circuits.Gate()
    if gate.shut:
        return [], _wait_for_provider(lease, gate.reason, locked.now)
    affordable = _affordable(locked, items[:1] if gate.is_open else items)
    if not affordable:
        return [], _wait_or_pause(lease, locked, items[0])
    if gate.is_open and not circuits.take_probe(lease.model, locked.now):
        return [], _wait_for_provider(lease, gate.reason, locked.now)
    return _start(lease, affordable, locked.at, probe=gate.is_open), more


def _pending(job_id: int, room: int) -> list[Pending]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, position, keyword, attempts, tokens_estimated, title, note, language,"
            " length FROM batch_items WHERE job_id = %s AND status = %s ORDER BY position LIMIT %s",
            [job_id, ItemStatus.PENDING, room],
        )
        return [Pending(*row) for row in cursor.fetchall()]


def _apart(job_id: int, items: list[Pending]) -> tuple[list[Pending], Next]:
    """Keep a keyword that has cost all workers but one of its tries away from the others.

    It comes to nothing when it is lost once more, and so would everything that runs beside it.
    """
    suspects = poison.lost(items, poison.LOSSES_PER_ITEM - 1)
    if not suspects:
        return items, Next.MORE
    before = list(takewhile(lambda item: item.pk not in suspects, items))
    if before:
        return before, Next.MORE
    if BatchItem.objects.filter(job=job_id, status=ItemStatus.PROCESSING).exists():
        return [], Next.WAIT
    return items[:1], Next.ALONE


def _wait_for_provider(lease: Lease, reason: str, now: datetime) -> Next:
    """A job whose own keyword is the probe waits for its outcome; every other one pauses."""
    if lease.attempts().filter(probe=True).exists():
        return Next.WAIT
    _pause(lock_leased(lease), PauseReason.PROVIDER, reason, now)
    return Next.PAUSED


def _affordable(locked: Locked, items: list[Pending]) -> list[Pending]:
    """The first of ``items`` that the free tokens and articles pay for, without a gap."""
    tokens, reached = locked.tokens_free, 0
    for item in items[: locked.articles_free]:
        tokens -= item.tokens_estimated
        if tokens < 0:
            break
        reached += 1
    return items[:reached]


def _wait_or_pause(lease: Lease, locked: Locked, item: Pending) -> Next:
    if locked.articles_held:
        return Next.WAIT
    job, place = lock_leased(lease), f"at keyword {item.position + 1}/{locked.total_items}"
    if locked.tokens_free < item.tokens_estimated:
        _pause(job, PauseReason.OUT_OF_TOKENS, f"Out of tokens {place}", locked.now)
    else:
        _pause(job, PauseReason.ARTICLE_LIMIT, f"Article limit reached {place}", locked.now)
    return Next.PAUSED


def _pause(job: BatchJob, reason: PauseReason, message: str, now: datetime) -> None:
    worker = job.lease_owner or ""
    move(
        job,
        now,
        status=JobStatus.PAUSED,
        pause_reason=reason,
        error_message=message,
        lease_owner=None,
    )
    record(job, EventKind.PAUSED, at=now, worker=worker, message=message)
    turns.mark_ready(job.user_id)


def _start(lease: Lease, items: list[Pending], at: Any, *, probe: bool) -> list[Start]:
    """Mark ``items`` as running, with an attempt and a hold each."""
    marks = ", ".join(["%s"] * len(items))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE batch_items SET status = %s, attempts = attempts + 1, started_at = %s"  # noqa: S608
            f" WHERE id IN ({marks})",
            [ItemStatus.PROCESSING, at, *[item.pk for item in items]],
        )
        cursor.executemany(
            "INSERT INTO batch_attempts (item_id, job_id, number, worker, lease_epoch, state,"
            " tokens_held, tokens_spent, tokens_charged, probe, estimated, error_code, started_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, 0, 0, %s, FALSE, '', %s)",
            [
                (item.pk, lease.job_id, item.attempts + 1, lease.worker, lease.epoch,
                 AttemptState.CALLING, item.tokens_estimated, probe, at)
                for item in items
            ],
        )  # fmt: skip
        ledger.hold(
            lease.user_id,
            tokens=sum(item.tokens_estimated for item in items),
            articles=len(items),
        )
        cursor.execute(
            "UPDATE batch_jobs SET updated_at = %s, last_activity_at = %s WHERE id = %s",
            [at, at, lease.job_id],
        )
    return [
        Start(
            job_id=lease.job_id,
            item_id=item.pk,
            number=item.attempts + 1,
            worker=lease.worker,
            keyword=item.keyword,
            model=lease.model,
            settings=item.settings(lease.settings),
            position=item.position,
            tokens_held=item.tokens_estimated,
            probe=probe,
            title=item.title or "",
            note=item.note or "",
            user_id=lease.user_id,
        )
        for item in items
    ]


def hand_back(lease: Lease) -> None:
    """Let another worker go on with the job at once; keywords that run here may still settle."""

    def step() -> None:
        job = lock_leased(lease)
        now = database.now()
        move(job, now, status=JobStatus.PENDING, lease_owner=None)
        record(job, EventKind.RELEASED, at=now, worker=lease.worker)
        turns.mark_ready(job.user_id)

    database.in_transaction(step)


def drop(start: Start) -> None:
    """Give up a keyword that was started here: it waits again, and cost its user nothing."""
    _wait_again(start.job_id, start.attempts())


def drop_unknown(lease: Lease, running: list[int]) -> None:
    """Give up what was started under ``lease`` besides the items ``running``.

    When the connection breaks at a commit, nobody hears what was started by it. No provider was
    called for these keywords; they wait again.
    """
    _wait_again(lease.job_id, lease.attempts().exclude(item_id__in=running), called=False)


def _wait_again(job_id: int, attempts: QuerySet[BatchAttempt], *, called: bool = True) -> None:
    def step() -> None:
        job = BatchJob.objects.select_for_update().get(pk=job_id)
        if not called:
            attempts.update(tokens_unconfirmed=0)
        item_ids = list(attempts.values_list("item_id", flat=True))
        end_attempts(job, attempts, AttemptState.DROPPED, database.now())
        BatchItem.objects.filter(pk__in=item_ids).update(status=ItemStatus.PENDING)
        turns.mark_ready(job.user_id)

    database.in_transaction(step)
