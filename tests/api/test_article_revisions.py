"""Revisions of an article over the API: ETag, If-Match, and what comes of neither."""

import pytest
from rest_framework.test import APIClient

from articles.models import Article
from tests.api.conftest import World


@pytest.fixture
def path(world: World) -> str:
    """Of the article."""
    return f"/api/articles/{world.article.pk}"


def test_it_tells_the_revision(alice_client: APIClient, path: str) -> None:
    first = alice_client.get(path)
    assert first.json()["revision"] == 1
    changed = alice_client.patch(path, {"title": "Mới"})
    assert changed.json()["revision"] == 2
    assert changed["ETag"] == alice_client.get(path)["ETag"] != first["ETag"]
    assert alice_client.get(path, HTTP_IF_NONE_MATCH=changed["ETag"]).status_code == 304


def test_it_changes_what_the_client_has_read(alice_client: APIClient, path: str) -> None:
    for mark in ("", "W/"):
        etag = alice_client.get(path)["ETag"]
        answer = alice_client.patch(path, {"title": f"Mới {mark}"}, HTTP_IF_MATCH=mark + etag)
        assert answer.status_code == 200
        assert answer["ETag"] != etag
    assert alice_client.patch(path, {"title": "Nữa"}, HTTP_IF_MATCH="*").status_code == 200


@pytest.mark.parametrize("header", ['"1-1-0"', "nonsense", '"a", "b"', ""])
def test_it_refuses_what_was_changed_meanwhile(
    alice_client: APIClient, path: str, world: World, header: str
) -> None:
    etag = alice_client.get(path)["ETag"]
    alice_client.patch(path, {"title": "Của họ"})
    for tag in (etag, header):
        answer = alice_client.patch(path, {"title": "Của tôi"}, HTTP_IF_MATCH=tag)
        assert answer.status_code == 412
        assert answer.json()["error"]["code"] == "precondition_failed"
        assert "fields" not in answer.json()["error"]
    assert Article.objects.get(pk=world.article.pk).title == "Của họ"


def test_it_lets_the_last_write_win_without_it(
    alice_client: APIClient, path: str, world: World
) -> None:
    alice_client.patch(path, {"title": "Hai"})
    assert alice_client.patch(path, {"title": "Ba"}).status_code == 200
    article = Article.objects.get(pk=world.article.pk)
    assert [(one.title, one.source) for one in article.versions.all()] == [
        ("Hai", "api"), (world.article.title, "writer"),
    ]  # fmt: skip


def test_it_is_another_one_without_its_website(
    alice_client: APIClient, path: str, world: World
) -> None:
    alice_client.patch(path, {"websiteId": world.website.pk})
    etag = alice_client.get(path)["ETag"]
    alice_client.delete(f"/api/websites/{world.website.pk}")
    assert alice_client.get(path, HTTP_IF_NONE_MATCH=etag).status_code == 200
