"""One commit for article, item, attempt, ledger, balance, counters and event."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from accounts import ledger
from accounts.models import TokenEntry, User
from articles import store
from articles.models import Article
from articles.providers.base import Usage
from batchwriter import database
from jobs import queue, settlement
from jobs.handles import Start
from jobs.models import BatchAttempt, BatchItem, BatchJob
from jobs.settlement import Failure, Result
from tests.jobs.conftest import claim, draft, person, start, write
from tests.jobs.test_lifecycle import assert_sound

Submit = Callable[..., BatchJob]


def test_it_writes_everything_that_goes_with_an_article(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, ["Đà Lạt về đêm"])
    before, allowed = alice.tokens_remaining, alice.article_limit
    (started,) = start(claim(worker))
    article = Article.objects.get(pk=write(started, tokens=801))
    assert (article.slug, article.status, article.keyword) == (
        "ve-da-lat-ve-dem",
        "draft",
        "Đà Lạt về đêm",
    )
    assert (article.job_id, article.model, article.tokens_used) == (job.pk, "offline", 801)
    alice.refresh_from_db()
    assert (alice.tokens_remaining, alice.tokens_held) == (before - 801, 0)
    assert (alice.article_limit, alice.articles_held) == (allowed - 1, 0)
    item = BatchItem.objects.get()
    assert (item.status, item.article_id, item.tokens_used) == ("completed", article.pk, 801)
    job.refresh_from_db()
    assert (job.status, job.completed_items, job.tokens_used) == ("completed", 1, 801)
    assert TokenEntry.objects.get(item_id=item.pk).amount == -801
    assert_sound()


def test_it_settles_once_however_often_it_is_told(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 1)
    (started,) = start(claim(worker))
    assert write(started) == write(started)
    assert Article.objects.count() == TokenEntry.objects.filter(kind="charge").count() == 1
    assert_sound()


def test_it_books_dropped_answers_on_the_operator(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 1)
    (started,) = start(claim(worker))
    settlement.settle(started, draft(started, 100), Usage(prompt_tokens=40))
    attempt = BatchAttempt.objects.get()
    assert (attempt.tokens_spent, attempt.tokens_charged) == (140, 100)


def test_it_charges_down_to_zero_and_no_further(submit: Submit, worker: str) -> None:
    carol = person("carol", tokens=1)
    submit(carol, 1)
    each = BatchItem.objects.get().tokens_estimated
    ledger.grant(carol, each)
    (started,) = start(claim(worker))
    write(started, tokens=each * 3)
    carol.refresh_from_db()
    attempt = BatchAttempt.objects.get()
    assert carol.tokens_remaining == 0
    assert (attempt.tokens_spent, attempt.tokens_charged) == (each * 3, each + 1)
    assert_sound()


def test_it_writes_nothing_where_one_part_fails(
    alice: User, submit: Submit, worker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(alice, 1)
    (started,) = start(claim(worker))

    def broken(*args: object, **kwargs: object) -> None:
        raise DatabaseError("the last statement failed")

    with monkeypatch.context() as patch:
        patch.setattr(settlement, "note", broken)
        with pytest.raises(DatabaseError):
            write(started)
    assert not Article.objects.exists()
    assert not TokenEntry.objects.filter(kind="charge").exists()
    assert_sound()
    write(started)
    assert_sound()


def test_it_gives_equal_titles_different_slugs(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 3)
    for started in start(claim(worker), 3):
        one = draft(started)
        settlement.settle(started, replace(one, title="Cà phê"), Usage())
    slugs = Article.objects.order_by("id").values_list("slug", flat=True)
    assert list(slugs) == ["ca-phe", "ca-phe-2", "ca-phe-3"]


def results(starts: list[Start], tokens: int = 100, **changes: Any) -> list[Result]:
    """Drafts of all of them, ready to be settled together."""
    return [Result(one, replace(draft(one, tokens), **changes), Usage()) for one in starts]


def test_it_settles_several_in_one_commit(alice: User, submit: Submit, worker: str) -> None:
    job = submit(alice, 3)
    before = alice.tokens_remaining
    starts = start(claim(worker), 3)
    articles = settlement.settle_all(results(starts, 120))
    assert articles == list(Article.objects.order_by("id").values_list("id", flat=True))
    job.refresh_from_db()
    alice.refresh_from_db()
    assert (job.status, job.completed_items, job.current_item_index) == ("completed", 3, 3)
    assert (alice.tokens_remaining, alice.tokens_held) == (before - 360, 0)
    assert_sound()
    assert settlement.settle_all(results(starts, 120)) == articles
    assert_sound()


def test_it_gives_equal_titles_of_one_settlement_different_slugs(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice, 4)
    starts = start(claim(worker), 4)
    settlement.settle_all(results(starts[:3], title="Cà phê"))
    settlement.settle_all(results(starts[3:], title="Cà phê"))
    slugs = Article.objects.order_by("id").values_list("slug", flat=True)
    assert list(slugs) == ["ca-phe", "ca-phe-2", "ca-phe-3", "ca-phe-4"]


def test_it_leaves_out_what_does_not_run_any_more(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 3)
    first, second, third = start(claim(worker), 3)
    queue.drop(second)
    written = settlement.settle_all(results([first, second, third]))
    assert [article is None for article in written] == [False, True, False]
    assert Article.objects.count() == 2
    assert_sound()


def test_it_charges_several_down_to_zero_and_no_further(submit: Submit, worker: str) -> None:
    carol = person("carol", tokens=1)
    submit(carol, 3)
    each = BatchItem.objects.filter(position=0).get().tokens_estimated
    ledger.grant(carol, 3 * each)
    starts = start(claim(worker), 3)
    settlement.settle_all(results(starts, tokens=each * 2))
    carol.refresh_from_db()
    assert carol.tokens_remaining == 0
    charged = BatchAttempt.objects.order_by("id").values_list("tokens_charged", flat=True)
    assert list(charged) == [2 * each, each + 1, 0]
    assert_sound()


def test_it_moves_the_index_over_what_is_settled_without_a_gap(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 6)
    starts = start(claim(worker), 5)
    for some, index in (([1, 3], 0), ([0], 2), ([2, 4], 5)):
        settlement.settle_all(results([starts[number] for number in some]))
        job.refresh_from_db()
        assert job.current_item_index == index
    assert_sound()


def test_it_finds_a_free_slug_beside_many_equal_ones(alice: User) -> None:
    now = database.now()
    for number in range(1, 301):
        slug = "ca-phe" if number == 1 else f"ca-phe-{number}"
        assert number % 37 or store.Slugs(alice.pk).free("ca-phe") == slug
        Article.objects.create(user=alice, title="x", slug=slug, created_at=now, updated_at=now)
    with CaptureQueriesContext(connection) as queries:
        assert store.Slugs(alice.pk).free("ca-phe") == "ca-phe-301"
    assert len(queries) <= 4


def test_it_takes_two_transactions_and_fourteen_statements(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice, 3)
    lease = claim(worker)
    with CaptureQueriesContext(connection) as queries:
        (started,) = queue.start_items(lease, 1)[0]
        write(started)
    borders = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    statements = [one["sql"] for one in queries if not one["sql"].startswith(borders)]
    assert len(statements) <= 14, "\n".join(statements)


def test_it_makes_a_slug_where_the_title_gives_none(
    alice: User, submit: Submit, worker: str
) -> None:
    submit(alice, 1)
    (started,) = start(claim(worker))
    one = draft(started)
    settlement.settle(started, replace(one, title="!!! 🌸"), Usage())
    article = Article.objects.get()
    assert article.slug == f"bai-viet-{article.pk}"


def test_it_frees_the_slug_of_a_deleted_article(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, ["x"])
    write(start(claim(worker))[0])
    store.delete(Article.objects.get())
    submit(alice, ["x"])
    write(start(claim(worker))[0])
    assert set(Article.objects.values_list("slug", flat=True)) == {"ve-x"}
    assert_sound()


def test_it_fails_a_keyword_at_no_cost(alice: User, submit: Submit, worker: str) -> None:
    submit(alice, 2)
    before = alice.tokens_remaining
    lease = claim(worker)
    assert settlement.fail(start(lease)[0], Failure("refused", "No."), Usage(prompt_tokens=50))
    alice.refresh_from_db()
    assert (alice.tokens_remaining, alice.tokens_held) == (before, 0)
    item = BatchItem.objects.get(position=0)
    assert (item.status, item.error_code, item.article_id) == ("failed", "refused", None)
    assert BatchAttempt.objects.get().tokens_spent == 50
    job = BatchJob.objects.get()
    assert (job.status, job.failed_items, job.current_item_index) == ("processing", 1, 1)
    assert_sound()


def test_it_moves_the_index_over_what_is_settled_and_no_further(
    alice: User, submit: Submit, worker: str
) -> None:
    job = submit(alice, 4)
    first, second, third = start(claim(worker), 3)
    indexes = []
    for one in (third, first, second):
        write(one)
        job.refresh_from_db()
        indexes.append(job.current_item_index)
        assert_sound()
    assert indexes == [0, 1, 3]
