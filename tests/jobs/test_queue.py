"""Claiming in turn, and starting what can be paid for."""

from collections.abc import Callable

import pytest

from accounts import ledger
from accounts.models import User
from jobs import leases, lifecycle, queue, takeover, turns, watch
from jobs.handles import Stale
from jobs.models import BatchAttempt, BatchItem, BatchJob, BatchWorker, UserQueue
from jobs.queue import Next
from jobs.status import ItemStatus
from tests.jobs.conftest import claim, person, start, write, write_all
from tests.jobs.test_lifecycle import assert_sound

Submit = Callable[..., BatchJob]


def test_it_claims_nothing_where_nothing_waits(worker: str) -> None:
    assert queue.claim(worker) is None
    assert watch.look(worker) == watch.Look(alive=True, waiting=False, lost=False)


def test_it_sees_at_a_poll_what_there_is_to_do(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 1)
    other = leases.register()
    assert watch.look(worker) == watch.Look(alive=True, waiting=True, lost=False)
    leases.expel(other)
    assert watch.look(worker) == watch.Look(alive=True, waiting=True, lost=True)
    assert not watch.look(other).alive
    assert not watch.look("nobody").alive


def test_it_finds_the_leases_of_a_claim_whose_outcome_was_unknown(
    alice: User, bob: User, submit: Submit, worker: str
) -> None:
    for user in (alice, bob):
        submit(user, 1)
    assert watch.leases_of(worker) == []
    first, second = claim(worker), claim(worker)
    assert sorted(watch.leases_of(worker), key=lambda one: one.job_id) == [first, second]
    assert watch.leases_of("nobody") == []


def test_it_gives_up_starts_that_nobody_heard_of(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 3)
    lease = claim(worker)
    running = start(lease)[0]
    unknown = start(lease)[0]
    queue.drop_unknown(lease, [running.item_id])
    assert BatchItem.objects.get(pk=running.item_id).status == "processing"
    assert BatchItem.objects.get(pk=unknown.item_id).status == "pending"
    assert BatchAttempt.objects.get(item_id=unknown.item_id).tokens_unconfirmed == 0
    assert_sound()
    queue.drop_unknown(lease, [running.item_id])
    write(running)
    before = list(BatchAttempt.objects.order_by("pk").values())
    queue.drop_unknown(lease, [])
    assert list(BatchAttempt.objects.order_by("pk").values()) == before
    assert BatchItem.objects.get(pk=running.item_id).status == "completed"
    assert [one.item_id for one in start(lease)] == [unknown.item_id]
    assert_sound()


def test_it_serves_users_in_turn_whatever_their_backlog(
    alice: User, bob: User, submit: Submit, worker: str
) -> None:
    for _ in range(3):
        submit(alice, 1)
    submit(bob, 1)
    order = []
    for _ in range(4):
        order.append(write_all(worker).user_id)
    assert order == [alice.pk, bob.pk, alice.pk, alice.pk]


def test_it_claims_a_users_oldest_job_first(alice: User, submit: Submit, worker: str) -> None:
    jobs = [submit(alice, 1).pk for _ in range(3)]
    assert [write_all(worker).pk for _ in range(3)] == jobs


def test_it_leaves_a_user_with_a_processing_job_alone(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice, 1)
    submit(alice, 1)
    assert queue.claim(worker) is not None
    assert queue.claim(worker) is None
    assert_sound()


def test_it_goes_on_with_the_users_next_job_when_one_is_paused(
    alice: User, submit: Submit, worker: str
) -> None:
    first, second = submit(alice, 1), submit(alice, 1)
    assert claim(worker).job_id == first.pk
    lifecycle.pause(first.pk, by=alice)
    assert claim(worker).job_id == second.pk


def test_it_grows_the_epoch_with_each_claim(alice: User, submit: Submit, worker: str) -> None:
    job = submit(alice, 1)
    epochs = []
    for _ in range(3):
        lease = claim(worker)
        epochs.append(lease.epoch)
        queue.hand_back(lease)
    assert epochs == [1, 2, 3]
    assert BatchJob.objects.get(pk=job.pk).started_at is not None


def test_it_lets_no_expelled_worker_claim(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 1)
    BatchWorker.objects.update(expelled=True)
    with pytest.raises(leases.Expelled):
        queue.claim(worker)
    assert BatchJob.objects.get().status == "pending"
    assert watch.look(worker).waiting


