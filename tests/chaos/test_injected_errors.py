"""An error at every statement in turn: the work is done all the same, and only once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings
from django.db import InterfaceError, OperationalError, connection

from accounts import ledger
from accounts.models import TokenEntry, User
from articles.models import Article
from articles.providers.base import Completion, CompletionRequest, GiveUp, Usage
from articles.providers.offline import OfflineProvider
from batchwriter.errors import InvalidTransition
from jobs import lifecycle, pool, runner, submission
from jobs.models import BatchAttempt, BatchItem, BatchJob, BatchWorker
from jobs.pool import DatabasePool
from jobs.worker import Options
from tests import aio
from tests.chaos.dose import is_long
from tests.chaos.injection import COMMIT, Injection, injected
from tests.jobs.conftest import person
from tests.jobs.test_lifecycle import assert_sound
from tests.jobs.test_worker import QuietWorker

pytestmark = pytest.mark.django_db(transaction=True)
ERRORS = (1213, 1205, 1020, 2006, 2013)
LONGEST_SECONDS = 30.0
GOOD, BAD = "từ khóa tốt", "từ khóa xấu"
KEYWORDS = [f"{GOOD} 1", BAD, f"{GOOD} 2"]
AWAY = (OperationalError, InterfaceError)


class Recorder(OfflineProvider):
    """Writes at once, gives one keyword up, and counts what it was asked."""

    asked: Counter[tuple[str, str]] = Counter()

    async def complete(self, request: CompletionRequest) -> Completion:
        """The offline writer's answer."""
        self.asked[request.brief.keyword, request.purpose] += 1
        if request.brief.keyword == BAD and request.purpose == "body":
            raise GiveUp("policy", "Refused.", usage=Usage(7, 0))
        return await super().complete(request)


@pytest.fixture(autouse=True)
def quick(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No waiting between tries, and a provider that notes who asks."""
    settings.WRITING_PROVIDERS = {
        **settings.WRITING_PROVIDERS,
        "offline": "tests.chaos.test_injected_errors.Recorder",
    }
    monkeypatch.setattr(DatabasePool, "away_seconds", 0.01)
    monkeypatch.setattr(runner, "LOOK_AGAIN_SECONDS", 0.01)
    Recorder.asked.clear()
    yield
    Recorder.asked.clear()


def work_off() -> None:
    """One worker, until nothing is left."""
    worker = QuietWorker(Options(0.01, max_jobs=2, items_in_flight=2, drain=True))
    aio.run(asyncio.wait_for(worker.run(), LONGEST_SECONDS))


def make_job(user: User, keywords: list[str] = KEYWORDS) -> BatchJob:
    """A job of the offline writer."""
    chosen = {"model": "offline", "language": "vi", "length": "short"}
    return lifecycle.create(user, submission.parse(user, keywords, chosen))[0]


def check(job: BatchJob) -> None:
    """All of ``job`` is done, each keyword was asked for once, and the accounts are right."""
    job.refresh_from_db()
    assert (job.status, job.completed_items, job.failed_items) == ("completed", 2, 1)
    purposes = {(keyword, purpose) for keyword in KEYWORDS for purpose in ("body", "metadata")}
    assert set(Recorder.asked) <= purposes
    assert set(Recorder.asked.values()) == {1}
    assert Article.objects.filter(job_id=job.pk).count() == 2
    items = BatchItem.objects.filter(job=job).values_list("pk", flat=True)
    charges = TokenEntry.objects.filter(kind="charge", item_id__in=list(items))
    assert sum(-entry.amount for entry in charges) == job.tokens_used > 0
    assert charges.count() == 2
    assert not BatchAttempt.objects.filter(state="calling").exists()
    assert not BatchWorker.objects.exists()
    assert_sound()


def plans(dry: Injection) -> Iterator[Injection]:
    """The errors to try for a run like ``dry``: each statement meets one of them, or in the long
    dose all; each COMMIT breaks before and after it was carried out, and is refused once, as
    on a cluster where another node was faster.
    """
    for number in range(1, dry.statements + 1):
        for error in ERRORS if is_long() else (ERRORS[number % len(ERRORS)],):
            yield Injection(number, error)
        if is_long() or not number % 3:
            yield Injection(number, 2013, after=True)
    for number in range(1, dry.commits + 1):
        for after in (False, True):
            yield Injection(number, 2013, after=after, commit=True)
        yield Injection(number, 1213, commit=True)


def test_it_finishes_whatever_statement_of_a_worker_fails() -> None:
    job = make_job(person("dry"))
    with injected(Injection()) as dry:
        work_off()
    check(job)
    struck = Counter[str]()
    for case, plan in enumerate(plans(dry)):
        Recorder.asked.clear()
        job = make_job(person(f"user{case}"))
        with injected(plan):
            work_off()
        try:
            check(job)
        except AssertionError as error:
            error.add_note(str(plan))
            raise
        struck[plan.struck.partition(" ")[0]] += 1
    # Threads do not always take the same turns: the last few of a plan may find nothing.
    assert struck[COMMIT] > 1.5 * dry.commits
    assert struck["SELECT"] + struck["UPDATE"] + struck["INSERT"] >= dry.statements


def until_heard(act: Callable[[], object]) -> None:
    """What a person or a client does: once more after an error, satisfied when it is so already."""
    while True:
        try:
            act()
            return
        except InvalidTransition:
            return
        except AWAY:
            pool.forget_connection()


def actions(
    user: User, name: str, checked: submission.Submission
) -> tuple[Callable[[], object], ...]:
    """What people do to a job of ``user``; each may be done again after an error."""

    def create() -> BatchJob:
        return lifecycle.create(user, checked, idempotency_key=name, request_hash="x")[0]

    def job_id() -> int:
        return BatchJob.objects.get(idempotency_key=name).pk

    return (
        create,
        lambda: lifecycle.pause(job_id(), by=user),
        lambda: lifecycle.resume(job_id(), by=user),
        lambda: ledger.grant(user, 500, key=f"grant:{name}"),
        lambda: lifecycle.cancel(job_id(), by=user),
    )


def test_it_takes_an_action_once_whatever_statement_fails() -> None:
    def act(name: str, injection: Injection) -> Injection:
        user = person(name)
        before = user.tokens_remaining
        checked = submission.parse(user, KEYWORDS, {"model": "offline"})
        with injected(injection):
            for action in actions(user, name, checked):
                until_heard(action)
        job = BatchJob.objects.get(user=user)
        assert (job.status, job.items.filter(status="cancelled").count()) == ("cancelled", 3)
        kinds = list(job.events.order_by("pk").values_list("kind", flat=True))
        assert kinds == ["created", "paused", "resumed", "cancelled"]
        user.refresh_from_db()
        assert user.tokens_remaining == before + 500
        assert_sound()
        return injection

    dry = act("dry", Injection())
    cases = 0
    for cases, plan in enumerate(plans(dry), start=1):
        assert act(f"user{cases}", plan).struck
    assert cases >= dry.statements + 2 * dry.commits


@pytest.mark.mariadb
def test_it_really_loses_the_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        first = cursor.fetchone()[0]
    with (
        injected(Injection(1, 2006)),
        pytest.raises(OperationalError),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1")
    pool.forget_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        assert cursor.fetchone()[0] != first
