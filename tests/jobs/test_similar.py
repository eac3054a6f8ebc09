"""The same text twice is marked, with the pair named; a comparison never costs an article."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from articles import similar, store
from articles.models import Article, ArticleBand
from articles.providers.base import Usage
from articles.writing import html, similarity
from articles.writing.draft import Draft
from jobs import settlement
from jobs.models import BatchJob
from jobs.queue import Start
from jobs.settlement import Result
from tests.fakes.provider_texts import article
from tests.jobs import conftest
from tests.jobs.conftest import claim, start

Submit = Callable[..., BatchJob]


def draft(one: Start, text: str, title: str = "") -> Draft:
    """A draft of this text."""
    signature = similarity.signature(html.plain_text(text))
    made = conftest.draft(one)
    return replace(made, content=text, title=title or made.title, signature=signature)


def settle(starts: list[Start], *texts: str) -> list[int | None]:
    """Settle the starts together with a text each."""
    return settlement.settle_all(
        [Result(one, draft(one, text), Usage()) for one, text in zip(starts, texts, strict=True)]
    )


def marks(number: int | None) -> list[dict[str, object]]:
    """The issues of an article."""
    return list(Article.objects.get(pk=number).issues)


@pytest.fixture
def starts(alice: User, submit: Submit, worker: str) -> list[Start]:
    """Five keywords of one job."""
    submit(alice, 5)
    return start(claim(worker), 5)


def test_it_marks_a_text_that_is_there_and_names_it(starts: list[Start]) -> None:
    text = article(600, "cà phê")
    (first,) = settle(starts[:1], text)
    second, third = settle(starts[1:3], text, article(600, "phở bò"))
    assert marks(first) == marks(third) == []
    [mark] = marks(second)
    assert mark["code"] == "similar"
    assert f"#{first}" in str(mark["message"]) and "Về từ khóa 1" in str(mark["message"])
    assert Article.objects.get(pk=second).needs_review


def test_it_marks_twins_that_are_settled_together(starts: list[Start]) -> None:
    text = article(600, "cà phê")
    first, second, third = settle(starts[:3], text, article(600, "trà"), text)
    assert marks(first) == marks(second) == []
    assert [mark["values"]["id"] for mark in marks(third)] == [first]  # type: ignore[index]


def test_it_marks_a_text_of_which_little_was_changed(starts: list[Start]) -> None:
    words = article(600, "cà phê").split(" ")
    changed = [f"khác{n}" if n % 60 == 30 else word for n, word in enumerate(words)]
    settle(starts[:1], " ".join(words))
    (second,) = settle(starts[1:2], " ".join(changed))
    assert [mark["code"] for mark in marks(second)] == ["similar"]


def test_it_leaves_out_deleted_articles_and_those_of_others(
    starts: list[Start], bob: User, submit: Submit, worker: str
) -> None:
    text = article(600, "cà phê")
    (first,) = settle(starts[:1], text)
    store.delete(Article.objects.get(pk=first))
    (second,) = settle(starts[1:2], text)
    assert marks(second) == []
    submit(bob, 1)
    (third,) = settle(start(claim(worker)), text)
    assert marks(third) == []


def test_it_reads_twice_and_writes_once_whatever_is_there(
    starts: list[Start], alice: User, submit: Submit, worker: str
) -> None:
    text = article(600, "cà phê")
    settle(starts, *[text] * 5)
    submit(alice, 3)
    more = start(claim(worker), 3)
    with CaptureQueriesContext(connection) as queries:
        settle(more, *[text] * 3)
    ours = [one["sql"] for one in queries if "article_bands" in one["sql"]]
    signatures = [one["sql"] for one in queries if "SELECT id, title, signature" in one["sql"]]
    assert (len(ours), len(signatures)) == (2, 1)
    assert ArticleBand.objects.count() == 8 * similarity.BANDS


def test_no_article_is_lost_for_a_comparison(
    starts: list[Start], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(similar.Twins, "_articles_by_band", broken)
    (first,) = settle(starts[:1], article(600, "cà phê"))
    assert Article.objects.filter(pk=first).exists()
