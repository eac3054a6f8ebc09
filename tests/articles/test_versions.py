"""Versions of an article: what is kept, what is not, and how it comes back."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from articles import history, store
from articles.models import Article, ArticleVersion
from batchwriter import database
from batchwriter.errors import Gone, InvalidInput
from tests.api.conftest import World, submit, world

__all__ = ["submit", "world"]
AUTOSAVE, PAGE = Article.Source.AUTOSAVE, Article.Source.PAGE


@pytest.fixture
def article(world: World) -> Article:
    """An article as it was written."""
    return Article.objects.get(pk=world.article.pk)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """``at(minutes)``: what the database's clock says, from now."""
    began = database.now()

    def move(minutes: float) -> None:
        monkeypatch.setattr(database, "now", lambda: began + timedelta(minutes=minutes))

    return move


def kept(article: Article) -> list[tuple[int, str]]:
    """Revisions and titles of the versions, the newest first."""
    return list(article.versions.values_list("revision", "title"))


def test_it_has_none_when_it_is_written(article: Article) -> None:
    assert (article.revision, article.source, kept(article)) == (1, "writer", [])


def test_it_keeps_what_was_there_before(article: Article) -> None:
    written = article.title
    store.edit(article, title="Hai", source=PAGE)
    store.edit(article, title="Ba", source=Article.Source.API)
    assert article.revision == 3
    assert kept(article) == [(2, "Hai"), (1, written)]
    newest, oldest = article.versions.all()
    assert (newest.source, oldest.source) == ("page", "writer")
    assert oldest.saved_at == article.created_at
    assert oldest.content == article.content


def test_it_keeps_nothing_where_nothing_changed(article: Article) -> None:
    store.edit(article, title=article.title, content=article.content, status=article.status)
    assert (article.revision, kept(article)) == (1, [])
    assert Article.objects.get(pk=article.pk).updated_at == article.created_at


def test_it_keeps_no_text_for_a_change_of_status(article: Article) -> None:
    store.edit(article, status="published")
    assert (article.revision, kept(article)) == (2, [])


def test_it_keeps_one_version_of_a_sitting(article: Article, at: Any) -> None:
    sitting, written = uuid.uuid4().hex, article.title
    for minute in range(12):
        at(minute)
        store.edit(article, title=f"Phút {minute}", source=AUTOSAVE, sitting=sitting)
    assert kept(article) == [(11, "Phút 9"), (1, written)]


def test_it_keeps_what_another_sitting_or_a_person_saved(article: Article) -> None:
    mine, other = uuid.uuid4().hex, uuid.uuid4().hex
    store.edit(article, title="Mình", source=AUTOSAVE, sitting=mine)
    store.edit(article, title="Người kia", source=AUTOSAVE, sitting=other)
    store.edit(article, title="Bấm lưu", source=PAGE, sitting=other)
    store.edit(article, title="Tiếp", source=AUTOSAVE, sitting=other)
    assert [title for _, title in kept(article)][:3] == ["Bấm lưu", "Người kia", "Mình"]


def test_it_keeps_the_first_and_the_newest(article: Article) -> None:
    for number in range(2, 70):
        store.edit(article, title=f"Tựa {number}")
    revisions = [revision for revision, _ in kept(article)]
    assert len(revisions) == history.MOST_VERSIONS == 50
    assert revisions == [*range(68, 19, -1), 1]


def test_it_brings_a_version_back(article: Article) -> None:
    written = {name: getattr(article, name) for name in history.TEXTS}
    store.edit(article, title="Khác", slug="khac", content="<p>Khác</p>", status="published")
    store.bring_back(article, article.versions.get(revision=1))
    article.refresh_from_db()
    assert {name: getattr(article, name) for name in history.TEXTS} == written
    assert (article.status, article.source, article.revision) == ("published", "restored", 3)
    assert kept(article)[0] == (2, "Khác")


def test_it_leaves_the_slug_to_the_article_that_has_it_now(article: Article, world: World) -> None:
    old = article.slug
    store.edit(article, title="Khác", slug="khac")
    other = Article.objects.filter(user=world.alice).exclude(pk=article.pk)[0]
    store.edit(other, slug=old)
    store.bring_back(article, article.versions.get(revision=1))
    article.refresh_from_db()
    assert (article.slug, article.revision) == ("khac", 3)


def test_it_refuses_a_change_of_another_revision(article: Article) -> None:
    theirs = Article.objects.get(pk=article.pk)
    store.edit(theirs, title="Của họ", expected=1)
    with pytest.raises(store.Stale) as refused:
        store.edit(article, title="Của tôi", expected=1)
    assert refused.value.article.title == "Của họ"
    store.edit(article, title="Của tôi", expected=2)
    assert kept(article)[0] == (2, "Của họ")


def test_it_versions_the_last_write_that_wins(article: Article) -> None:
    theirs = Article.objects.get(pk=article.pk)
    store.edit(theirs, title="Của họ")
    store.edit(article, content="<p>Của tôi</p>")
    now = Article.objects.get(pk=article.pk)
    assert (now.title, now.content) == ("Của họ", "<p>Của tôi</p>")
    assert kept(article)[0] == (2, "Của họ")


def test_it_writes_nothing_to_a_deleted_article(article: Article) -> None:
    store.delete(article)
    with pytest.raises(Gone):
        store.edit(article, title="Khác")
    assert not ArticleVersion.objects.exists()


def test_it_keeps_nothing_of_a_refused_change(article: Article, world: World) -> None:
    other = Article.objects.filter(user=world.alice).exclude(pk=article.pk)[0]
    with pytest.raises(InvalidInput):
        store.edit(article, title="Khác", slug=other.slug)
    assert not ArticleVersion.objects.exists()
    assert Article.objects.get(pk=article.pk).revision == 1


def test_it_comes_back_with_another_slug_where_its_own_is_taken(
    article: Article, world: World
) -> None:
    slug = article.slug
    other = Article.objects.filter(user=world.alice).exclude(pk=article.pk)[0]
    store.delete(article)
    store.edit(other, slug=slug)
    store.delete(other)
    assert store.undelete_all(world.bob.pk, [article.pk, other.pk]) == 0
    assert store.undelete_all(world.alice.pk, [article.pk, other.pk]) == 2
    slugs = set(Article.objects.of(world.alice).values_list("slug", flat=True))
    assert slugs == {slug, f"{slug}-2"}
