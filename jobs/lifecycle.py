"""What people do with a job: create, pause, resume, cancel, retry.

The one place for API, pages, admin and command line. Every function is one short transaction
that locks the job first; the order of locks is job, item, attempt, user, circuit, queue.
"""

import contextlib
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts import ledger
from accounts.models import User
from batchwriter import database
from batchwriter.errors import IdempotencyConflict, InvalidTransition
from jobs import caps, circuits, turns
from jobs.models import BatchAttempt, BatchItem, BatchJob
from jobs.retrying import retry as retry
from jobs.retrying import retry_item as retry_item
from jobs.status import (
    UNSETTLED_ITEMS,
    AttemptState,
    EventKind,
    ItemStatus,
    JobStatus,
    PauseReason,
)
from jobs.submission import Submission
from jobs.transitions import act_on, end_attempts, record

IDEMPOTENCY_HOURS = 24
INSERT_BATCH = 500


def create(
    user: User,
    submission: Submission,
    *,
    idempotency_key: str | None = None,
    request_hash: str = "",
) -> tuple[BatchJob, bool]:
    """Make a job with one item per keyword; True where it is new.

    With an ``idempotency_key`` that this user used in the last 24 h for the same
    ``request_hash``, the earlier job comes back. Raises IdempotencyConflict for another hash, and
    what ``jobs.caps`` raises.
    """

    def insert() -> BatchJob:
        return _insert(user, submission, idempotency_key, request_hash)

    earlier = replay(user, idempotency_key, request_hash)
    if earlier is not None:
        return earlier, False
    try:
        return database.in_transaction(insert), True
    except IntegrityError:
        earlier = replay(user, idempotency_key, request_hash)
        if earlier is None:
            raise
        return earlier, False


def replay(user: User, idempotency_key: str | None, request_hash: str) -> BatchJob | None:
    """The job that this key already made, None for a new or expired key.

    Raises IdempotencyConflict where the key came with another body.
    """
    if idempotency_key is None:
        return None
    job = BatchJob.objects.of(user).filter(idempotency_key=idempotency_key).first()
    if job is None or job.created_at < _oldest_key(database.now()):
        return None
    if job.request_hash != request_hash:
        raise IdempotencyConflict(
            _("This Idempotency-Key was used for another request; use a new one.")
        )
    return job


def _oldest_key(now: datetime) -> datetime:
    return now - timedelta(hours=IDEMPOTENCY_HOURS)


def _insert(user: User, submission: Submission, key: str | None, request_hash: str) -> BatchJob:
    owner = ledger.lock(user.pk)
    now = database.now()
    if key is not None:
        BatchJob.objects.of(user).filter(
            idempotency_key=key, created_at__lt=_oldest_key(now)
        ).update(idempotency_key=None)
    # A key that is there already makes the insert fail, and the earlier job come back.
    used = key is not None and BatchJob.objects.of(user).filter(idempotency_key=key).exists()
    if not used:
        caps.check(user, len(submission.items), now)
    job = BatchJob.objects.create(
        user=owner,
        total_items=len(submission.items),
        job_data={"settings": submission.settings},
        writing_model=submission.writing_model,
        tokens_at_start=owner.tokens_remaining,
        articles_limit_at_start=owner.article_limit,
        idempotency_key=key,
        request_hash=request_hash,
        created_at=now,
        updated_at=now,
    )
    BatchItem.objects.bulk_create(
        [
            BatchItem(job=job, position=position, tokens_estimated=tokens, **asdict(item))
            for position, (item, tokens) in enumerate(
                zip(submission.items, submission.tokens(), strict=True)
            )
        ],
        batch_size=INSERT_BATCH,
    )
    record(job, EventKind.CREATED, actor=user, at=now)
    turns.mark_ready(user.pk)
    return job


def pause(job_id: int, *, by: User | None) -> BatchJob:
    """Start no further keyword; those that run finish and count."""

    def act(job: BatchJob, now: datetime) -> dict[str, Any]:
        return {
            "status": JobStatus.PAUSED,
            "pause_reason": PauseReason.USER,
            "error_message": None,
            "lease_owner": None,
        }

    return act_on(job_id, (JobStatus.PENDING, JobStatus.PROCESSING), EventKind.PAUSED, by, act)


def resume(job_id: int, *, by: User | None) -> BatchJob:
    """Let a paused job go on at its first unsettled keyword.

    Where its provider was not answering, the provider is tried at once.
    """

    def act(job: BatchJob, now: datetime) -> dict[str, Any]:
        if job.pause_reason == PauseReason.PROVIDER and by is not None:
            circuits.try_now(job.writing_model, now)
        return {"status": JobStatus.PENDING, "pause_reason": None, "error_message": None}

    return act_on(job_id, (JobStatus.PAUSED,), EventKind.RESUMED, by, act)


def wake(job_id: int) -> None:
    """Let a job that waits for its provider go on; does nothing where it no longer waits."""
    with contextlib.suppress(InvalidTransition):
        resume(job_id, by=None)


def cancel(job_id: int, *, by: User | None) -> BatchJob:
    """End a job at once: running calls are dropped unpaid, finished articles stay."""

    def act(job: BatchJob, now: datetime) -> dict[str, Any]:
        job.items.filter(status__in=UNSETTLED_ITEMS).update(
            status=ItemStatus.CANCELLED, finished_at=now
        )
        end_attempts(job, BatchAttempt.objects.filter(job=job), AttemptState.DROPPED, now)
        return {
            "status": JobStatus.CANCELLED,
            "pause_reason": None,
            "error_message": None,
            "lease_owner": None,
            "lease_epoch": job.lease_epoch + 1,
            "finished_at": now,
        }

    allowed = (JobStatus.PENDING, JobStatus.PROCESSING, JobStatus.PAUSED)
    return act_on(job_id, allowed, EventKind.CANCELLED, by, act)
