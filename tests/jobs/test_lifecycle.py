"""Create, pause, resume, cancel, retry: the states, and what they leave behind."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings

from accounts.models import User
from articles.models import Article
from articles.providers.base import Usage
from batchwriter import database
from batchwriter.errors import IdempotencyConflict, InvalidTransition
from jobs import audit, estimates, lifecycle, submission
from jobs.caps import TooManyOpenJobs
from jobs.models import BatchAttempt, BatchEvent, BatchItem, BatchJob, UserQueue
from jobs.queue import Stale
from jobs.settlement import Failure, fail
from jobs.status import JobStatus
from tests.jobs.conftest import claim, start, write, write_all

Submit = Callable[..., BatchJob]


def assert_sound() -> None:
    """Every invariant holds."""
    broken = {i.code: audit.violations(i) for i in audit.INVARIANTS if audit.violations(i)}
    assert broken == {}


def test_it_creates_a_job_with_its_items_and_snapshots(alice: User, submit: Submit) -> None:
    job = submit(alice, ["Đà Lạt 🌸", "cà phê"])
    assert (job.status, job.total_items, job.job_type) == ("pending", 2, "batch_keywords")
    assert (job.tokens_at_start, job.articles_limit_at_start) == (
        alice.tokens_remaining,
        alice.article_limit,
    )
    rows = BatchItem.objects.filter(job=job).values_list("position", "keyword", "status")
    assert list(rows) == [(0, "Đà Lạt 🌸", "pending"), (1, "cà phê", "pending")]
    assert UserQueue.objects.get(user=alice).ready
    assert BatchEvent.objects.get(job=job).kind == "created"
    assert_sound()


def test_it_pauses_and_resumes_where_it_stopped(alice: User, submit: Submit, worker: str) -> None:
    job = submit(alice, 5)
    lease = claim(worker)
    for started in start(lease, 2):
        write(started)
    running = start(lease, 1)[0]
    paused = lifecycle.pause(job.pk, by=alice)
    assert (paused.status, paused.pause_reason) == ("paused", "user")
    with pytest.raises(Stale):
        start(lease)
    write(running)
    assert BatchJob.objects.get(pk=job.pk).current_item_index == 3
    assert lifecycle.resume(job.pk, by=alice).status == "pending"
    assert write_all(worker).status == "completed"
    assert list(BatchItem.objects.values_list("attempts", flat=True)) == [1] * 5
    assert_sound()


def test_it_asks_for_no_keyword_twice_when_resumed_while_earlier_ones_run(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 4)
    old = start(claim(worker), 2)
    lifecycle.pause(job.pk, by=alice)
    lifecycle.resume(job.pk, by=alice)
    new = start(claim(worker), 4)
    assert [one.keyword for one in old + new] == [f"từ khóa {n}" for n in (1, 2, 3, 4)]
    for started in new + old:
        write(started)
    assert BatchJob.objects.get(pk=job.pk).status == "completed"
    assert BatchAttempt.objects.count() == 4
    assert_sound()


def test_it_completes_a_paused_job_whose_last_articles_settle(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 1)
    (running,) = start(claim(worker))
    lifecycle.pause(job.pk, by=alice)
    write(running)
    job.refresh_from_db()
    assert (job.status, job.pause_reason) == ("completed", None)
    assert_sound()


def test_it_cancels_and_charges_nothing_for_what_runs(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 3)
    lease = claim(worker)
    done, running = start(lease, 2)
    write(done, tokens=100)
    before = User.objects.get(pk=alice.pk).tokens_remaining
    cancelled = lifecycle.cancel(job.pk, by=alice)
    assert (cancelled.status, cancelled.lease_epoch) == ("cancelled", lease.epoch + 1)
    with pytest.raises(Stale):
        write(running)
    alice.refresh_from_db()
    assert (alice.tokens_remaining, alice.tokens_held, alice.articles_held) == (before, 0, 0)
    assert Article.objects.filter(job_id=job.pk).count() == 1
    statuses = BatchItem.objects.order_by("position").values_list("status", flat=True)
    assert list(statuses) == ["completed", "cancelled", "cancelled"]
    assert_sound()


def test_it_retries_the_failed_keywords_and_them_alone(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 4)
    lease = claim(worker)
    for number, started in enumerate(start(lease, 4)):
        if number % 2:
            fail(started, Failure("refused", "No."), Usage(prompt_tokens=9))
        else:
            write(started)
    job.refresh_from_db()
    assert (job.status, job.completed_items, job.failed_items) == ("completed", 2, 2)
    assert_sound()
    retried = lifecycle.retry(job.pk, by=alice)
    assert (retried.status, retried.failed_items, retried.current_item_index) == ("pending", 0, 1)
    assert retried.finished_at is None
    again = start(claim(worker), 9)
    assert [one.keyword for one in again] == ["từ khóa 2", "từ khóa 4"]
    for started in again:
        write(started)
    assert BatchJob.objects.get(pk=job.pk).completed_items == 4
    assert_sound()


def test_it_calls_a_job_failed_when_every_keyword_failed(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 2)
    for started in start(claim(worker), 2):
        fail(started, Failure("refused", "No."), Usage())
    job.refresh_from_db()
    alice.refresh_from_db()
    assert (job.status, job.failed_items, alice.tokens_held) == ("failed", 2, 0)
    assert_sound()


ACTIONS = {
    "pause": ({"pending", "processing"}, lifecycle.pause),
    "resume": ({"paused"}, lifecycle.resume),
    "cancel": ({"pending", "processing", "paused"}, lifecycle.cancel),
}


@pytest.mark.parametrize("status", [*JobStatus.values])
@pytest.mark.parametrize("action", [*ACTIONS])
def test_it_allows_each_action_in_its_states_alone(
    alice: User, submit: Submit, worker: str, action: str, status: str
) -> None:
    allowed, act = ACTIONS[action]
    job = submit(alice, 1)
    bring_to(job, status, worker)
    if status in allowed:
        assert act(job.pk, by=alice).status != status
    else:
        with pytest.raises(InvalidTransition):
            act(job.pk, by=alice)
        assert BatchJob.objects.get(pk=job.pk).status == status
    assert_sound()


def bring_to(job: BatchJob, status: str, worker: str) -> None:
    """Bring a pending job of one keyword to ``status`` by what really leads there."""
    if status == "paused":
        lifecycle.pause(job.pk, by=None)
    elif status == "cancelled":
        lifecycle.cancel(job.pk, by=None)
    elif status != "pending":
        lease = claim(worker)
        if status == "completed":
            write(start(lease)[0])
        elif status == "failed":
            fail(start(lease)[0], Failure("refused", "No."), Usage())


@pytest.mark.parametrize("status", ["pending", "processing", "paused", "cancelled", "completed"])
def test_it_retries_only_ended_jobs_with_a_failed_keyword(
    alice: User, submit: Submit, worker: str, status: str
) -> None:
    job = submit(alice, 1)
    bring_to(job, status, worker)
    with pytest.raises(InvalidTransition):
        lifecycle.retry(job.pk, by=alice)


def test_it_makes_one_job_for_one_idempotency_key(alice: User) -> None:
    checked = submission.parse(alice, ["a"], {"model": "offline"})
    first, new = lifecycle.create(alice, checked, idempotency_key="k", request_hash="h")
    second, again = lifecycle.create(alice, checked, idempotency_key="k", request_hash="h")
    assert (first.pk, new, again) == (second.pk, True, False)
    with pytest.raises(IdempotencyConflict):
        lifecycle.create(alice, checked, idempotency_key="k", request_hash="other")


def test_it_lets_a_key_be_used_anew_after_a_day(alice: User) -> None:
    checked = submission.parse(alice, ["a"], {"model": "offline"})
    first, _ = lifecycle.create(alice, checked, idempotency_key="k", request_hash="h")
    day_ago = database.now() - lifecycle.timedelta(hours=24, seconds=1)
    BatchJob.objects.filter(pk=first.pk).update(created_at=day_ago)
    second, new = lifecycle.create(alice, checked, idempotency_key="k", request_hash="other")
    assert new and second.pk != first.pk


def test_it_tells_keys_apart_byte_by_byte(alice: User, bob: User) -> None:
    made = set()
    for user, key in ((alice, "k"), (alice, "K"), (bob, "k")):
        checked = submission.parse(user, ["a"], {"model": "offline"})
        made.add(lifecycle.create(user, checked, idempotency_key=key, request_hash="h")[0].pk)
    assert len(made) == 3


def test_it_refuses_more_open_jobs_than_allowed(
    alice: User, submit: Submit, settings: LazySettings
) -> None:
    settings.BATCH_MAX_OPEN_JOBS = 2
    first = submit(alice)
    submit(alice)
    with pytest.raises(TooManyOpenJobs):
        submit(alice)
    lifecycle.cancel(first.pk, by=alice)
    submit(alice)


def test_it_estimates_how_far_the_balance_goes(alice: User) -> None:
    checked = submission.parse(alice, ["a", "b", "A", " "], {"model": "offline"})
    estimate = estimates.estimate(alice, checked)
    assert (estimate.total_items, estimate.affordable_items) == (2, 2)
    assert estimate.duplicates == ["A"]
    assert estimate.tokens_available == alice.tokens_remaining
    User.objects.filter(pk=alice.pk).update(article_limit=1)
    assert estimates.estimate(alice, checked).affordable_items == 1
    assert not BatchJob.objects.exists()
