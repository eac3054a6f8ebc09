"""A state machine over the rows of the batch, which holds them against plain books."""

from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from accounts.models import TokenEntry, User
from articles.models import Article
from jobs.handles import Lease
from jobs.models import BatchItem, BatchJob, ProviderCircuit
from tests.jobs.books import Account, Books
from tests.jobs.test_lifecycle import assert_sound

PICK = st.integers(0, 999)
DONE: Counter[str] = Counter()


class Machine(RuleBasedStateMachine):
    """Rows and books side by side; what happens to them is said by those who inherit."""

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
