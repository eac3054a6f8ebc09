"""Real worker processes, real client libraries, a provider on loopback."""

import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts import ledger
from accounts.models import TokenEntry, User
from articles.models import Article
from jobs import lifecycle
from jobs.models import BatchAttempt, BatchItem, BatchJob, BatchWorker
from tests.fakes.provider import FakeProvider
from tests.fakes.worker import WorkerProcess, calling
from tests.jobs.conftest import person
from tests.jobs.test_lifecycle import assert_sound
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

VIETNAMESE = ["Đà Lạt 🌸", "cà phê sữa đá", "giao dịch forex", "quản lý rủi ro", "phở bò"]
MODELS = {"openai": ("GPT-4o-mini", "gpt-4o-mini"), "gemini": ("Gemini", "gemini-3.8-flash")}
Start = Callable[..., WorkerProcess]
Submit = Callable[..., BatchJob]


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    """The provider that the workers call."""
    with FakeProvider() as server:
        yield server


@pytest.fixture(autouse=True)
def _keys(settings: Any) -> None:
    """The web side sees keys, so that the models are on offer."""
    settings.OPENAI_API_KEY = settings.GOOGLE_API_KEY = "for-the-test"


@pytest.fixture
def run_worker(worker_process: Start, fake: FakeProvider) -> Start:
    """Start a worker that calls the fake provider."""

    def start(*args: str, **environment: str) -> WorkerProcess:
        chosen = {**calling(fake), "BATCH_LEASE_SECONDS": "2", **environment}
        return worker_process(chosen, args)

    return start


def reaches(job: BatchJob, *statuses: str, timeout: float = 40) -> BatchJob:
    """Wait until the job is in one of ``statuses``; returns it fresh."""

    def fresh() -> BatchJob | None:
        found = BatchJob.objects.get(pk=job.pk)
        return found if found.status in statuses else None

    found = wait_for(fresh, lambda: str(vars(BatchJob.objects.get(pk=job.pk))), timeout)
    assert found is not None
    return found


@pytest.mark.parametrize("protocol", ["openai", "gemini"])
def test_it_writes_five_keywords_with_the_selected_model(
    submit: Submit, run_worker: Start, fake: FakeProvider, protocol: str
) -> None:
    alice = person("alice")
    label, wire_id = MODELS[protocol]
    before, allowed = alice.tokens_remaining, alice.article_limit
    job = submit(alice, VIETNAMESE, model=label, length="short")
    worker = run_worker("--drain")
    assert worker.wait() == 0, worker.log()
    job = reaches(job, "completed")
    assert {call.model for call in fake.calls} == {wire_id}
    assert {call.protocol for call in fake.calls} == {protocol}
    for keyword in VIETNAMESE:
        assert len(fake.of(keyword)) == 2
    assert job.tokens_used == fake.bill
    alice.refresh_from_db()
    assert alice.tokens_remaining == before - fake.bill
    assert alice.article_limit == allowed - 5
    for article in Article.objects.filter(job_id=job.pk):
        assert article.title and article.slug and article.content and article.meta_title
        assert article.meta_description and article.tokens_used and not article.issues
    assert set(Article.objects.values_list("keyword", flat=True)) == set(VIETNAMESE)
    assert [entry["event"] for entry in worker.events("jobs_running")] == [
        "[BatchWorker] Processing 1 jobs in parallel"
    ]
    assert_sound()


@pytest.mark.parametrize("protocol", MODELS)
def test_it_repairs_or_marks_and_charges_what_became_the_article(
    submit: Submit, run_worker: Start, fake: FakeProvider, protocol: str
) -> None:
    alice = person("alice")
    before = alice.tokens_remaining
    fake.fail("too_short", "cà phê", purpose="body")
    fake.fail("too_short", "phở", purpose="body")
    fake.fail("bad_request", "phở", purpose="rewrite")
    fake.fail("wrong_language", "Đà Lạt", purpose="body", times=1)
    fake.fail("hostile", "quản lý", purpose="body")
    job = submit(alice, VIETNAMESE, model=MODELS[protocol][0], length="short")
    run_worker()
    job = reaches(job, "completed")
    assert (job.completed_items, job.failed_items) == (5, 0)
    marked = Article.objects.get(needs_review=True)
    assert (marked.keyword, [one["code"] for one in marked.issues]) == ("phở bò", ["length"])
    usage = {purpose: sum(tokens) for purpose, tokens in fake.usage.items()}
    paid = 5 * 940 + usage["rewrite"] + usage["polish"]
    alice.refresh_from_db()
    assert before - alice.tokens_remaining == job.tokens_used == paid
    assert fake.bill == paid + usage["body"]
    assert "<script" not in Article.objects.get(keyword="quản lý rủi ro").content
    assert_sound()


