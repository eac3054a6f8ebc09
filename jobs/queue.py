"""Claiming jobs and starting their keywords. The only file that locks with SKIP LOCKED.

Each function is one short transaction, repeated whole after a deadlock. Whatever a worker may no
longer do raises ``Stale`` and writes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db import IntegrityError
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts import ledger
from accounts.models import User
from articles.models import WritingModel
from articles.writing.brief import Brief
from batchwriter import database
from jobs import circuits, leases, turns
from jobs.models import BatchAttempt, BatchItem, BatchJob, UserQueue
from jobs.status import AttemptState, EventKind, ItemStatus, JobStatus, PauseReason
from jobs.transitions import end_attempts, move, record


class Stale(Exception):
    """The job or the keyword is no longer this worker's: nothing was written."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A job that this worker may start keywords of, as long as the epoch is the job's."""

    job_id: int
    epoch: int
    worker: str
    user_id: int
    model: WritingModel
    settings: dict[str, object]


@dataclass(frozen=True, slots=True)
class Start:
    """One keyword that was started: its attempt row is written and holds its tokens."""

    job_id: int
    item_id: int
    number: int
    worker: str
    keyword: str
    model: WritingModel
    settings: dict[str, object]

    def brief(self) -> Brief:
        """What is asked of the writer."""
        chosen = self.settings
        return Brief(
            keyword=self.keyword,
            provider=self.model.provider,
            model=self.model.model,
            language=str(chosen["language"]),
            tone=str(chosen["tone"]),
            length=str(chosen["length"]),
            outline_option=str(chosen["outlineOption"]),
            custom_outline=str(chosen["customOutline"] or ""),
        )

    def attempts(self) -> QuerySet[BatchAttempt]:
        """This start's row, if it still runs."""
        return BatchAttempt.objects.filter(
            item_id=self.item_id, number=self.number, state=AttemptState.CALLING
        )


class Next(Enum):
    """What a job needs after a look for keywords."""

    MORE = "there may be more keywords to start"
    EMPTY = "no keyword is left to start"
    WAIT = "the balance is held by what runs; it has to end first"
    PAUSED = "the job was paused"


def work_is_waiting() -> bool:
    """Whether anybody's turn may have come: one indexed read, without a lock."""
    return UserQueue.objects.filter(ready=True).exists()


def claim(worker: str) -> Lease | None:
    """Lease the oldest pending job of the user who has waited longest; None if there is none.

    Raises ``leases.Expelled`` where the worker's own lease has ended.
    """
    while True:
        try:
            served, lease = database.in_transaction(lambda: _claim_next(worker))
        except IntegrityError:
            # The law behind the queue: the user has a processing job after all.
            return None
        if lease is not None or not served:
            return lease


def _claim_next(worker: str) -> tuple[bool, Lease | None]:
    """Serve one user. Returns whether there was one, and the lease if a job could be had."""
    turn = (
        UserQueue.objects.select_for_update(skip_locked=True)
        .filter(ready=True)
        .order_by("last_served_at", "user_id")
        .first()
    )
    if turn is None:
        return False, None
    now = database.now()
    jobs = BatchJob.objects.filter(user_id=turn.user_id)
    busy = jobs.filter(status=JobStatus.PROCESSING).exists()
    lease = None if busy else _lease_oldest(turn.user_id, worker, now)
    # A pending job that somebody else has locked just now keeps its user ready.
    skipped = not busy and lease is None and jobs.filter(status=JobStatus.PENDING).exists()
    UserQueue.objects.filter(pk=turn.pk).update(ready=skipped, last_served_at=now)
    return not skipped, lease


def _lease_oldest(user_id: int, worker: str, now: datetime) -> Lease | None:
    job = (
        BatchJob.objects.select_for_update(skip_locked=True)
        .filter(user_id=user_id, status=JobStatus.PENDING)
        .order_by("created_at", "id")
        .first()
    )
    if job is None:
        return None
    claimed = BatchJob.objects.filter(pk=job.pk, status=JobStatus.PENDING).update(
        status=JobStatus.PROCESSING,
        lease_owner=worker,
        lease_epoch=F("lease_epoch") + 1,
        started_at=Coalesce("started_at", Value(now)),
        last_activity_at=now,
        updated_at=now,
    )
    if not claimed:
        return None
    leases.require(worker)
    record(job, EventKind.CLAIMED, at=now, worker=worker)
    model = WritingModel.objects.get(pk=job.writing_model_id)
    return Lease(job.pk, job.lease_epoch + 1, worker, user_id, model, job.settings)