def test_it_starts_no_keyword_under_an_old_lease(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 2)
    lease = claim(worker)
    queue.hand_back(lease)
    with pytest.raises(Stale):
        start(lease)
    claim(worker)
    with pytest.raises(Stale):
        start(lease)


def test_it_holds_tokens_and_articles_for_what_it_starts(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 3)
    start(claim(worker), 2)
    alice.refresh_from_db()
    estimated = BatchItem.objects.filter(job=job).values_list("tokens_estimated", flat=True)
    assert (alice.tokens_held, alice.articles_held) == (sum(estimated[:2]), 2)
    assert_sound()


def balance_for(submit: Submit, articles: float, allowed: int = 1000) -> tuple[User, BatchJob, int]:
    """A poor user with a job of five, and what one article is estimated at."""
    carol = person("carol", tokens=1, articles=allowed)
    job = submit(carol, 5)
    each = BatchItem.objects.filter(job=job).values_list("tokens_estimated", flat=True)[0]
    ledger.grant(carol, int(each * articles) - 1)
    return carol, job, each


def test_it_pauses_when_the_balance_is_used_up_and_goes_on_after_a_grant(
    submit: Submit, worker: str
) -> None:
    carol, job, each = balance_for(submit, 2.3)
    lease = claim(worker)
    started, look = queue.start_items(lease, 5)
    assert (len(started), look) == (2, Next.MORE)
    assert queue.start_items(lease, 3) == ([], Next.WAIT)
    for one in started:
        write(one, tokens=each)
    assert queue.start_items(lease, 3) == ([], Next.PAUSED)
    job.refresh_from_db()
    assert (job.status, job.pause_reason) == ("paused", "out_of_tokens")
    assert job.error_message == "Out of tokens at keyword 3/5"
    assert_sound()
    ledger.grant(carol, each * 3)
    lifecycle.resume(job.pk, by=carol)
    assert write_all(worker, tokens=each).status == "completed"
    assert_sound()


def test_it_goes_on_when_articles_were_cheaper_than_estimated(submit: Submit, worker: str) -> None:
    _carol, _job, each = balance_for(submit, 2.0)
    assert write_all(worker, tokens=each // 10).status == "completed"


def test_it_pauses_at_the_article_limit(submit: Submit, worker: str) -> None:
    carol, job, _ = balance_for(submit, 50, allowed=1)
    lease = claim(worker)
    started, _ = queue.start_items(lease, 5)
    assert len(started) == 1
    write(started[0])
    assert queue.start_items(lease, 5) == ([], Next.PAUSED)
    job.refresh_from_db()
    assert (job.pause_reason, job.error_message) == (
        "article_limit",
        "Article limit reached at keyword 2/5",
    )
    ledger.grant_articles(carol, 4)
    lifecycle.resume(job.pk, by=carol)
    assert write_all(worker).status == "completed"
    carol.refresh_from_db()
    assert carol.article_limit == 0
    assert_sound()


def test_it_gives_a_dropped_keyword_back(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 1)
    (started,) = start(claim(worker))
    queue.drop(started)
    queue.drop(started)
    alice.refresh_from_db()
    assert (alice.tokens_held, alice.articles_held) == (0, 0)
    assert BatchItem.objects.get().status == ItemStatus.PENDING
    with pytest.raises(Stale):
        write(started)
    assert_sound()


def test_it_mends_a_turn_that_was_missed(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 1)
    UserQueue.objects.update(ready=False)
    assert queue.claim(worker) is None
    assert turns.mend_turns() == 1
    assert turns.mend_turns() == 0
    assert queue.claim(worker) is not None


def test_it_starts_a_keyword_alone_that_two_workers_died_of(alice: User, submit: Submit) -> None:
    submit(alice, 4)
    for _ in range(2):
        worker = leases.register()
        lease = claim(worker)
        started, look = queue.start_items(lease, 2)
        assert (len(started), look) == (2, Next.MORE)
        leases.expel(worker)
        takeover.take_over_expired()
    lease = claim(leases.register())
    alone, look = queue.start_items(lease, 2)
    assert ([one.keyword for one in alone], look) == (["từ khóa 1"], Next.ALONE)
    assert queue.start_items(lease, 2) == ([], Next.WAIT)
    write(alone[0])
    alone, look = queue.start_items(lease, 2)
    assert ([one.keyword for one in alone], look) == (["từ khóa 2"], Next.ALONE)
    write(alone[0])
    assert [one.keyword for one in start(lease, 2)] == ["từ khóa 3", "từ khóa 4"]
    assert_sound()
