"""Saving an article by script and by form, its versions, and its text as files."""

import json
from typing import Any

import pytest
from django.test import Client

from articles import store
from articles.models import Article
from tests.pages.conftest import World
from tests.pages.test_articles import fields

RICH = "<h2>Mục</h2><p>Một &amp; <strong>hai</strong></p><pre><code>a\n  b</code></pre>"


@pytest.fixture
def address(world: World) -> str:
    """Of the article."""
    return f"/articles/{world.article.pk}"


def save(client: Client, address: str, article: Article, **changes: Any) -> dict[str, Any]:
    """What the page's script is told."""
    answer = client.post(f"{address}/save", fields(article, **changes))
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


def now(world: World) -> Article:
    """The article as it is."""
    return Article.objects.get(pk=world.article.pk)


def test_it_saves_for_a_script(alice: Client, world: World, address: str) -> None:
    said = save(alice, address, world.article, title="Mới", revision=1, autosave=1)
    assert (said["state"], said["revision"]) == ("saved", 2)
    assert said["savedAt"].endswith("Z")
    assert (now(world).title, now(world).source) == ("Mới", "autosave")


def test_it_changes_nothing_when_nothing_changed(alice: Client, world: World, address: str) -> None:
    store.edit(world.article, content=RICH)
    for text in (RICH, RICH.replace("\n", "\r\n"), f"\r\n{RICH}\r\n"):
        said = save(alice, address, world.article, content=text, revision=2)
        assert (said["state"], said["revision"]) == ("saved", 2)
        alice.post(address, fields(world.article, content=text, revision=2))
    assert (now(world).content, now(world).revision) == (RICH, 2)
    assert now(world).versions.count() == 1


def test_it_tells_a_script_what_is_wrong(alice: Client, world: World, address: str) -> None:
    said = save(alice, address, world.article, slug="Có dấu", metaTitle="x" * 61)
    assert said["state"] == "invalid"
    assert said["errors"].keys() == {"slug", "metaTitle"}
    assert now(world).revision == 1


@pytest.mark.parametrize("by_script", [True, False])
def test_it_overwrites_nobody(alice: Client, world: World, address: str, by_script: bool) -> None:
    store.edit(now(world), title="Từ tab kia", source=Article.Source.API)
    sent = fields(world.article, title="Từ tab này", content="<p>Chữ của tôi</p>", revision=1)
    if by_script:
        said = save(alice, address, world.article, **sent)
        assert (said["state"], said["revision"]) == ("conflict", 2)
        notice = said["notice"]
    else:
        answer = alice.post(address, sent)
        assert answer.status_code == 409
        notice = answer.content.decode()
        assert "&lt;p&gt;Chữ của tôi&lt;/p&gt;" in notice
        assert 'value="Từ tab này"' in notice
        assert 'name="revision" value="1"' in notice
    assert "Qua API" in notice
    assert 'name="keep" value="2"' in notice
    assert "<del>" in notice
    assert "kia" in notice
    assert (now(world).title, now(world).revision) == ("Từ tab kia", 2)


def test_it_keeps_mine_when_told(alice: Client, world: World, address: str) -> None:
    store.edit(now(world), title="Từ tab kia")
    alice.post(address, fields(world.article, title="Của tôi", revision=1, keep=2))
    assert (now(world).title, now(world).revision) == ("Của tôi", 3)
    assert now(world).versions.all()[0].title == "Từ tab kia"
    answer = alice.post(address, fields(world.article, title="Muộn", revision=1, keep=2))
    assert answer.status_code == 409


def test_it_is_never_kept_by_the_browser(alice: Client, address: str, world: World) -> None:
    assert "no-store" in alice.get(address)["Cache-Control"]


def test_it_compares_and_brings_back(alice: Client, world: World, address: str) -> None:
    store.edit(now(world), title="Hai", content="<p>khác hẳn</p>")
    page = alice.get(f"{address}/versions", {"from": "1", "to": "2"}).content.decode()
    assert "Bản gốc" in page
    assert "<ins>" in page
    assert "khác hẳn" in page
    answer = alice.post(f"{address}/versions/1/restore")
    assert answer["Location"] == address
    assert (now(world).title, now(world).revision) == (world.article.title, 3)
    assert alice.post(f"{address}/versions/9/restore").status_code == 404
    assert alice.get(f"{address}/versions/1/restore").status_code == 405


@pytest.mark.parametrize("query", ["from=x&to=2", "from=99&to=1", "from=&to=", "from=-1", "to=1"])
def test_it_shows_versions_whatever_is_asked(
    alice: Client, world: World, address: str, query: str
) -> None:
    store.edit(now(world), title="Hai")
    assert alice.get(f"{address}/versions?{query}").status_code == 200


def test_it_gives_the_text_as_files(alice: Client, world: World, address: str) -> None:
    store.edit(now(world), content=RICH, slug="bai-viet", title="Tựa")
    page = alice.get(f"{address}.html")
    assert page.content.decode() == f"{RICH}\n"
    assert page["Content-Disposition"] == 'attachment; filename="bai-viet.html"'
    text = alice.get(f"{address}.md")
    assert text.content.decode() == ("# Tựa\n\n## Mục\n\nMột & **hai**\n\n```\na\n  b\n```\n")
    assert text["Content-Type"] == "text/markdown; charset=utf-8"


def test_it_reads_few_rows(
    alice: Client, world: World, address: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        store.edit(now(world), title=f"Tựa {number}")
    for path in ("", "/versions", "/versions?from=1&to=30"):
        with django_assert_max_num_queries(8):
            assert alice.get(address + path).status_code == 200
    with django_assert_max_num_queries(16):
        save(alice, address, world.article, title="Mới", revision=31)
