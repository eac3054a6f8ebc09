"""The cast of the job tests, and short words for what a worker does."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from articles.providers.base import ProviderUnavailable, Usage
from articles.writing.pipeline import Draft
from jobs import leases, lifecycle, queue, settlement, submission
from jobs.models import BatchJob
from jobs.queue import Lease, Start
from tests.factories import PLENTY, UserFactory


def person(name: str, tokens: int = PLENTY, articles: int = 1000) -> User:
    """A user of that name with a balance."""
    user: User = UserFactory(username=name, tokens=tokens, article_limit=articles)
    return user


@pytest.fixture
def alice(db: None) -> User:
    """The owner of the jobs."""
    return person("alice")


@pytest.fixture
def bob(db: None) -> User:
    """Another user with jobs."""
    return person("bob")


@pytest.fixture
def worker(db: None) -> str:
    """A registered worker."""
    return leases.register()


@pytest.fixture
def submit() -> Callable[..., BatchJob]:
    """Make a job of a user from keywords or a number of them."""

    def make(user: User, keywords: int | list[str] = 5, **settings: Any) -> BatchJob:
        if isinstance(keywords, int):
            keywords = [f"từ khóa {number}" for number in range(1, keywords + 1)]
        checked = submission.parse(user, keywords, {"model": "offline", **settings})
        return lifecycle.create(user, checked)[0]

    return make


def draft(start: Start, tokens: int = 100) -> Draft:
    """What a provider might have written for ``start``."""
    return Draft(
        title=f"Về {start.keyword}",
        content=f"<p>{start.keyword}</p>",
        outline="",
        meta_title="Tiêu đề",
        meta_description="Mô tả",
        word_count=2,
        usage=Usage(prompt_tokens=tokens - tokens // 2, completion_tokens=tokens // 2),
        issues=[],
    )


def unavailable(code: str, message: str, scope: str = "provider") -> ProviderUnavailable:
    """What an adapter raises when nothing can be written now."""
    return ProviderUnavailable(code, message, scope=scope)  # type: ignore[arg-type]


def claim(worker: str) -> Lease:
    """A lease that surely is there."""
    lease = queue.claim(worker)
    assert lease is not None
    return lease


def start(lease: Lease, room: int = 1) -> list[Start]:
    """Start keywords of the lease."""
    return queue.start_items(lease, room)[0]


def write(started: Start, tokens: int = 100) -> int:
    """Settle a start; returns the article's id."""
    return settlement.settle(started, draft(started, tokens), Usage())


def write_all(worker: str, tokens: int = 100) -> BatchJob:
    """Claim the next job and write all of it."""
    lease = claim(worker)
    while started := start(lease, 3) if _leased(lease) else []:
        for one in started:
            write(one, tokens)
    return BatchJob.objects.get(pk=lease.job_id)


def _leased(lease: Lease) -> bool:
    return BatchJob.objects.filter(pk=lease.job_id, lease_owner=lease.worker).exists()
