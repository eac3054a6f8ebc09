"""Probes: who tries a provider that was down, when, and what becomes of the circuit."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings, settings

from accounts import ledger
from accounts.models import User
from articles.providers.base import Usage
from batchwriter import database
from jobs import circuits, leases, lifecycle, queue, settlement, takeover, waking
from jobs.models import BatchItem, BatchJob, ProviderCircuit
from jobs.queue import Next, Start
from jobs.settlement import Failure
from tests.jobs.conftest import claim, person, start, unavailable, write
from tests.jobs.test_circuits import OUTAGE, due, keys, opened, refuse
from tests.jobs.test_lifecycle import assert_sound

__all__ = ["keys"]
Submit = Callable[..., BatchJob]


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


def test_it_probes_at_once_when_the_user_resumes(alice: User, submit: Submit, worker: str) -> None:
    job = submit(alice, 2)
    error = unavailable("quota_exhausted", "No quota left.")
    settlement.provider_unavailable(start(claim(worker))[0], error, Usage())
    lifecycle.resume(job.pk, by=alice)
    (probe,) = start(claim(worker), 2)
    write(probe)
    assert not ProviderCircuit.objects.exclude(opened_at=None)


def test_it_does_not_pause_the_job_of_the_probe(alice: User, submit: Submit, worker: str) -> None:
    job = submit(alice, 3)
    refuse(start(claim(worker))[0])
    due()
    lifecycle.wake(job.pk)
    lease = claim(worker)
    (probe,), look = queue.start_items(lease, 5)
    assert (probe.probe, look) == (True, Next.MORE)
    assert queue.start_items(lease, 5) == ([], Next.WAIT)
    write(probe)
    assert len(start(lease, 5)) == 2
    assert_sound()


def test_it_is_closed_by_its_probe_alone(alice: User, submit: Submit, worker: str) -> None:
    job = submit(alice, 9)
    early, *lost = start(claim(worker), 7)
    for one in lost:
        settlement.fail(one, OUTAGE, Usage())
    (circuit,) = ProviderCircuit.objects.all()
    write(early)
    assert opened() == {circuit.pk}
    due()
    lifecycle.wake(job.pk)
    write(start(claim(worker))[0])
    assert opened() == set()
    assert ProviderCircuit.objects.get().failures == 0


def test_it_leaves_a_probe_alone_after_late_losses_and_refusals(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 9)
    late, later, *lost = start(claim(worker), 8)
    for one in lost:
        settlement.fail(one, OUTAGE, Usage())
    due()
    lifecycle.wake(job.pk)
    (probe,) = start(claim(worker))
    during = ProviderCircuit.objects.get()
    assert not settlement.fail(late, OUTAGE, Usage())
    refuse(later, "server_error", "model")
    after = ProviderCircuit.objects.get()
    assert (after.probing, after.retry_at, after.openings) == (True, during.retry_at, 1)
    write(probe)
    assert opened() == set()
    assert_sound()


def test_it_waits_longer_after_each_probe_that_fails(
    alice: User, submit: Submit, worker: str, settings: LazySettings
) -> None:
    settings.PROVIDER_RETRY_SECONDS = 30
    job = submit(alice, 2)
    refuse(start(claim(worker))[0])
    pauses = []
    for _ in range(6):
        circuit = ProviderCircuit.objects.get()
        assert circuit.retry_at is not None
        pauses.append((circuit.retry_at - database.now()).total_seconds())
        due()
        lifecycle.wake(job.pk)
        refuse(start(claim(worker))[0])
    for pause, least in zip(pauses, [30, 60, 120, 240, 300, 300], strict=True):
        assert least - 1 < pause <= least * 1.1
    assert BatchItem.objects.filter(status="failed").count() == 0


def _cancel(job: BatchJob, probe: Start, worker: str) -> None:
    lifecycle.cancel(job.pk, by=job.user)


def _drop(job: BatchJob, probe: Start, worker: str) -> None:
    queue.drop(probe)


def _die(job: BatchJob, probe: Start, worker: str) -> None:
    leases.expel(worker)
    takeover.take_over_expired()


def _crash(job: BatchJob, probe: Start, worker: str) -> None:
    settlement.fail(probe, Failure("internal_error", "Ours.", ours=True), Usage())


@pytest.mark.parametrize("end", [_cancel, _drop, _die, _crash], ids=lambda one: one.__name__)
def test_it_lets_the_next_go_after_a_probe_that_tells_nothing(
    alice: User, bob: User, submit: Submit, end: Callable[[BatchJob, Start, str], None]
) -> None:
    worker = leases.register()
    job = submit(alice, 2)
    refuse(start(claim(worker))[0])
    due()
    lifecycle.wake(job.pk)
    (probe,) = start(claim(worker))
    end(job, probe, worker)
    circuit = ProviderCircuit.objects.get()
    assert circuit.opened_at is not None and circuit.retry_at is not None
    assert not circuit.probing
    pause = (circuit.retry_at - database.now()).total_seconds()
    assert pause <= settings.PROVIDER_RETRY_SECONDS
    assert_sound()


def test_it_takes_no_probe_that_cannot_be_paid_for(submit: Submit, worker: str) -> None:
    poor, rich = person("poor"), person("rich")
    jobs = submit(poor, 1), submit(rich, 1)
    for _ in jobs:
        lease = claim(worker)
        for started in start(lease):
            refuse(started)
    ledger.adjust(poor, -poor.tokens_remaining, note="for the test")
    due()
    (woken,) = waking.jobs_to_wake()
    assert woken == jobs[0].pk
    lifecycle.wake(woken)
    assert start(claim(worker)) == []
    assert BatchJob.objects.get(pk=woken).pause_reason == "out_of_tokens"
    assert not ProviderCircuit.objects.get().probing
    assert waking.jobs_to_wake() == [jobs[1].pk]


def test_it_lets_others_probe_while_a_user_is_busy_elsewhere(
    keys: None, alice: User, bob: User, submit: Submit, worker: str
) -> None:
    theirs = submit(alice, 1, model="GPT-4"), submit(bob, 1, model="GPT-4")
    for _ in theirs:
        lease = claim(worker)
        for started in start(lease):
            refuse(started)
    submit(alice, 5)
    start(claim(worker))
    submit(alice, 1, model="GPT-4")
    due()
    assert waking.jobs_to_wake() == [theirs[1].pk]


def test_it_gives_the_probe_to_one_worker(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 2)
    (started,) = start(claim(worker))
    refuse(started)
    assert not circuits.take_probe(started.model, database.now())
    due()
    assert circuits.take_probe(started.model, database.now())
    assert not circuits.take_probe(started.model, database.now())
