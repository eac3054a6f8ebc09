"""How a started keyword ends: article and charge in one commit, or a failure that costs nothing.

The attempt's state is the fence. Cancel, take-over and hand-back end an attempt under the lock
of its job; whoever comes later finds nothing to end, and writes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import ledger
from articles import store
from articles.models import Article
from articles.providers.base import ProviderUnavailable, Usage
from articles.writing.pipeline import Draft
from batchwriter import database
from jobs import circuits, turns
from jobs.handles import Stale, Start
from jobs.models import BatchAttempt, BatchItem, BatchJob
from jobs.status import AttemptState, EventKind, ItemStatus, JobStatus, PauseReason
from jobs.transitions import move, record

CRASHED_WORKER = "crashed_worker"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a keyword came to nothing.

    ``outage``: the provider's fault, not the keyword's. ``ours``: nobody's but our own.
    """

    code: str
    message: str
    outage: bool = False
    ours: bool = False


def settle(start: Start, draft: Draft, dropped: Usage, unconfirmed: int = 0) -> int:
    """Write the article and everything that goes with it; returns the article's id.

    ``dropped`` is what answers cost that are not part of the article, ``unconfirmed`` an estimate
    for calls without an answer, in tokens; the operator bears both. Called again after an unknown
    outcome, it returns the article that is there. Raises Stale.
    """

    def step() -> int:
        job = _lock_job(start)
        earlier = _settled_article(start)
        if earlier is not None:
            return earlier
        now = database.now()
        spent = draft.usage + dropped
        held = _end(start, AttemptState.SETTLED, now, spent, unconfirmed)
        item = BatchItem.objects.get(pk=start.item_id)
        # Before a slug is chosen: another worker may settle an article of the same user.
        ledger.lock(job.user_id)
        article = _write_article(job, item, start, draft, now)
        paid = ledger.charge(
            job.user_id, item_id=item.pk, held=held, used=draft.usage.total
        ).charged
        BatchAttempt.objects.filter(item=item, number=start.number).update(tokens_charged=paid)
        _settle_item(item, now, status=ItemStatus.COMPLETED, article=article, tokens_used=paid)
        _count(job, item, now, completed_items=1, tokens_used=paid)
        record(job, EventKind.ITEM_COMPLETED, at=now, item_id=item.pk, worker=start.worker)
        circuits.got_through(start.model, probe=start.probe)
        _finish_if_settled(job, now)
        return article.pk

    return database.in_transaction(step)


def fail(start: Start, failure: Failure, spent: Usage, unconfirmed: int = 0) -> bool:
    """The keyword failed: its hold ends, nothing is charged, the job goes on.

    Where it was the provider's fault and the model's circuit opens, or is open, the keyword waits
    again instead and the job pauses. Returns whether the keyword failed. Raises Stale.
    """

    def step() -> bool:
        job = _lock_job(start)
        now = database.now()
        _release(job, start, spent, unconfirmed, failure.code, now)
        if failure.outage and circuits.count_loss(
            start.model, failure.message, now, probe=start.probe
        ):
            _wait_again(job, start, failure, now)
            return False
        if failure.ours and start.probe:
            circuits.release_probe(start.model, now)
        elif not failure.outage and not failure.ours:
            circuits.got_through(start.model, probe=start.probe)
        fail_item(job, BatchItem.objects.get(pk=start.item_id), failure, now, start.worker)
        return True

    return database.in_transaction(step)


def provider_unavailable(
    start: Start, error: ProviderUnavailable, spent: Usage, unconfirmed: int = 0
) -> None:
    """Nothing of this model (or key) can be written now: the keyword waits, the job pauses."""

    def step() -> None:
        job = _lock_job(start)
        now = database.now()
        _release(job, start, spent, unconfirmed, error.code, now)
        if start.probe and error.code == "model_not_found":
            circuits.key_works(start.model)
        circuits.open_for(
            start.model,
            error.message,
            now,
            whole_provider=error.scope == "provider",
            retry_after=error.retry_after,
            probe=start.probe,
        )
        _wait_again(job, start, Failure(error.code, error.message), now)

    database.in_transaction(step)


