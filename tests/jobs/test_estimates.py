"""What an estimate is learned from: one's own articles, everybody's, or nothing yet."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from articles.models import Article
from jobs import estimates, history, submission
from jobs.models import BatchItem, BatchJob
from tests.jobs.conftest import write_all

Submit = Callable[..., BatchJob]


def estimated(user: User, keywords: Any = 2, **settings: Any) -> estimates.Estimate:
    """The estimate of a list."""
    words = [f"mới {n}" for n in range(keywords)] if isinstance(keywords, int) else keywords
    checked = submission.parse(user, words, {"model": "offline", "length": "short", **settings})
    return estimates.estimate(user, checked)


def finished(user: User, submit: Submit, worker: str, tokens: list[int], **settings: Any) -> None:
    """Articles that needed these tokens, and as many seconds as hundreds of them."""
    job = submit(user, len(tokens), **{"length": "short", **settings})
    write_all(worker)
    for item, number in zip(job.items.order_by("position"), tokens, strict=True):
        ended = item.started_at + timedelta(seconds=number / 100)
        BatchItem.objects.filter(pk=item.pk).update(tokens_used=number, finished_at=ended)


def test_it_says_that_it_knows_nothing_yet(alice: User) -> None:
    found = estimated(alice)
    assert found.expected.basis == "default"
    assert found.expected.tokens_high == found.estimated_tokens
    assert found.expected.tokens_low == int(found.estimated_tokens * 0.6)
    assert found.balance_low == alice.tokens_free - found.estimated_tokens
    assert found.expected.minutes == 1


def test_it_learns_from_ones_own_articles(
    alice: User, bob: User, submit: Submit, worker: str
) -> None:
    finished(bob, submit, worker, [9000] * 6)
    finished(alice, submit, worker, [1000, 1100, 1200, 1300, 1400, 1500, 1600, 1700, 1800, 1900, 9])
    found = estimated(alice, 10)
    assert (found.expected.basis, found.expected.articles) == ("own", 11)
    assert (found.expected.tokens_low, found.expected.tokens_high) == (10_000, 18_000)


def test_it_learns_from_everybody_where_there_is_too_little(
    alice: User, bob: User, submit: Submit, worker: str
) -> None:
    finished(alice, submit, worker, [1000] * 4)
    finished(bob, submit, worker, [2000] * 6)
    found = estimated(alice)
    assert found.expected.basis == "everybody"
    assert 2000 < found.expected.tokens_high <= 4000


@pytest.mark.parametrize("other", [{"length": "long"}, {"language": "en"}])
def test_it_does_not_learn_from_other_articles(
    alice: User, submit: Submit, worker: str, other: dict[str, str]
) -> None:
    finished(alice, submit, worker, [1000] * 6, **other)
    assert estimated(alice).expected.basis == "default"
    assert estimated(alice, **other).expected.basis == "own"


def test_it_adds_up_items_of_several_kinds(alice: User, submit: Submit, worker: str) -> None:
    finished(alice, submit, worker, [1000] * 6)
    items = [{"keyword": "a"}, {"keyword": "b", "length": "long"}]
    checked = submission.parse(alice, None, {"model": "offline", "length": "short"}, items)
    found = estimates.estimate(alice, checked)
    held = checked.tokens()
    assert found.expected.basis == "default"
    assert found.expected.tokens_high == 1000 + held[1]


def test_it_expects_minutes(
    alice: User, submit: Submit, worker: str, settings: LazySettings
) -> None:
    settings.BATCH_ITEMS_IN_FLIGHT = 5
    finished(alice, submit, worker, [6000] * 5)
    assert estimated(alice, 5).expected.minutes == 1
    assert estimated(alice, 50).expected.minutes == 10


def test_it_tells_what_is_written_already(
    alice: User, bob: User, submit: Submit, worker: str
) -> None:
    submit(alice, ["Cà phê", "trà"])
    write_all(worker)
    submit(bob, ["nước"])
    write_all(worker)
    found = estimated(alice, ["cà phê", "ca phe", "nước", "trà"])
    article = Article.objects.get(user=alice, keyword="Cà phê")
    assert sorted(found.written)[0] == ("cà phê", article.pk, article.title)
    assert {one.keyword for one in found.written} == {"cà phê", "trà"}
    assert [(one.keyword, one.reason) for one in found.near] == [("ca phe", "marks")]
    Article.objects.update(deleted_at=article.created_at)
    assert not estimated(alice, ["cà phê"]).written


def test_it_tells_what_was_dropped(alice: User) -> None:
    found = estimated(alice, ["a", " ", "A", "b", "", " "])
    assert (found.blank, found.duplicates, found.dropped) == ([2], ["A"], 2)


def test_it_reads_a_bounded_number_of_rows(
    alice: User, submit: Submit, worker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "ENOUGH_ARTICLES", 6)
    for tokens in ([5000] * 6, [1000] * 6, [2000] * 3):
        finished(alice, submit, worker, tokens)
    with CaptureQueriesContext(connection) as captured:
        found = estimated(alice, 1)
    assert found.expected.articles == 9
    assert found.expected.tokens_high == 2000
    assert len(captured) <= 8