def test_it_writes_long_articles_by_sections(
    submit: Submit, run_worker: Start, fake: FakeProvider
) -> None:
    alice = person("alice")
    job = submit(alice, ["cà phê", "phở bò"], model="GPT-4o-mini", targetWords=2400)
    run_worker()
    job = reaches(job, "completed")
    for article in Article.objects.filter(job_id=job.pk):
        assert (article.issues, abs(article.word_count - 2400) < 360) == ([], True)
    purposes = [call.purpose for call in fake.calls]
    assert (purposes.count("outline"), purposes.count("section"), len(purposes)) == (2, 12, 14)
    assert job.tokens_used == fake.bill
    assert_sound()


def test_it_pauses_without_tokens_and_goes_on_after_a_grant(
    submit: Submit, run_worker: Start, fake: FakeProvider
) -> None:
    carol = person("carol", tokens=1)
    job = submit(carol, 5, model="GPT-4o-mini", length="short")
    each = BatchItem.objects.filter(job=job).values_list("tokens_estimated", flat=True)[0]
    fake.usage = {"body": (each - 100, 50), "metadata": (30, 20)}
    ledger.grant(carol, int(each * 2.2))
    run_worker()
    job = reaches(job, "paused")
    assert job.error_message == "Out of tokens at keyword 3/5"
    assert job.completed_items == 2
    ledger.grant(carol, each * 3)
    lifecycle.resume(job.pk, by=carol)
    assert reaches(job, "completed").completed_items == 5
    assert_sound()


def test_it_counts_failures_and_goes_on_and_retries_them_alone(
    submit: Submit, run_worker: Start, fake: FakeProvider
) -> None:
    alice = person("alice")
    before = alice.tokens_remaining
    fault = fake.fail("bad_request", "cà phê"), fake.fail("policy", "phở")
    job = submit(alice, VIETNAMESE, model="GPT-4o-mini", length="short")
    run_worker()
    job = reaches(job, "completed")
    assert (job.completed_items, job.failed_items) == (3, 2)
    alice.refresh_from_db()
    assert alice.tokens_remaining == before - job.tokens_used == before - 3 * 940
    for one in fault:
        one.times = 0
    seen = len(fake.calls)
    lifecycle.retry(job.pk, by=alice)
    wait_for(lambda: BatchJob.objects.get(pk=job.pk).completed_items == 5)
    job = reaches(job, "completed")
    assert job.failed_items == 0
    again = {
        call.text.count("cà phê") > 0 or call.text.count("phở") > 0 for call in fake.calls[seen:]
    }
    assert again == {True}
    assert len(fake.calls) - seen == 4
    assert_sound()


@pytest.mark.parametrize("protocol", ["openai", "gemini"])
def test_it_drops_the_calls_in_flight_of_a_cancelled_job(
    submit: Submit, run_worker: Start, fake: FakeProvider, protocol: str
) -> None:
    alice = person("alice")
    for keyword in ("từ khóa 3", "từ khóa 4", "từ khóa 5"):
        fake.fail("hang", keyword, seconds=60)
    job = submit(alice, 5, model=MODELS[protocol][0], length="short")
    worker = run_worker()
    wait_for(lambda: BatchJob.objects.get(pk=job.pk).completed_items == 2, worker.log)
    wait_for(lambda: len(fake.calls) == 10, worker.log)
    cancelled = time.monotonic()
    lifecycle.cancel(job.pk, by=alice)
    wait_for(lambda: sum(call.dropped_at is not None for call in fake.calls) == 6, worker.log)
    assert max(call.dropped_at or 0 for call in fake.calls) - cancelled < 2
    assert Article.objects.filter(job_id=job.pk).count() == 2
    assert_sound()
    worker.stop_and_check()