def note_cost(start: Start, spent: Usage, unconfirmed: int) -> None:
    """Say what a keyword has cost that was dropped, or is about to be.

    Until then what it held stands for it. An attempt that was lost keeps that estimate.
    """
    BatchAttempt.objects.filter(
        item_id=start.item_id,
        number=start.number,
        state__in=(AttemptState.CALLING, AttemptState.DROPPED),
    ).update(tokens_spent=spent.total, tokens_unconfirmed=unconfirmed, estimated=spent.estimated)


def fail_item(job: BatchJob, item: BatchItem, failure: Failure, now: datetime, worker: str) -> None:
    """Mark an item of a locked job as failed, count it, and end the job if it was the last."""
    message = failure.message[:500]
    _settle_item(
        item,
        now,
        status=ItemStatus.FAILED,
        error_code=failure.code,
        error_message=message,
        tokens_used=0,
    )
    _count(job, item, now, failed_items=1)
    record(job, EventKind.ITEM_FAILED, at=now, item_id=item.pk, worker=worker, message=message)
    _finish_if_settled(job, now)


def _lock_job(start: Start) -> BatchJob:
    return BatchJob.objects.select_for_update().get(pk=start.job_id)


def _settled_article(start: Start) -> int | None:
    settled = BatchAttempt.objects.filter(
        item_id=start.item_id, number=start.number, state=AttemptState.SETTLED
    )
    if not settled.exists():
        return None
    return Article.objects.values_list("pk", flat=True).get(item_id=start.item_id)


def _end(
    start: Start,
    state: AttemptState,
    now: datetime,
    spent: Usage,
    unconfirmed: int,
    code: str = "",
) -> int:
    """End the attempt; returns the tokens that it held. Raises Stale where it no longer runs."""
    held = start.attempts().values_list("tokens_held", flat=True).first()
    ended = start.attempts().update(
        state=state,
        ended_at=now,
        tokens_spent=spent.total,
        tokens_unconfirmed=unconfirmed,
        estimated=spent.estimated,
        error_code=code,
    )
    if held is None or not ended:
        raise Stale
    return int(held)


def _release(
    job: BatchJob, start: Start, spent: Usage, unconfirmed: int, code: str, now: datetime
) -> None:
    held = _end(start, AttemptState.FAILED, now, spent, unconfirmed, code)
    ledger.release(job.user_id, tokens=held, articles=1)


def _wait_again(job: BatchJob, start: Start, failure: Failure, now: datetime) -> None:
    BatchItem.objects.filter(pk=start.item_id).update(status=ItemStatus.PENDING)
    if job.status == JobStatus.PROCESSING:
        move(
            job,
            now,
            status=JobStatus.PAUSED,
            pause_reason=PauseReason.PROVIDER,
            error_message=failure.message[:500],
            lease_owner=None,
        )
        record(job, EventKind.PAUSED, at=now, worker=start.worker, message=failure.message)
    turns.mark_ready(job.user_id)


def _write_article(
    job: BatchJob, item: BatchItem, start: Start, draft: Draft, now: datetime
) -> Article:
    chosen = start.settings
    return store.create_from_draft(
        draft,
        user_id=job.user_id,
        job_id=job.pk,
        item_id=item.pk,
        keyword=item.keyword,
        website_id=chosen["websiteId"],
        language=str(chosen["language"]),
        model=start.model.code,
        now=now,
    )


def _settle_item(item: BatchItem, now: datetime, **changes: Any) -> None:
    BatchItem.objects.filter(pk=item.pk).update(finished_at=now, **changes)


def _count(job: BatchJob, item: BatchItem, now: datetime, **more: int) -> None:
    """Add to the counters of a locked job; ``current_item_index`` moves over settled items."""
    changes: dict[str, Any] = {name: getattr(job, name) + by for name, by in more.items()}
    if item.position == job.current_item_index:
        changes["current_item_index"] = _first_unsettled(job, item.position)
    move(job, now, **changes)


def _first_unsettled(job: BatchJob, since: int) -> int:
    position = (
        BatchItem.objects.filter(job=job, position__gt=since)
        .exclude(status__in=(ItemStatus.COMPLETED, ItemStatus.FAILED))
        .order_by("position")
        .values_list("position", flat=True)
        .first()
    )
    return job.total_items if position is None else position


def _finish_if_settled(job: BatchJob, now: datetime) -> None:
    if job.completed_items + job.failed_items < job.total_items:
        return
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
