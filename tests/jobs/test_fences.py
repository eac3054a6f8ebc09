"""Writes that come too late change nothing, also where no lock has held the others off."""

from collections.abc import Callable

import pytest
from django.db.transaction import TransactionManagementError

from accounts import ledger
from accounts.models import TokenEntry, User
from articles.models import Article
from articles.providers.base import Usage
from batchwriter import database
from batchwriter.errors import InvalidTransition
from jobs import leases, lifecycle, queue, settlement, transitions
from jobs.handles import Lease, Stale
from jobs.models import BatchAttempt, BatchEvent, BatchItem, BatchJob, BatchWorker
from jobs.settlement import Failure
from tests.jobs.conftest import claim, person, start, write
from tests.jobs.locking import slipped_in
from tests.jobs.test_lifecycle import assert_sound

Submit = Callable[..., BatchJob]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE batch_jobs SET status = 'paused', pause_reason = 'user'",
        "UPDATE batch_jobs SET status = 'processing', lease_owner = 'another', lease_epoch = 1",
    ],
    ids=["paused", "claimed"],
)
def test_it_does_not_claim_what_changed_hands_meanwhile(
    alice: User, submit: Submit, worker: str, change: str
) -> None:
    job = submit(alice, 1)
    with slipped_in("UPDATE batch_jobs", change):
        assert queue.claim(worker) is None
    job.refresh_from_db()
    assert (job.lease_epoch, job.lease_owner) == (0, None)
    assert not BatchEvent.objects.filter(kind="claimed").exists()


def test_it_ends_an_attempt_once(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 1)
    started = start(claim(worker))[0]
    change = "UPDATE batch_attempts SET state = 'lost', ended_at = started_at"
    with slipped_in("UPDATE batch_attempts", change), pytest.raises(Stale):
        write(started)
    assert not Article.objects.exists()
    assert not TokenEntry.objects.filter(kind="charge").exists()


def test_it_gives_back_only_what_still_runs(alice: User, submit: Submit, worker: str) -> None:
    job = submit(alice, 2)
    done, running = start(claim(worker), 2)
    write(done)
    lifecycle.cancel(job.pk, by=alice)
    states = dict(BatchAttempt.objects.values_list("item_id", "state"))
    assert states == {done.item_id: "settled", running.item_id: "dropped"}
    assert_sound()


@pytest.mark.parametrize(
    "change",
    [
        {"lease_epoch": 7},
        {"status": "paused", "pause_reason": "user", "lease_owner": None},
        {"status": "pending", "lease_owner": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_it_starts_nothing_under_a_lease_that_is_gone(
    alice: User, submit: Submit, worker: str, change: dict[str, object]
) -> None:
    submit(alice, 1)
    lease = claim(worker)
    BatchJob.objects.update(**change)
    with pytest.raises(Stale):
        queue.start_items(lease, 1)
    with pytest.raises(Stale):
        queue.hand_back(lease)
    assert not BatchAttempt.objects.exists()


def test_it_settles_the_start_that_was_made_and_no_later_one(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice, 1)
    lease = claim(worker)
    first = start(lease)[0]
    queue.drop(first)
    second = start(lease)[0]
    for late in (
        lambda: write(first),
        lambda: settlement.fail(first, Failure("policy", "No."), Usage()),
    ):
        with pytest.raises(Stale):
            late()
    queue.drop(first)
    assert BatchAttempt.objects.get(number=2).state == "calling"
    write(second)
    assert_sound()


def test_it_gives_up_the_starts_of_one_lease_alone(
    alice: User, bob: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 3)
    submit(bob, 1)
    first = claim(worker)
    start(first)
    lifecycle.pause(job.pk, by=alice)
    lifecycle.resume(job.pk, by=alice)
    others = claim(worker)
    assert others.user_id == bob.pk
    start(others)
    other_worker = leases.register()
    second = claim(other_worker)
    start(second)
    queue.drop_unknown(second, [])
    states = BatchAttempt.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["calling", "calling", "dropped"]
    queue.drop_unknown(Lease(others.job_id, 99, worker, *second_half(first)), [])
    queue.drop_unknown(first, [])
    states = BatchAttempt.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["dropped", "calling", "dropped"]


def second_half(lease: Lease) -> tuple[object, ...]:
    """What does not tell leases apart."""
    return lease.user_id, lease.model, lease.settings


def test_it_claims_nothing_with_a_lease_that_ran_out(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice, 1)
    BatchWorker.objects.update(expires_at="2000-01-01T00:00:00Z")
    with pytest.raises(leases.Expelled):
        queue.claim(worker)
    assert not leases.renew(worker)
    assert BatchJob.objects.get().status == "pending"


def test_it_renews_its_own_lease_alone(worker: str) -> None:
    other = leases.register()
    BatchWorker.objects.filter(pk=other).update(expires_at="2000-01-01T00:00:00Z")
    assert leases.renew(worker)
    assert not leases.renew(other)
    assert BatchWorker.objects.get(pk=other).expires_at.year == 2000
    leases.expel(other)
    assert not BatchWorker.objects.get(pk=worker).expelled
    leases.retire(other)
    assert BatchWorker.objects.get().pk == worker


def test_it_keeps_the_holds_of_others(alice: User, bob: User, submit: Submit, worker: str) -> None:
    for user in (alice, bob):
        submit(user, 2)
    first, second = start(claim(worker), 2), start(claim(worker), 2)
    assert_sound()
    write(first[0])
    queue.drop(second[0])
    assert_sound()
    assert User.objects.filter(articles_held=1).count() == 2


def test_it_charges_inside_a_settlement_alone(transactional_db: None) -> None:
    alice = person("alice")
    with pytest.raises(TransactionManagementError):
        ledger.charge(alice.pk, [ledger.Charge(1, 0, 1)], at=database.stored(database.now()))


def test_it_lets_a_lowered_article_limit_stay_at_zero(submit: Submit, worker: str) -> None:
    alice = person("alice", articles=1)
    submit(alice, 1)
    started = start(claim(worker))[0]
    User.objects.update(article_limit=0)
    write(started)
    alice.refresh_from_db()
    assert (alice.article_limit, alice.articles_held) == (0, 0)


def test_it_marks_an_item_as_waiting_only_where_its_start_was_given_up(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice, 2)
    started = start(claim(worker))[0]
    write(started)
    queue.drop(started)
    assert BatchItem.objects.get(pk=started.item_id).status == "completed"
    assert_sound()


def test_it_makes_no_move_that_is_not_in_the_graph(alice: User, submit: Submit) -> None:
    job = submit(alice, 1)
    lifecycle.cancel(job.pk, by=alice)
    job.refresh_from_db()
    with pytest.raises(InvalidTransition):
        transitions.move(job, database.now(), status="pending", finished_at=None)
    job.refresh_from_db()
    assert job.status == "cancelled"
