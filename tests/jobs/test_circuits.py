"""Circuits of models and keys: when they open, who probes, and how they close."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings, settings
from pytest_django import DjangoAssertNumQueries

from accounts import ledger
from accounts.models import User
from articles.providers.base import ProviderUnavailable, Usage
from batchwriter import database
from jobs import circuits, leases, lifecycle, queue, settlement, takeover, waking
from jobs.models import BatchAttempt, BatchItem, BatchJob, ProviderCircuit
from jobs.queue import Next, Start
from jobs.settlement import Failure
from tests.jobs.conftest import claim, person, start, unavailable, write
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


def due() -> None:
    """Let every pause be over."""
    ProviderCircuit.objects.filter(opened_at__isnull=False).update(
        retry_at="2000-01-01T00:00:00Z", probing=False
    )


def refuse(started: Start, code: str = "key_refused", scope: str = "provider") -> None:
    """The provider refuses a keyword that was started."""
    settlement.provider_unavailable(started, unavailable(code, "No.", scope), Usage())


def opened() -> set[str]:
    """The subjects of all open circuits."""
    return set(ProviderCircuit.objects.exclude(opened_at=None).values_list("pk", flat=True))


@pytest.fixture
def keys(settings: LazySettings) -> None:
    """OpenAI's models are on offer."""
    settings.OPENAI_API_KEY = "sk-for-the-test"


@pytest.fixture
def two_models(
    keys: None, alice: User, bob: User, submit: Submit, worker: str
) -> tuple[BatchJob, BatchJob]:
    """Jobs of two models of one provider, both paused for its key."""
    jobs = submit(alice, 2, model="GPT-4o-mini"), submit(bob, 2, model="GPT-4")
    for started in (start(claim(worker))[0], start(claim(worker))[0]):
        refuse(started)
    assert opened() == {"key:openai"}
    return jobs


def test_it_shuts_all_models_of_a_key_and_no_other(
    two_models: tuple[BatchJob, BatchJob], submit: Submit, worker: str
) -> None:
    others = submit(person("carol"), 1, model="GPT-6 Luna"), submit(person("dan"), 1)
    assert start(claim(worker)) == []
    assert len(start(claim(worker))) == 1
    assert [BatchJob.objects.get(pk=job.pk).status for job in others] == ["paused", "processing"]
    assert_sound()


def test_it_opens_all_models_of_a_key_by_one_probe(
    two_models: tuple[BatchJob, BatchJob], worker: str
) -> None:
    due()
    (woken,) = waking.jobs_to_wake()
    lifecycle.wake(woken)
    (probe,) = start(claim(worker), 5)
    assert waking.jobs_to_wake() == []
    write(probe)
    assert opened() == set()
    assert set(waking.jobs_to_wake()) == {job.pk for job in two_models} - {woken}


def test_it_does_not_keep_a_key_shut_for_a_retired_model(
    two_models: tuple[BatchJob, BatchJob], worker: str
) -> None:
    due()
    (woken,) = waking.jobs_to_wake()
    lifecycle.wake(woken)
    (probe,) = start(claim(worker))
    refuse(probe, "model_not_found", "model")
    assert opened() == {f"model:{probe.model.pk}"}
    assert set(waking.jobs_to_wake()) == {job.pk for job in two_models} - {woken}


def test_it_lets_jobs_take_turns_in_probing_a_key(
    two_models: tuple[BatchJob, BatchJob], worker: str
) -> None:
    probers = []
    for _ in range(2):
        due()
        (woken,) = waking.jobs_to_wake()
        lifecycle.wake(woken)
        probers.append(woken)
        settlement.fail(start(claim(worker))[0], OUTAGE, Usage())
        assert opened() == {"key:openai"}
    assert set(probers) == {job.pk for job in two_models}
    assert not BatchItem.objects.filter(status="failed").exists()


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


def test_it_respects_the_providers_own_wish(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 1)
    error = ProviderUnavailable("rate_limited", "Later.", scope="model", retry_after=7200)
    settlement.provider_unavailable(start(claim(worker))[0], error, Usage())
    circuit = ProviderCircuit.objects.get()
    assert circuit.retry_at is not None
    assert 7190 < (circuit.retry_at - database.now()).total_seconds() < 8000


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


def test_it_costs_an_article_one_read_while_closed(
    alice: User, submit: Submit, worker: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    submit(alice, 1)
    (started,) = start(claim(worker))
    with django_assert_num_queries(1) as captured:
        circuits.got_through(started.model, probe=False)
    assert "FOR UPDATE" not in captured.captured_queries[0]["sql"]


def test_it_fails_nothing_under_way_while_the_key_is_shut(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice, 3)
    refused, lost, late = start(claim(worker), 3)
    refuse(refused)
    for one in (lost, late):
        assert not settlement.fail(one, OUTAGE, Usage())
    assert BatchItem.objects.filter(status="pending").count() == 3
    assert opened() == {"key:offline"}
    assert_sound()


def test_it_gives_the_probe_to_one_worker(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 2)
    (started,) = start(claim(worker))
    refuse(started)
    assert not circuits.take_probe(started.model, database.now())
    due()
    assert circuits.take_probe(started.model, database.now())
    assert not circuits.take_probe(started.model, database.now())


def test_it_waits_longer_where_a_late_refusal_asks_for_it(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice, 2)
    for started, seconds in zip(start(claim(worker), 2), (600, 7200), strict=True):
        error = ProviderUnavailable("rate_limited", "Later.", scope="model", retry_after=seconds)
        settlement.provider_unavailable(started, error, Usage())
    circuit = ProviderCircuit.objects.get()
    assert circuit.retry_at is not None
    assert (circuit.retry_at - database.now()).total_seconds() > 7000
    assert circuit.openings == 1
