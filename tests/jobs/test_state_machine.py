"""Whatever happens in whatever order, the rows are what plain books say, and every law holds."""

import logging
from collections import Counter
from typing import Any

import hypothesis
import pytest
from django.conf import LazySettings
from django.db import transaction
from django.db.models import Count
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import ledger
from accounts.models import TokenEntry, User
from articles.models import Article
from articles.providers.base import Usage
from batchwriter import database
from batchwriter.errors import InvalidInput, InvalidTransition
from jobs import (
    circuits,
    leases,
    lifecycle,
    queue,
    settlement,
    submission,
    takeover,
    waking,
)
from jobs.handles import Lease, Stale
from jobs.models import BatchItem, BatchJob, BatchWorker, ProviderCircuit, UserQueue
from jobs.queue import Next
from jobs.settlement import Failure
from tests.chaos.dose import count, dose, record
from tests.conftest import on_mariadb
from tests.jobs.books import Account, Books, Job, Keyword, Run
from tests.jobs.conftest import draft, person, unavailable
from tests.jobs.test_lifecycle import assert_sound

# Tokens and articles: one user is short of the first, one of the second.
USERS = {"alice": (6_000, 50), "bob": (60_000, 3), "carol": (12_000, 8)}
STEPS = 50
PICK = st.integers(0, 999)
DONE: Counter[str] = Counter()
SEEN = (
    "articles",
    "losses",
    "job completed",
    "job failed",
    "job cancelled",
    "job paused user",
    "job paused provider",
    "job paused out_of_tokens",
    "job paused article_limit",
)


