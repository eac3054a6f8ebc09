"""Circuits of models and keys: when they open, who probes, and how they close."""

from collections.abc import Callable

from accounts.models import User
from articles.providers.base import Usage
from jobs import lifecycle, settlement, waking
from jobs.models import BatchAttempt, BatchItem, BatchJob, ProviderCircuit
from jobs.settlement import Failure
from tests.jobs.conftest import claim, start, unavailable, write
from tests.jobs.test_lifecycle import assert_sound

Submit = Callable[..., BatchJob]
OUTAGE = Failure("server_error", "The provider failed.", outage=True)


def test_it_pauses_a_job_whose_provider_refuses(alice: User, submit: Submit, worker: str) -> None:
    job = submit(alice, 3)
    lease = claim(worker)
    first, second = start(lease, 2)
    error = unavailable("key_refused", "The key was refused.")
    settlement.provider_unavailable(first, error, Usage())
    job.refresh_from_db()
    assert (job.status, job.pause_reason) == ("paused", "provider")
    assert job.error_message == "The key was refused."
    assert BatchItem.objects.get(position=0).status == "pending"
    settlement.provider_unavailable(second, error, Usage())
    assert_sound()
    assert not BatchItem.objects.filter(status="failed").exists()


def test_it_opens_the_circuit_at_the_fifth_loss_in_a_row(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 9)
    lease = claim(worker)
    lost = [settlement.fail(one, OUTAGE, Usage()) for one in start(lease, 7)]
    assert lost == [True] * 4 + [False] * 3
    job.refresh_from_db()
    assert (job.status, job.pause_reason, job.failed_items) == ("paused", "provider", 4)
    assert_sound()


def test_it_counts_losses_anew_after_a_success(alice: User, submit: Submit, worker: str) -> None:
    job = submit(alice, 9)
    started = start(claim(worker), 9)
    for one in started[:4]:
        settlement.fail(one, OUTAGE, Usage())
    write(started[4])
    for one in started[5:]:
        settlement.fail(one, OUTAGE, Usage())
    job.refresh_from_db()
    assert (job.status, job.failed_items) == ("completed", 8)


def test_it_lets_one_job_probe_and_all_go_on_after_it(
    alice: User, bob: User, submit: Submit, worker: str
) -> None:
    jobs = [submit(alice, 2), submit(bob, 2)]
    error = unavailable("model_not_found", "No such model.")
    for _ in jobs:
        lease = claim(worker)
        for one in start(lease):
            settlement.provider_unavailable(one, error, Usage())
    assert set(BatchJob.objects.values_list("pause_reason", flat=True)) == {"provider"}
    assert waking.jobs_to_wake() == []
    ProviderCircuit.objects.update(retry_at="2000-01-01T00:00:00Z")
    woken = waking.jobs_to_wake()
    assert len(woken) == 1
    lifecycle.wake(woken[0])
    assert waking.jobs_to_wake() == []
    lease = claim(worker)
    (probe,) = start(lease, 5)
    write(probe)
    assert set(waking.jobs_to_wake()) == {job.pk for job in jobs if job.pk != woken[0]}
    assert_sound()


def test_it_pauses_a_job_that_meets_an_open_circuit(
    alice: User, bob: User, submit: Submit, worker: str
) -> None:
    submit(alice, 1)
    error = unavailable("quota_exhausted", "No quota left.")
    settlement.provider_unavailable(start(claim(worker))[0], error, Usage())
    submit(bob, 1)
    assert start(claim(worker)) == []
    job = BatchJob.objects.get(user=bob)
    assert (job.pause_reason, job.error_message) == ("provider", "No quota left.")
    assert BatchAttempt.objects.filter(job=job).count() == 0
    assert_sound()


def test_it_probes_at_once_when_the_user_resumes(alice: User, submit: Submit, worker: str) -> None:
    job = submit(alice, 2)
    error = unavailable("quota_exhausted", "No quota left.")
    settlement.provider_unavailable(start(claim(worker))[0], error, Usage())
    lifecycle.resume(job.pk, by=alice)
    (probe,) = start(claim(worker), 2)
    write(probe)
    assert not ProviderCircuit.objects.exclude(opened_at=None)
