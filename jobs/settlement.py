"""How a started keyword ends: article and charge in one commit, or a failure that costs nothing.

The attempt's state is the fence. Cancel, take-over and hand-back end an attempt under the lock
of its job; whoever comes later finds nothing to end, and writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from accounts import ledger
from articles import similar, store
from articles.models import Article
from articles.providers.base import ProviderUnavailable, Usage
from articles.writing.draft import Draft
from batchwriter import database
from jobs import checkpoints, circuits, turns
from jobs.counters import count, finish, settle_item
from jobs.handles import Stale, Start
from jobs.locked import Locked, for_settlement
from jobs.models import BatchAttempt, BatchItem, BatchJob
from jobs.status import AttemptState, EventKind, ItemStatus, JobStatus, PauseReason
from jobs.transitions import move, note, record

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


class Settled(NamedTuple):
    """A keyword whose article is written, and what its user pays."""

    item_id: int
    position: int
    tokens_held: int
    paid: int
    article: int


@dataclass(frozen=True, slots=True)
class Result:
    """A draft with what it cost.

    ``dropped`` is what answers cost that are not part of the article, ``unconfirmed`` an estimate
    for calls without an answer, in tokens; the operator bears both. ``reused`` are the names of
    steps that an earlier start had paid for.
    """

    start: Start
    draft: Draft
    dropped: Usage
    unconfirmed: int = 0
    reused: Sequence[str] = ()


def settle(start: Start, draft: Draft, dropped: Usage, unconfirmed: int = 0) -> int:
    """Settle one result; returns the article's id. Raises Stale. See ``settle_all``."""
    (article,) = settle_all([Result(start, draft, dropped, unconfirmed)])
    if article is None:
        raise Stale
    return article


def settle_all(results: Sequence[Result]) -> list[int | None]:
    """Write the articles of one job and everything that goes with them, in one commit.

    Returns their ids, None for a start that does not run any more. Called again after an unknown
    outcome, it returns the articles that are there.
    """
    slugs = [store.slug_of(result.draft.title) for result in results]
    twins = similar.Twins(results[0].start.user_id, [result.draft for result in results])
    articles = database.in_transaction(lambda: _settle_all(results, slugs, twins))
    twins.remember(articles)
    return articles


def _settle_all(
    results: Sequence[Result], slugs: list[str], twins: similar.Twins
) -> list[int | None]:
    first = results[0].start
    locked = for_settlement(first, slugs)
    free = slugs if not locked.slugs_taken else [""] * len(slugs)
    found = store.Slugs(locked.user_id)
    balance, done, articles = locked.tokens_remaining, [], []
    for result, slug in zip(results, free, strict=True):
        start = result.start
        paid = ledger.payable(result.draft.usage.total, balance)
        if not _settle_attempt(result, paid, locked.at):
            articles.append(_settled_article(start))
            continue
        if checkpoints.are_worth_it(start.brief()):
            checkpoints.hand_over(start, result.reused)
            checkpoints.clear(start.item_id)
        draft = twins.marked(result.draft, articles)
        article = _write_article(start, draft, locked, slug, found)
        articles.append(article)
        balance -= paid
        done.append(Settled(start.item_id, start.position, start.tokens_held, paid, article))
    if done:
        _book(done, first, locked)
    if done and locked.troubled:
        circuits.got_through(first.model, probe=any(result.start.probe for result in results))
    if done and locked.settled_items + len(done) == locked.total_items:
        finish(first.job_id, locked.now)
    return articles


def _book(done: list[Settled], start: Start, locked: Locked) -> None:
    """The charges, counters and history of articles that are written."""
    ledger.charge(
        locked.user_id,
        [ledger.Charge(one.item_id, one.tokens_held, one.paid) for one in done],
        at=locked.at,
    )
    for one in done:
        settle_item(
            one.item_id,
            locked.at,
            status=ItemStatus.COMPLETED,
            article_id=one.article,
            tokens_used=one.paid,
        )
    count(
        start.job_id,
        [one.position for one in done],
        index=locked.current_item_index,
        at=locked.at,
        completed_items=len(done),
        tokens_used=sum(one.paid for one in done),
    )
    note(
        start.job_id,
        EventKind.ITEM_COMPLETED,
        at=locked.at,
        item_ids=[one.item_id for one in done],
        worker=start.worker,
    )


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
        fail_item(job, start.item_id, start.position, failure, now, start.worker)
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


def fail_item(
    job: BatchJob, item_id: int, position: int, failure: Failure, now: datetime, worker: str
) -> None:
    """Mark an item of a locked job as failed, count it, and end the job if it was the last."""
    message, at = failure.message[:500], database.stored(now)
    settle_item(
        item_id,
        at,
        status=ItemStatus.FAILED,
        error_code=failure.code,
        error_message=message,
        tokens_used=0,
    )
    count(job.pk, [position], index=job.current_item_index, at=at, failed_items=1)
    kind = EventKind.ITEM_FAILED
    note(job.pk, kind, at=at, item_ids=[item_id], worker=worker, message=message)
    job.refresh_from_db()
    if job.completed_items + job.failed_items == job.total_items:
        finish(job.pk, now)


def _lock_job(start: Start) -> BatchJob:
    return BatchJob.objects.select_for_update().get(pk=start.job_id)


def _settle_attempt(result: Result, paid: int, at: Any) -> bool:
    """End a start that became an article. False where it does not run any more."""
    start, spent = result.start, result.draft.usage + result.dropped
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE batch_attempts SET state = %s, ended_at = %s, tokens_spent = %s,"
            " tokens_charged = %s, tokens_unconfirmed = %s, estimated = %s"
            " WHERE item_id = %s AND number = %s AND state = %s",
            [AttemptState.SETTLED, at, spent.total, paid, result.unconfirmed, spent.estimated,
             start.item_id, start.number, AttemptState.CALLING],
        )  # fmt: skip
        return bool(cursor.rowcount)


def _settled_article(start: Start) -> int | None:
    """The article of a start that was settled before, None where it came to nothing."""
    settled = BatchAttempt.objects.filter(
        item_id=start.item_id, number=start.number, state=AttemptState.SETTLED
    )
    if not settled.exists():
        return None
    return Article.objects.values_list("pk", flat=True).get(item_id=start.item_id)


def _end(start: Start, now: datetime, spent: Usage, unconfirmed: int, code: str) -> None:
    """The attempt failed. Raises Stale where it no longer runs."""
    if not start.attempts().update(
        state=AttemptState.FAILED,
        ended_at=now,
        tokens_spent=spent.total,
        tokens_unconfirmed=unconfirmed,
        estimated=spent.estimated,
        error_code=code,
    ):
        raise Stale


def _release(
    job: BatchJob, start: Start, spent: Usage, unconfirmed: int, code: str, now: datetime
) -> None:
    _end(start, now, spent, unconfirmed, code)
    ledger.release(job.user_id, tokens=start.tokens_held, articles=1)


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
    start: Start, draft: Draft, locked: Locked, slug: str, slugs: store.Slugs
) -> int:
    chosen = start.settings
    return store.create_from_draft(
        draft,
        slug=slug,
        slugs=slugs,
        user_id=locked.user_id,
        job_id=start.job_id,
        item_id=start.item_id,
        keyword=start.keyword,
        website_id=chosen["websiteId"],
        language=str(chosen["language"]),
        model=start.model.code,
        at=locked.at,
    )