def lock_leased(lease: Lease) -> BatchJob:
    """The leased job, locked; raises Stale where it is no longer this worker's."""
    job = (
        BatchJob.objects.select_for_update()
        .filter(
            pk=lease.job_id,
            status=JobStatus.PROCESSING,
            lease_epoch=lease.epoch,
            lease_owner=lease.worker,
        )
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
    job = lock_leased(lease)
    items = list(
        BatchItem.objects.filter(job=job, status=ItemStatus.PENDING).order_by("position")[:room]
    )
    if not items:
        return [], Next.EMPTY
    now = database.now()
    circuit = circuits.open_circuit(job.writing_model_id)
    if circuit is not None:
        if not circuits.take_probe(job.writing_model_id, now):
            _pause(job, PauseReason.PROVIDER, circuit.reason, now)
            return [], Next.PAUSED
        items = items[:1]
    user = ledger.lock(job.user_id)
    affordable = _affordable(user, items)
    if not affordable:
        return [], _wait_or_pause(job, user, items[0], now)
    return _start(lease, job, affordable, now), Next.MORE


def _affordable(user: User, items: list[BatchItem]) -> list[BatchItem]:
    """The first of ``items`` that the free tokens and articles pay for, without a gap."""
    tokens, reached = user.tokens_free, 0
    for item in items[: user.articles_free]:
        tokens -= item.tokens_estimated
        if tokens < 0:
            break
        reached += 1
    return items[:reached]


def _wait_or_pause(job: BatchJob, user: User, item: BatchItem, now: datetime) -> Next:
    if user.articles_held:
        return Next.WAIT
    place = f"at keyword {item.position + 1}/{job.total_items}"
    if user.tokens_free < item.tokens_estimated:
        _pause(job, PauseReason.OUT_OF_TOKENS, f"Out of tokens {place}", now)
    else:
        _pause(job, PauseReason.ARTICLE_LIMIT, f"Article limit reached {place}", now)
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


def _start(lease: Lease, job: BatchJob, items: list[BatchItem], now: datetime) -> list[Start]:
    tokens = sum(item.tokens_estimated for item in items)
    BatchItem.objects.filter(pk__in=[item.pk for item in items]).update(
        status=ItemStatus.PROCESSING, attempts=F("attempts") + 1, started_at=now
    )
    BatchAttempt.objects.bulk_create(
        BatchAttempt(
            item=item,
            job=job,
            number=item.attempts + 1,
            worker=lease.worker,
            lease_epoch=lease.epoch,
            tokens_held=item.tokens_estimated,
            started_at=now,
        )
        for item in items
    )
    ledger.hold(job.user_id, tokens=tokens, articles=len(items))
    move(job, now)
    return [
        Start(
            job_id=job.pk,
            item_id=item.pk,
            number=item.attempts + 1,
            worker=lease.worker,
            keyword=item.keyword,
            model=lease.model,
            settings=lease.settings,
        )
        for item in items
    ]


def statuses(job_ids: list[int]) -> dict[int, tuple[str, int]]:
    """Status and epoch of jobs: what their users have asked for meanwhile."""
    rows = BatchJob.objects.filter(pk__in=job_ids).values_list("pk", "status", "lease_epoch")
    return {pk: (status, epoch) for pk, status, epoch in rows}


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

    def step() -> None:
        job = BatchJob.objects.select_for_update().get(pk=start.job_id)
        if end_attempts(job, start.attempts(), AttemptState.DROPPED, database.now()):
            BatchItem.objects.filter(pk=start.item_id).update(status=ItemStatus.PENDING)
            turns.mark_ready(job.user_id)

    database.in_transaction(step)


def mend_turns() -> int:
    """Mark users ready who have a pending job and none processing; returns how many were not."""
    busy = BatchJob.objects.filter(active_user=OuterRef("user_id"))
    has_turn = UserQueue.objects.filter(user_id=OuterRef("user_id"), ready=True)
    missed = (
        BatchJob.objects.filter(status=JobStatus.PENDING)
        .exclude(Exists(busy))
        .exclude(Exists(has_turn))
        .order_by()
    )
    users = list(missed.values_list("user_id", flat=True).distinct())
    for user_id in users:
        database.in_transaction(lambda user_id=user_id: turns.mark_ready(user_id))  # type: ignore[misc]
    return len(users)
