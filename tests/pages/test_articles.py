"""The list of articles, the page of one, and websites."""

from typing import Any

import pytest
from django.test import Client

from articles.models import Article, Website
from tests.pages.conftest import World


def fields(article: Article, **changes: Any) -> dict[str, Any]:
    """What the page of ``article`` sends."""
    return {
        "title": article.title,
        "slug": article.slug,
        "metaTitle": article.meta_title,
        "metaDescription": article.meta_description,
        "content": article.content,
        "status": article.status,
        "websiteId": "",
        **changes,
    }


def test_it_reads_an_article(alice: Client, world: World) -> None:
    page = alice.get(f"/articles/{world.article.pk}").content.decode()
    assert f"<h1>{world.article.title}</h1>" in page
    assert world.article.content in page


def test_it_cleans_what_reached_the_table_uncleaned(alice: Client, world: World) -> None:
    Article.objects.filter(pk=world.article.pk).update(content="<p>a</p><script>alert(1)</script>")
    page = alice.get(f"/articles/{world.article.pk}").content.decode()
    assert "<script>alert" not in page


def test_it_saves_every_field(alice: Client, world: World) -> None:
    sent = fields(
        world.article,
        title="Tiêu đề mới",
        slug="tieu-de-moi",
        metaTitle="Meta",
        metaDescription="Mô tả",
        content='<h2>Mục</h2><p onclick="x()">Chữ</p><script>x()</script>',
        status="published",
        websiteId=str(world.website.pk),
    )
    answer = alice.post(f"/articles/{world.article.pk}", sent, follow=True)
    assert "Đã lưu bài viết." in answer.content.decode()
    article = Article.objects.get(pk=world.article.pk)
    assert (article.title, article.slug, article.status) == (
        "Tiêu đề mới", "tieu-de-moi", "published",
    )  # fmt: skip
    assert (article.meta_title, article.meta_description) == ("Meta", "Mô tả")
    assert article.content == "<h2>Mục</h2><p>Chữ</p>"
    assert article.website == world.website


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"slug": "Có dấu"}, "slug"),
        ({"slug": ""}, "slug"),
        ({"metaTitle": "x" * 61}, "metaTitle"),
        ({"metaDescription": "x" * 161}, "metaDescription"),
        ({"status": "gone"}, "status"),
        ({"websiteId": "999999"}, "websiteId"),
    ],
)
def test_it_shows_errors_beside_their_fields(
    alice: Client, world: World, change: dict[str, str], name: str
) -> None:
    sent = fields(world.article, content="<p>Chưa lưu</p>", **change)
    answer = alice.post(f"/articles/{world.article.pk}", sent)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {name}
    assert f'id="id_{name}_error"' in page
    assert "&lt;p&gt;Chưa lưu&lt;/p&gt;" in page
    assert Article.objects.get(pk=world.article.pk).content == world.article.content


def test_it_refuses_a_slug_that_is_taken(alice: Client, world: World) -> None:
    other = Article.objects.filter(user=world.alice).exclude(pk=world.article.pk)[0]
    answer = alice.post(f"/articles/{world.article.pk}", fields(world.article, slug=other.slug))
    assert answer.context["form"].errors.keys() == {"slug"}
    assert f"<h1>{world.article.title}</h1>" in answer.content.decode()


def test_it_refuses_another_users_website(alice: Client, world: World) -> None:
    site = Website.objects.create(user=world.bob, name="Bob", url="https://bob.example")
    sent = fields(world.article, websiteId=str(site.pk))
    assert alice.post(f"/articles/{world.article.pk}", sent).status_code == 200
    assert "Bob" not in alice.get(f"/articles/{world.article.pk}").content.decode()


def test_it_asks_then_deletes(alice: Client, world: World) -> None:
    address = f"/articles/{world.article.pk}"
    assert "Không</a>" in alice.get(f"{address}/delete").content.decode()
    assert alice.get(address).status_code == 200
    assert alice.post(f"{address}/delete")["Location"] == "/account?tab=articles"
    assert alice.get(address).status_code == 404
    assert world.article.title not in alice.get("/account?tab=articles").content.decode()


def test_it_searches_and_filters(alice: Client, world: World) -> None:
    Article.objects.filter(pk=world.article.pk).update(title="Cà phê Đà Lạt", status="published")

    def shown(**query: str) -> int:
        answer = alice.get("/account", {"tab": "articles", **query})
        return int(answer.context["page_obj"].paginator.count)

    assert shown() == 2
    assert shown(search="cà phê") == 1
    assert shown(search="không có") == 0
    assert shown(search="a\x00b") == 0
    assert shown(status="published") == 1
    assert shown(status="nonsense") == 2
    assert shown(job=str(world.done.pk)) == 2
    assert shown(job=str(world.job.pk)) == 0
    assert shown(job="x") == 2
    assert shown(page="99") == 2


def test_it_lists_with_few_queries(
    alice: Client, world: World, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(8):
        alice.get("/account?tab=articles")


def test_it_adds_changes_and_deletes_a_website(alice: Client, world: World) -> None:
    alice.post("/websites", {"name": "Tin", "url": "tin.example"})
    site = Website.objects.get(user=world.alice, name="Tin")
    assert site.url == "https://tin.example"
    alice.post(f"/websites/{site.pk}", {"name": "Tin mới", "url": "http://tin.example"})
    site.refresh_from_db()
    assert (site.name, site.url) == ("Tin mới", "http://tin.example")
    assert "Không</a>" in alice.get(f"/websites/{site.pk}/delete").content.decode()
    alice.post(f"/websites/{site.pk}/delete")
    assert not Website.objects.filter(pk=site.pk).exists()


@pytest.mark.parametrize("url", ["", "ftp://a.example", "javascript:alert(1)", "a b"])
def test_it_refuses_addresses_of_no_website(alice: Client, world: World, url: str) -> None:
    answer = alice.post("/websites", {"name": "Giữ tên", "url": url})
    assert answer.status_code == 200
    assert 'value="Giữ tên"' in answer.content.decode()
    changed = alice.post(f"/websites/{world.website.pk}", {"name": "x", "url": url})
    assert changed.status_code == 200
    world.website.refresh_from_db()
    assert world.website.name == "Blog"
