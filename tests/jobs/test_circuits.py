"""Circuits of models and keys: when they open, who probes, and how they close."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.providers.base import ProviderUnavailable, Usage
from batchwriter import database
from jobs import circuits, lifecycle, settlement, waking
from jobs.models import BatchAttempt, BatchItem, BatchJob, ProviderCircuit
from jobs.queue import Start
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


def test_it_respects_the_providers_own_wish(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 1)
    error = ProviderUnavailable("rate_limited", "Later.", scope="model", retry_after=7200)
    settlement.provider_unavailable(start(claim(worker))[0], error, Usage())
    circuit = ProviderCircuit.objects.get()
    assert circuit.retry_at is not None
    assert 7190 < (circuit.retry_at - database.now()).total_seconds() < 8000


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