class Batch(RuleBasedStateMachine):
    """Users, workers and a clock that do as they please."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.users = list(User.objects.order_by("pk"))
        for user in self.users:
            user.refresh_from_db()
        self.books = Books({u.pk: Account(u.tokens_remaining, u.article_limit) for u in self.users})
        self.leases: list[Lease] = []
        self.alive: list[str] = []
        self.silent: list[str] = []

    def teardown(self) -> None:
        """Count what happened, and forget everything."""
        DONE.update(
            f"job {job.status} {job.reason or ''}".strip() for job in self.books.jobs.values()
        )
        DONE["articles"] += sum(run.article is not None for run in self.books.runs)
        DONE["losses"] += sum(
            one.losses for job in self.books.jobs.values() for one in job.keywords
        )
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    # Those who take part

    def some(self, choices: Any, pick: int) -> Any:
        """One of the choices."""
        found = list(choices)
        return found[pick % len(found)]

    def user(self, pick: int) -> User:
        """Somebody."""
        user: User = self.some(self.users, pick)
        return user

    def holds(self, lease: Lease) -> bool:
        """Whether the lease is the job's present one."""
        latest = [one for one in self.leases if one.job_id == lease.job_id][-1]
        job = self.books.jobs[lease.job_id]
        return latest is lease and job.status == "processing" and job.worker == lease.worker

    def rows(self) -> list[Any]:
        """Everything that an event may change, to see that it changed nothing."""
        return [
            list(User.objects.order_by("pk").values_list()),
            list(BatchJob.objects.order_by("pk").values_list()),
            list(BatchItem.objects.order_by("pk").values_list()),
            list(ProviderCircuit.objects.order_by("pk").values_list()),
            Article.objects.count(),
            TokenEntry.objects.count(),
        ]

    def refused(self, error: type[Exception], act: Any) -> None:
        """``act`` must raise ``error`` and write nothing."""
        before = self.rows()
        with pytest.raises(error):
            act()
        assert self.rows() == before

    # Workers

    @initialize(sizes=st.lists(st.integers(1, 5), min_size=3, max_size=6))
    def open(self, sizes: list[int]) -> None:
        for number, size in enumerate(sizes):
            self.submit(number, size)
        self.register()

    @rule()
    @precondition(lambda self: len(self.alive) < 2)
    def register(self) -> None:
        self.alive.append(leases.register())

    @rule(pick=PICK, room=st.integers(0, 4))
    @precondition(lambda self: self.alive)
    def claim(self, pick: int, room: int) -> None:
        worker, claimable = self.some(self.alive, pick), self.books.claimable()
        turns = UserQueue.objects.filter(pk__in=claimable).order_by("last_served_at", "user_id")
        expected = list(turns.values_list("pk", flat=True))
        lease = queue.claim(worker)
        if not expected:
            assert lease is None
            return
        assert lease is not None
        assert lease.user_id == expected[0]
        assert lease.job_id == self.books.oldest_pending(lease.user_id)
        job = self.books.jobs[lease.job_id]
        job.status, job.worker = "processing", worker
        self.leases.append(lease)
        if room:
            self.begin(lease, room)

    @rule(pick=PICK, room=st.integers(1, 4))
    @precondition(lambda self: any(self.holds(lease) for lease in self.leases))
    def start(self, pick: int, room: int) -> None:
        self.begin(self.some(filter(self.holds, self.leases), pick), room)

    @rule(pick=PICK)
    @precondition(lambda self: not all(self.holds(lease) for lease in self.leases))
    def use_an_old_lease(self, pick: int) -> None:
        lease = self.some([one for one in self.leases if not self.holds(one)], pick)
        self.refused(Stale, lambda: queue.start_items(lease, 1))
        self.refused(Stale, lambda: queue.hand_back(lease))

    def busy(self, pick: int) -> list[Run]:
        """What runs; where nothing does, a worker claims and starts first, if anything waits."""
        if not self.books.running():
            if not self.alive:
                self.register()
            self.claim(pick, 1 + pick % 4)
        return self.books.running()

    def begin(self, lease: Lease, room: int) -> None:
        """Start keywords of a lease that is held."""
        job, gate = self.books.jobs[lease.job_id], circuits.gate(lease.model, database.now())
        wanted = self.books.together(lease.job_id, room)
        if gate.is_open:
            wanted = min(wanted, 1 if gate.due else 0)
        number, waits = self.books.affordable(lease.job_id, wanted), self.books.held(lease.user_id)
        started, look = queue.start_items(lease, room)
        assert len(started) == number
        self.books.begin(lease.job_id, started)
        if look is Next.PAUSED:
            reason = BatchJob.objects.get(pk=lease.job_id).pause_reason
            expected = ["out_of_tokens", "article_limit"] if wanted else ["provider"]
            assert reason in expected and not (wanted and waits[1])
            job.stop("paused", reason)

    @rule(pick=PICK, used=st.integers(0, 6000), dropped=st.integers(0, 500))
    def settle(self, pick: int, used: int, dropped: int) -> None:
        for run in self.busy(pick)[: 1 + pick % 3]:
            article = self.settled(run, used, dropped)
            self.books.settle(run, used, article)

    @rule(pick=PICK)
    @precondition(lambda self: any(not run.running for run in self.books.runs))
    def settle_late_or_again(self, pick: int) -> None:
        run = self.some([run for run in self.books.runs if not run.running], pick)
        if run.article is None:
            self.refused(Stale, lambda: self.settled(run, 100, 0))
            return
        before = self.rows()
        assert self.settled(run, 100, 0) == run.article
        assert self.rows() == before

    @rule(pick=PICK)
    @precondition(lambda self: any(not run.running for run in self.books.runs))
    def fail_late(self, pick: int) -> None:
        run = self.some([run for run in self.books.runs if not run.running], pick)
        failure = Failure("server_error", "Too late.", outage=bool(pick % 2))
        self.refused(Stale, lambda: settlement.fail(run.start, failure, Usage()))

    def settled(self, run: Run, used: int, dropped: int) -> int:
        """Settle a start."""
        return settlement.settle(
            run.start, draft(run.start, used), Usage(completion_tokens=dropped)
        )

    @rule(pick=PICK, outage=st.booleans(), spent=st.integers(0, 500))
    def fail(self, pick: int, outage: bool, spent: int) -> None:
        if not self.busy(pick):
            return
        run = self.some(self.books.running(), pick)
        model = run.start.model
        _key, own = circuits.subjects_of(model)
        losses = ProviderCircuit.objects.filter(pk=own).values_list("failures", flat=True).first()
        opens = outage and (
            circuits.gate(model, database.now()).is_open
            or (losses or 0) + 1 >= circuits.LOSSES_IN_A_ROW
        )
        failure = Failure("server_error", "It failed.", outage)
        assert settlement.fail(run.start, failure, Usage(completion_tokens=spent)) is not opens
        self.books.give_way(run) if opens else self.books.fail(run)

    @rule(pick=PICK, scope=st.sampled_from(["model", "provider"]))
    @precondition(lambda self: self.books.running())
    def refuse(self, pick: int, scope: str) -> None:
        run = self.some(self.books.running(), pick)
        error = unavailable("quota_exhausted", "No quota left.", scope)
        settlement.provider_unavailable(run.start, error, Usage())
        self.books.give_way(run)

    @rule(pick=PICK)
    @precondition(lambda self: any(self.holds(lease) for lease in self.leases))
    def hand_back(self, pick: int) -> None:
        lease = self.some(filter(self.holds, self.leases), pick)
        queue.hand_back(lease)
        self.books.jobs[lease.job_id].stop("pending")

    @rule(pick=PICK)
    @precondition(lambda self: self.books.runs)
    def drop(self, pick: int) -> None:
        run = self.some(self.books.runs, pick)
        queue.drop(run.start)
        if run.running:
            self.books.wait_again(run)

    @rule(pick=PICK)
    def fall_silent(self, pick: int) -> None:
        self.busy(pick)
        if not self.alive:
            return
        worker = self.some(self.alive, pick)
        self.alive.remove(worker)
        self.silent.append(worker)
        BatchWorker.objects.filter(pk=worker).update(expires_at=database.DatabaseNow(-1))
        assert not leases.renew(worker)

    @rule()
    @precondition(lambda self: self.silent)
    def claim_too_late(self) -> None:
        worker = self.silent[0]
        if self.books.claimable():
            self.refused(leases.Expelled, lambda: queue.claim(worker))

    @rule()
    @precondition(lambda self: self.silent)
    def take_over(self) -> None:
        takeover.take_over_expired()
        for worker in self.silent:
            self.books.take_over(worker)
        self.silent.clear()

    @rule(due=st.booleans())
    def sweep_and_wake(self, due: bool) -> None:
        assert queue.mend_turns() == 0
        if due:
            ProviderCircuit.objects.filter(opened_at__isnull=False).update(
                retry_at=database.DatabaseNow(-1), probing=False
            )
        for pk in waking.jobs_to_wake():
            lifecycle.wake(pk)
            job = self.books.jobs[pk]
            assert (job.status, job.reason) == ("paused", "provider")
            job.stop("pending")

    # People

    @rule(pick=PICK, keywords=st.integers(1, 4))
    @precondition(lambda self: len(self.books.jobs) < 12)
    def submit(self, pick: int, keywords: int) -> None:
        user = self.user(pick)
        words = [f"từ khóa {len(self.books.jobs)} {number}" for number in range(keywords)]
        model = self.some(["offline", "GPT-4o-mini"], pick // 7)
        checked = submission.parse(user, words, {"model": model, "length": "short"})
        job, _new = lifecycle.create(user, checked)
        estimates = job.items.order_by("position").values_list("tokens_estimated", flat=True)
        self.books.jobs[job.pk] = Job(user.pk, [Keyword(estimate) for estimate in estimates])

    @rule(pick=PICK, action=st.sampled_from(["pause", "resume", "cancel", "retry"]))
    @precondition(lambda self: self.books.jobs)
    def act(self, pick: int, action: str) -> None:
        pk = self.some(self.books.jobs, pick)
        job, does = self.books.jobs[pk], getattr(lifecycle, action)
        allowed = {
            "pause": job.status in ("pending", "processing"),
            "resume": job.status == "paused",
            "cancel": job.status in ("pending", "processing", "paused"),
            "retry": job.status in ("completed", "failed")
            and any(one.status == "failed" for one in job.keywords),
        }[action]
        if not allowed:
            self.refused(InvalidTransition, lambda: does(pk, by=None))
            return
        does(pk, by=User.objects.get(pk=job.user))
        if action == "pause":
            job.stop("paused", "user")
        elif action == "resume":
            job.stop("pending")
        else:
            getattr(self.books, action)(pk)

    @rule(pick=PICK, amount=st.integers(1, 9000), twice=st.booleans())
    def top_up(self, pick: int, amount: int, twice: bool) -> None:
        user = self.user(pick)
        key = f"paid:{len(self.books.runs)}:{TokenEntry.objects.count()}"
        for _ in range(2 if twice else 1):
            ledger.grant(user, amount, key=key)
        ledger.grant_articles(user, 2)
        self.books.accounts[user.pk].tokens += amount
        self.books.accounts[user.pk].articles += 2

    @rule(pick=PICK, amount=st.integers(1, 20_000), articles=st.integers(-3, 4))
    def take_away(self, pick: int, amount: int, articles: int) -> None:
        user = self.user(pick)
        account = self.books.accounts[user.pk]
        account.articles = max(account.articles + articles, 0)
        User.objects.filter(pk=user.pk).update(article_limit=account.articles)
        if amount > account.tokens:
            self.refused(InvalidInput, lambda: ledger.adjust(user, -amount, note="too much"))
            return
        ledger.adjust(user, -amount, note="a correction")
        account.tokens -= amount

    # What must be so

    @invariant()
    def laws_hold(self) -> None:
        DONE["steps"] += 1
        assert_sound()

    @invariant()
    def rows_are_what_the_books_say(self) -> None:
        books = self.books
        accounts = User.objects.values_list(
            "pk", "tokens_remaining", "article_limit", "tokens_held", "articles_held"
        )
        assert {row[0]: row[1:] for row in accounts} == {
            pk: (one.tokens, one.articles, *books.held(pk)) for pk, one in books.accounts.items()
        }
        jobs = BatchJob.objects.values_list("pk", "status", "pause_reason", "lease_owner")
        assert {row[0]: row[1:] for row in jobs} == {
            pk: (job.status, job.reason, job.worker) for pk, job in books.jobs.items()
        }
        written = Article.objects.values_list("item_id").annotate(number=Count("pk"))
        charges = TokenEntry.objects.filter(kind="charge").values_list("item_id", "amount")
        articles, charged = dict(written), dict(charges)
        items = BatchItem.objects.values_list("job_id", "position", "pk", "status", "attempts")
        found = {
            (job, place): (status, starts, articles.get(pk, 0), -charged.get(pk, 0))
            for job, place, pk, status, starts in items
        }
        assert found == {
            (pk, place): (one.status, one.starts, one.articles, one.charged)
            for pk, job in books.jobs.items()
            for place, one in enumerate(job.keywords)
        }


@pytest.mark.django_db
def test_it_keeps_every_law_whatever_happens(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OPENAI_API_KEY = "sk-for-the-test"
    caplog.set_level(logging.CRITICAL, logger="batchwriter.worker")
    for name, (tokens, articles) in USERS.items():
        person(name, tokens=tokens, articles=articles)
    DONE.clear()
    run_state_machine_as_test(
        Batch,
        settings=hypothesis.settings(
            max_examples=count(short=12 if on_mariadb() else 45, long=300),
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate, *dose(short=[], long=[Phase.shrink])],
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    record("state machine", violations=0, **DONE)
    assert on_mariadb() or all(DONE[one] for one in SEEN), DONE