def test_it_takes_over_from_a_killed_worker_at_once_when_it_starts(
    submit: Submit, run_worker: Start, fake: FakeProvider
) -> None:
    fake.fail("hang", "từ khóa 4", seconds=60, times=2)
    job = submit(person("alice"), 9, model="GPT-4o-mini", length="short")
    first = run_worker("--items-in-flight", "3", BATCH_LEASE_SECONDS="600")
    wait_for(lambda: len(fake.of("từ khóa 4")) == 2, first.log)
    first.kill()
    second = run_worker("--drain", BATCH_LEASE_SECONDS="600")
    assert second.wait() == 0, second.log()
    job = reaches(job, "completed")
    assert (job.completed_items, job.failed_items) == (9, 0)
    assert Article.objects.count() == TokenEntry.objects.filter(kind="charge").count() == 9
    lost = BatchAttempt.objects.filter(state="lost").count()
    assert lost >= 1
    assert sum(call.answered for call in fake.calls) <= 2 * (9 + lost)
    assert_sound()


def test_it_takes_over_from_a_frozen_worker_after_its_lease(
    submit: Submit, run_worker: Start, fake: FakeProvider
) -> None:
    fake.latency = 1
    job = submit(person("alice"), 4, model="GPT-4o-mini", length="short")
    frozen = run_worker("--items-in-flight", "2")
    wait_for(lambda: len(fake.calls) >= 4, frozen.log)
    frozen.signal(signal.SIGSTOP)
    other = run_worker()
    job = reaches(job, "completed")
    frozen.signal(signal.SIGCONT)
    wait_for(lambda: frozen.events("worker_expelled"), frozen.log)
    assert Article.objects.count() == 4
    assert_sound()
    frozen.stop_and_check()
    other.stop_and_check()


def test_it_ends_in_order_and_hands_its_jobs_over(
    submit: Submit, run_worker: Start, fake: FakeProvider
) -> None:
    fake.latency = 0.5
    job = submit(person("alice"), 6, model="GPT-4o-mini", length="short")
    first = run_worker("--items-in-flight", "2", BATCH_LEASE_SECONDS="600")
    wait_for(lambda: len(fake.calls) >= 4, first.log)
    first.stop_and_check()
    assert not BatchAttempt.objects.filter(state="calling").exists()
    assert not BatchWorker.objects.exists()
    assert BatchJob.objects.get(pk=job.pk).status == "pending"
    assert run_worker("--drain").wait() == 0
    assert reaches(job, "completed").completed_items == 6
    assert BatchAttempt.objects.exclude(state="settled").count() == 0
    assert_sound()


def test_it_goes_on_by_itself_when_the_provider_is_back(
    submit: Submit, run_worker: Start, fake: FakeProvider
) -> None:
    fault = fake.fail("key")
    job = submit(person("alice"), 3, model="GPT-4o-mini", length="short")
    worker = run_worker()
    paused = reaches(job, "paused")
    assert (paused.pause_reason, paused.failed_items) == ("provider", 0)
    fault.times = 0
    assert reaches(job, "completed").completed_items == 3
    assert BatchItem.objects.filter(status="failed").count() == 0
    assert "sk-CANARY" not in worker.log()
    assert_sound()


def test_it_writes_one_job_of_a_user_at_a_time_and_those_of_others_beside_it(
    submit: Submit, run_worker: Start, fake: FakeProvider
) -> None:
    fake.latency = 0.3
    alice, bob = person("alice"), person("bob")
    jobs = [submit(user, 2, model="GPT-4o-mini", length="short") for user in (alice, alice, bob)]
    workers = [run_worker() for _ in range(3)]
    together: set[int] = set()

    def finished() -> bool:
        busy = list(BatchJob.objects.filter(status="processing").values_list("user_id", flat=True))
        assert len(busy) == len(set(busy))
        together.add(len(busy))
        return BatchJob.objects.filter(status="completed").count() == len(jobs)

    wait_for(finished)
    assert 2 in together
    assert_sound()
    for worker in workers:
        worker.stop_and_check()


def test_it_says_what_is_wrong_with_its_options(run_worker: Start) -> None:
    worker = run_worker("--max-jobs", "0")
    assert worker.wait() == 2
    assert "not a whole number above 0" in worker.log()


def test_it_leaves_the_balance_alone_where_nobody_has_one(
    submit: Submit, run_worker: Start, fake: FakeProvider
) -> None:
    nobody = person("nobody", tokens=0)
    job = submit(nobody, 2, model="GPT-4o-mini")
    run_worker()
    paused = reaches(job, "paused")
    assert paused.error_message == "Out of tokens at keyword 1/2"
    assert not fake.calls
    assert User.objects.get(pk=nobody.pk).tokens_remaining == 0
