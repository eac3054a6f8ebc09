"""The list of articles: filters with numbers, order, changing many, and the way back."""

from typing import Any

import pytest
from django.test import Client

from articles.models import Article
from tests.pages.conftest import World

TAB = "/account?tab=articles"


@pytest.fixture
def articles(world: World) -> list[Article]:
    """Alice's articles, the oldest first."""
    return list(Article.objects.filter(user=world.alice).order_by("pk"))


def titles(client: Client, **query: str) -> list[str]:
    """What a list shows."""
    page = client.get("/account", {"tab": "articles", **query}).context["page_obj"]
    assert page.paginator.count == len(page.object_list)
    return [article.title for article in page]


def change(client: Client, action: str, *ids: int) -> Any:
    """Press a button over the marked articles."""
    return client.post("/articles/change", {"action": action, "article": ids}, follow=True)


def test_it_filters_by_website_and_model(
    alice: Client, world: World, articles: list[Article]
) -> None:
    Article.objects.filter(pk=articles[0].pk).update(website=world.website, model="x-1")
    first, second = (article.title for article in articles)
    assert titles(alice, website=str(world.website.pk)) == [first]
    assert titles(alice, website="none") == [second]
    assert titles(alice, model="x-1") == [first]
    assert titles(alice, model="x-1", website="none") == []
    assert len(titles(alice, model="unknown", website="999999")) == 2


def test_it_orders(alice: Client, articles: list[Article]) -> None:
    for article, title, words in zip(articles, ("B", "A"), (1, 9), strict=True):
        Article.objects.filter(pk=article.pk).update(title=title, word_count=words)
    assert titles(alice) == titles(alice, sort="nonsense") == ["A", "B"]
    assert titles(alice, sort="oldest") == ["B", "A"]
    assert titles(alice, sort="title") == ["A", "B"]
    assert titles(alice, sort="words") == ["A", "B"]


def test_it_counts_what_each_choice_leaves(
    alice: Client, world: World, articles: list[Article]
) -> None:
    Article.objects.filter(pk=articles[0].pk).update(website=world.website, status="published")
    listing = alice.get(TAB).context["listing"]
    assert [(one.value, one.count) for one in listing.statuses()] == [
        ("", 2), ("draft", 1), ("published", 1),
    ]  # fmt: skip
    site = str(world.website.pk)
    listing = alice.get(f"{TAB}&website={site}").context["listing"]
    assert [one.count for one in listing.statuses()] == [1, 0, 1]
    assert {one.value: one.count for one in listing.websites()} == {"none": 1, site: 1}


def test_it_keeps_the_other_filters_in_its_links(alice: Client, world: World) -> None:
    page = alice.get(f"{TAB}&search=kh%C3%B3a&sort=title&page=1").content.decode()
    assert "search=kh%C3%B3a&amp;sort=title&amp;status=draft" in page


def test_it_publishes_and_takes_back_many(
    alice: Client, world: World, articles: list[Article]
) -> None:
    ids = [article.pk for article in articles]
    assert "Đã thay đổi 2 bài viết." in change(alice, "published", *ids).content.decode()
    assert set(Article.objects.filter(pk__in=ids).values_list("status", "revision")) == {
        ("published", 2)
    }
    change(alice, "draft", ids[0])
    assert [article.status for article in Article.objects.filter(pk__in=ids).order_by("pk")] == [
        "draft", "published",
    ]  # fmt: skip


def test_it_deletes_and_brings_back(alice: Client, articles: list[Article]) -> None:
    ids = [article.pk for article in articles]
    answer = change(alice, "delete", *ids)
    assert answer.context["deleted"] == ids
    assert "Đã xóa 2 bài viết." in answer.content.decode()
    assert titles(alice) == []
    assert alice.get(TAB).context["deleted"] is None
    back = alice.post("/articles/undelete", {"article": ids}, follow=True)
    assert "Đã khôi phục 2 bài viết." in back.content.decode()
    assert len(titles(alice)) == 2
    again = alice.post("/articles/undelete", {"article": ids}, follow=True)
    assert "Đã khôi phục 0 bài viết." in again.content.decode()


def test_it_offers_the_way_back_after_one_is_deleted(
    alice: Client, articles: list[Article]
) -> None:
    answer = alice.post(f"/articles/{articles[0].pk}/delete", follow=True)
    assert answer.context["deleted"] == [articles[0].pk]


def test_it_changes_nothing_of_others(bob: Client, articles: list[Article]) -> None:
    ids = [article.pk for article in articles]
    for action in ("published", "delete", "nonsense"):
        assert change(bob, action, *ids).context["deleted"] is None
    Article.objects.filter(pk=ids[0]).update(deleted_at="2026-01-01T00:00Z")
    bob.post("/articles/undelete", {"article": ids})
    rows = Article.objects.filter(pk__in=ids).order_by("pk")
    assert [(row.status, row.deleted_at is None) for row in rows] == [
        ("draft", False), ("draft", True),
    ]  # fmt: skip


@pytest.mark.parametrize("ids", [["x"], [], ["-1"], ["9" * 30], ["", "0"], ["²"]])
def test_it_survives_marks_that_mean_nothing(
    alice: Client, articles: list[Article], ids: list[str]
) -> None:
    for action in ("published", "delete", "draft"):
        change(alice, action, *ids)  # type: ignore[arg-type]
    assert len(titles(alice, status="draft")) == 2


def test_it_goes_back_to_the_filters_it_came_from(alice: Client, articles: list[Article]) -> None:
    came_from = "http://testserver/account?tab=articles&status=draft"
    answer = alice.post(
        "/articles/change",
        {"action": "delete", "article": articles[0].pk},
        headers={"Referer": came_from},
    )
    assert answer["Location"] == came_from


def test_it_takes_few_queries(
    alice: Client, world: World, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(8):
        alice.get(f"{TAB}&search=a&status=draft&website=none&sort=title")
