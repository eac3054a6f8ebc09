"""Steps that were paid for are not bought again, and their cost is on the books once."""

import asyncio
from collections.abc import Callable

import pytest
from django.db.models import Sum

from accounts.models import TokenEntry
from articles.models import Article
from articles.providers.base import Completion, CompletionRequest, GiveUp, Usage
from articles.providers.offline import OfflineProvider
from articles.writing import pipeline
from articles.writing.booking import Spend
from articles.writing.steps import StepResult
from jobs import checkpoints, leases, lifecycle, settlement, takeover
from jobs.handles import Stale, Start
from jobs.models import BatchAttempt, BatchItem, BatchJob, BatchStep, BatchWorker
from jobs.pool import DatabasePool
from jobs.settlement import Failure
from tests import aio
from tests.jobs.conftest import claim, person, start
from tests.jobs.test_lifecycle import assert_sound
from tests.jobs.test_runner import pool, run

__all__ = ["pool"]
pytestmark = pytest.mark.django_db(transaction=True)
Submit = Callable[..., BatchJob]
SIX = "\n".join(f"Phần {n} về cà phê\n- ý của phần {n}" for n in range(1, 7))
LONG = {"length": "long", "outlineOption": "custom-outline", "customOutline": SIX}
STEP = StepResult("section 1/6", "<h2>Một</h2><p>…</p>", Usage(30, 70), "id-1", "m")


class Counting(OfflineProvider):
    """The offline writer, which keeps its bill; one section is refused or comes empty."""

    def __init__(self, refuses: int = 0, empties: int = 0) -> None:
        self.refuses, self.empties = refuses, empties
        self.asked: list[str] = []
        self.bill = 0

    async def complete(self, request: CompletionRequest) -> Completion:
        part = request.part.number if request.part else 0
        if part and part == self.refuses:
            # The others are there by then.
            await asyncio.sleep(0.2)
            raise GiveUp("policy", "Refused.", usage=Usage(11, 0))
        answer = await super().complete(request)
        if part and part == self.empties:
            await asyncio.sleep(0.2)
            answer = Completion("<p> </p>", answer.usage)
        self.asked.append(f"section {part}" if part else request.purpose)
        self.bill += answer.usage.total
        return answer


def spent() -> int:
    """What all attempts say that their provider billed."""
    total: int = BatchAttempt.objects.aggregate(Sum("tokens_spent"))["tokens_spent__sum"]
    return total


@pytest.fixture
def started(submit: Submit) -> Start:
    """A long article that was started."""
    submit(person("alice"), ["cà phê"], **LONG)
    (one,) = start(claim(leases.register()))
    return one


def lose(one: Start) -> None:
    """Its worker dies."""
    BatchWorker.objects.update(expires_at="2020-01-01T00:00:00Z")
    assert takeover.take_over_expired() == 1


def buy(started: Start, pool: DatabasePool, provider: Counting) -> None:
    """Buy the steps of a start whose outcome is never written."""

    async def keep(step: StepResult) -> None:
        await pool.run(checkpoints.keep, started, step)

    with pytest.raises(GiveUp):
        aio.run(pipeline.write(started.brief(), provider, Spend(), on_bought=keep))


def test_it_gives_back_what_was_kept(started: Start) -> None:
    checkpoints.keep(started, STEP)
    checkpoints.keep(started, STEP)
    assert checkpoints.kept(started.item_id) == {STEP.name: STEP}
    assert checkpoints.kept(started.item_id + 1) == {}


def test_it_keeps_nothing_for_a_start_that_is_gone(started: Start) -> None:
    lose(started)
    with pytest.raises(Stale):
        checkpoints.keep(started, STEP)
    assert not BatchStep.objects.exists()


def test_it_says_what_a_lost_start_had_bought(started: Start) -> None:
    checkpoints.keep(started, STEP)
    lose(started)
    attempt = BatchAttempt.objects.get()
    assert (attempt.tokens_spent, attempt.tokens_unconfirmed) == (100, started.tokens_held - 100)


def test_it_says_no_less_than_nothing_of_the_rest(started: Start) -> None:
    dear = StepResult("section 2/6", "…", Usage(started.tokens_held, 5))
    checkpoints.keep(started, dear)
    lose(started)
    attempt = BatchAttempt.objects.get()
    assert (attempt.tokens_spent, attempt.tokens_unconfirmed) == (started.tokens_held + 5, 0)


def test_it_goes_on_after_a_crash_and_pays_once(started: Start, pool: DatabasePool) -> None:
    before = Counting(refuses=4)
    # The worker dies with the refusal in its hands.
    buy(started, pool, before)
    assert len(before.asked) == 6
    lose(started)
    after = Counting()
    run(pool, leases.register(), after)
    assert after.asked == ["section 4"]
    article = Article.objects.get()
    bill = before.bill + after.bill
    assert article.tokens_used == -TokenEntry.objects.get(kind="charge").amount == bill
    lost, settled = BatchAttempt.objects.order_by("number")
    assert (lost.tokens_spent, settled.tokens_spent, settled.tokens_charged) == (0, bill, bill)
    assert not BatchStep.objects.exists()
    assert_sound()


def test_it_goes_on_at_the_failed_step_when_retried(submit: Submit, pool: DatabasePool) -> None:
    user = person("alice")
    job = submit(user, ["cà phê"], **LONG)
    before = Counting(refuses=6)
    run(pool, leases.register(), before)
    job.refresh_from_db()
    assert (job.status, job.failed_items) == ("failed", 1)
    # A failed article costs its user nothing; the operator all that was billed.
    assert spent() == before.bill + 11
    assert not TokenEntry.objects.filter(kind="charge").exists()
    lifecycle.retry(job.pk, by=user)
    after = Counting()
    run(pool, leases.register(), after)
    assert after.asked == ["section 6"]
    assert spent() == before.bill + 11 + after.bill
    assert -TokenEntry.objects.get(kind="charge").amount == before.bill + after.bill
    assert_sound()


def test_it_clears_the_steps_of_the_finished_keyword_alone(
    submit: Submit, pool: DatabasePool
) -> None:
    user = person("alice")
    submit(user, ["trà"], **LONG)
    run(pool, leases.register(), Counting(refuses=6))
    left = set(checkpoints.kept(BatchItem.objects.get().pk))
    assert len(left) == 6
    submit(user, ["cà phê"], **LONG)
    run(pool, leases.register())
    assert set(checkpoints.kept(BatchItem.objects.get(status="failed").pk)) == left


def test_it_asks_anew_for_a_step_that_was_of_no_use(submit: Submit, pool: DatabasePool) -> None:
    user = person("alice")
    job = submit(user, ["cà phê"], **LONG)
    run(pool, leases.register(), Counting(empties=2))
    assert BatchItem.objects.get().error_code == "empty"
    assert "section 2/6" not in checkpoints.kept(BatchItem.objects.get().pk)
    lifecycle.retry(job.pk, by=user)
    after = Counting()
    run(pool, leases.register(), after)
    assert after.asked == ["section 2"]
    assert_sound()


def test_it_keeps_no_steps_of_articles_whose_calls_run_side_by_side(
    submit: Submit, pool: DatabasePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "keep", lambda *_: pytest.fail("a step was kept"))
    submit(person("alice"), 2)
    run(pool, leases.register())
    assert Article.objects.count() == 2


def test_it_books_a_failure_without_what_was_bought_before(started: Start) -> None:
    checkpoints.keep(started, STEP)
    settlement.fail(started, Failure("policy", "Refused."), Usage(100, 0))
    assert BatchAttempt.objects.get().tokens_spent == 100
    assert checkpoints.kept(started.item_id)
