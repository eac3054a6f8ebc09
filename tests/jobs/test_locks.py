"""Who writes waits for whoever writes the same job or balance; who claims passes by."""

from collections.abc import Callable
from functools import partial

import pytest

from accounts import ledger
from articles.providers.base import Usage
from jobs import checkpoints, leases, lifecycle, queue, settlement, submission, takeover
from jobs.models import BatchJob, UserQueue
from jobs.settlement import Failure
from tests.jobs.conftest import claim, draft, person, start, unavailable, write_all
from tests.jobs.locking import query_that_waits, row_locked
from tests.jobs.test_checkpoints import STEP
from tests.jobs.test_lifecycle import assert_sound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.mariadb]
Submit = Callable[..., BatchJob]


class Scene:
    """A job of three keywords, leased, one of them started, and all that can be done with it."""

    def __init__(self, submit: Submit) -> None:
        self.alice = person("alice")
        self.job = submit(self.alice, 3)
        self.worker = leases.register()
        self.lease = claim(self.worker)
        self.started = start(self.lease)[0]

    def start_items(self) -> None:
        queue.start_items(self.lease, 1)

    def hand_back(self) -> None:
        queue.hand_back(self.lease)

    def drop(self) -> None:
        queue.drop(self.started)

    def drop_unknown(self) -> None:
        queue.drop_unknown(self.lease, [])

    def settle(self) -> None:
        settlement.settle(self.started, draft(self.started), Usage())

    def fail(self) -> None:
        settlement.fail(self.started, Failure("policy", "No."), Usage())

    def keep(self) -> None:
        checkpoints.keep(self.started, STEP)

    def provider_unavailable(self) -> None:
        settlement.provider_unavailable(self.started, unavailable("key", "No."), Usage())

    def take_over(self) -> None:
        leases.expel(self.worker)
        takeover.take_over_expired()

    def pause(self) -> None:
        lifecycle.pause(self.job.pk, by=self.alice)

    def cancel(self) -> None:
        lifecycle.cancel(self.job.pk, by=self.alice)

    def grant(self) -> None:
        ledger.grant(self.alice, 5)

    def adjust(self) -> None:
        ledger.adjust(self.alice, -5, note="for the test")

    def create(self) -> None:
        checked = submission.parse(self.alice, ["một"], {"model": "offline"})
        lifecycle.create(self.alice, checked)


@pytest.mark.parametrize(
    "what",
    ["start_items", "hand_back", "drop", "drop_unknown", "settle", "fail", "keep",
     "provider_unavailable",
     "take_over", "pause", "cancel"],
)  # fmt: skip
def test_it_waits_for_whoever_holds_the_job(submit: Submit, what: str) -> None:
    scene = Scene(submit)
    query = query_that_waits("batch_jobs", scene.job.pk, getattr(scene, what))
    assert query.startswith("SELECT") and "FOR UPDATE" in query
    assert_sound()


def test_it_waits_for_whoever_holds_the_job_to_resume_or_retry(submit: Submit) -> None:
    scene = Scene(submit)
    scene.fail()
    scene.pause()
    for act, afterwards in (
        (lifecycle.resume, lambda: write_all(scene.worker)),
        (lifecycle.retry, assert_sound),
    ):
        query = query_that_waits("batch_jobs", scene.job.pk, partial(act, scene.job.pk, by=None))
        assert "FOR UPDATE" in query
        afterwards()


@pytest.mark.parametrize("what", ["start_items", "settle", "grant", "adjust", "create"])
def test_it_waits_for_whoever_holds_the_balance(submit: Submit, what: str) -> None:
    scene = Scene(submit)
    query = query_that_waits("users", scene.alice.pk, getattr(scene, what))
    assert query.startswith("SELECT") and "FOR UPDATE" in query
    assert_sound()


def test_it_waits_for_whoever_ends_its_lease_to_claim(submit: Submit) -> None:
    submit(person("alice"), 1)
    worker = leases.register()
    query = query_that_waits("batch_workers", worker, lambda: queue.claim(worker))
    assert "FOR UPDATE" in query
    assert BatchJob.objects.get().status == "processing"


def test_it_passes_by_a_user_whose_turn_is_being_served(submit: Submit) -> None:
    alice, bob = person("alice"), person("bob")
    for user in (alice, bob):
        submit(user, 1)
    worker = leases.register()
    with row_locked("user_queue", alice.pk):
        assert claim(worker).user_id == bob.pk
        assert queue.claim(worker) is None
    assert claim(worker).user_id == alice.pk


def test_it_passes_by_a_job_that_is_being_changed_and_comes_back(submit: Submit) -> None:
    alice = person("alice")
    job = submit(alice, 1)
    worker = leases.register()
    with row_locked("batch_jobs", job.pk):
        assert queue.claim(worker) is None
        assert UserQueue.objects.get(user=alice).ready
    assert claim(worker).job_id == job.pk


def test_it_serves_the_others_while_a_job_is_being_changed(submit: Submit) -> None:
    alice, bob = person("alice"), person("bob")
    held = submit(alice, 1)
    submit(bob, 1)
    worker = leases.register()
    with row_locked("batch_jobs", held.pk):
        claims = [queue.claim(worker) for _ in range(2)]
    assert [one.user_id for one in claims if one] == [bob.pk]
