"""A provider that is down, two workers: who tries it, how often, and that all go on afterwards."""

from collections.abc import Callable, Iterable

import pytest

from jobs import lifecycle
from jobs.models import BatchAttempt, BatchItem, BatchJob, ProviderCircuit
from tests.chaos.models import model_of
from tests.fakes.provider import Call, FakeProvider
from tests.fakes.worker import WorkerProcess
from tests.jobs.conftest import person
from tests.jobs.test_lifecycle import assert_sound
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
Submit = Callable[..., BatchJob]
Start = Callable[..., WorkerProcess]
PAUSE = 0.6


@pytest.fixture
def jobs(submit: Submit, fake: FakeProvider) -> list[BatchJob]:
    """Jobs of three users for one model, and one for another."""
    down, up = model_of("openai", "down"), model_of("openai", "up")
    return [
        submit(person(name), [f"{model.code}/ {n}" for n in range(12)], model=model.code,
               length="short")
        for name, model in (("a", down), ("b", down), ("c", down), ("d", up))
    ]  # fmt: skip


def settled(jobs: Iterable[BatchJob]) -> bool:
    """Whether all of them are completed."""
    ids = [job.pk for job in jobs]
    return BatchJob.objects.filter(pk__in=ids, status="completed").count() == len(ids)


def is_open() -> bool:
    """Whether a circuit is."""
    return ProviderCircuit.objects.exclude(opened_at=None).exists()


def calls_of(fake: FakeProvider, since: int = 0) -> list[Call]:
    """Calls of the model that is down."""
    return [call for call in fake.calls[since:] if call.model == "openai-down"]


def test_it_is_tried_by_one_call_at_a_time_and_recovers(
    jobs: list[BatchJob], run_worker: Start, fake: FakeProvider
) -> None:
    fault = fake.fail("error_500", "openai-down/")
    workers = [run_worker(PROVIDER_RETRY_SECONDS=str(PAUSE)) for _ in range(2)]
    wait_for(is_open)
    wait_for(lambda: BatchJob.objects.filter(pause_reason="provider").count() == 3)
    wait_for(lambda: settled(jobs[3:]), "another model goes on")
    wait_for(lambda: not BatchAttempt.objects.filter(state="calling").exists())
    since = len(fake.calls)
    wait_for(lambda: len(calls_of(fake, since)) == 2)
    first, second = calls_of(fake, since)
    assert second.started - first.started >= PAUSE
    assert BatchItem.objects.filter(status="failed").count() == 4
    fault.times = 0
    wait_for(lambda: settled(jobs), timeout=60)
    assert BatchItem.objects.filter(status="failed").count() == 4
    assert not is_open()
    assert_sound()
    for worker in workers:
        worker.stop_and_check()


def test_it_is_probed_by_another_where_the_probes_worker_dies(
    jobs: list[BatchJob], run_worker: Start, fake: FakeProvider
) -> None:
    fault = fake.fail("error_500", "openai-down/")
    workers = {}
    for _ in range(2):
        worker = run_worker(
            PROVIDER_RETRY_SECONDS=str(PAUSE), BATCH_LEASE_SECONDS="2", AI_TIMEOUT_SECONDS="60"
        )
        assert worker.process is not None
        workers[worker.process.pid] = worker
    wait_for(lambda: BatchJob.objects.filter(pause_reason="provider").count() == 3)
    # What was under way when the circuit opened must not hang: it would outlast the outage.
    wait_for(lambda: not BatchAttempt.objects.filter(state="calling").exists())
    fault.name = "hang"
    wait_for(lambda: fake.calls[-1].fault == "hang")
    probe = BatchAttempt.objects.get(state="calling")
    assert probe.probe
    killed = workers.pop(int(probe.worker.split(":")[1]))
    killed.kill()
    fault.times = 0
    wait_for(lambda: settled(jobs), lambda: str(list(ProviderCircuit.objects.values())), 60)
    assert BatchAttempt.objects.filter(state="lost", tokens_unconfirmed__gt=0).count() >= 1
    assert BatchItem.objects.filter(status="failed").count() == 4
    assert_sound()
    for worker in workers.values():
        worker.stop_and_check()


def test_it_tells_what_cancelled_calls_may_have_cost(
    jobs: list[BatchJob], run_worker: Start, fake: FakeProvider
) -> None:
    fake.fail("hang", "openai-down/", purpose="body")
    run_worker("--items-in-flight", "2", AI_TIMEOUT_SECONDS="60")
    wait_for(lambda: sum(call.answered for call in calls_of(fake)) == 6)
    wait_for(lambda: len(calls_of(fake)) == 12)
    answered = [call for call in calls_of(fake) if call.answered]
    for job in jobs[:3]:
        lifecycle.cancel(job.pk, by=job.user)
    dropped = BatchAttempt.objects.filter(state="dropped")
    told = dropped.filter(tokens_spent__gt=0)
    wait_for(lambda: told.count() == 6)
    for attempt in told:
        assert attempt.tokens_charged == 0
        assert attempt.tokens_unconfirmed is not None
        assert 500 < attempt.tokens_unconfirmed < attempt.tokens_held
    assert sum(attempt.tokens_spent for attempt in told) == sum(call.tokens for call in answered)
    assert_sound()
