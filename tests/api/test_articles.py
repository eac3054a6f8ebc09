"""Articles, websites, models and the user over the API."""

import json
from typing import Any

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from articles.models import Article, WritingModel
from articles.writing.reviews.issue import issue
from tests.api.conftest import World, client_of

ROW_KEYS = {
    "id", "jobId", "keyword", "websiteId", "title", "slug", "metaTitle", "metaDescription",
    "status", "model", "wordCount", "tokensUsed", "createdAt", "updatedAt",
}  # fmt: skip


def test_it_lists_articles_without_their_texts(alice_client: APIClient, world: World) -> None:
    page = alice_client.get("/api/articles").json()
    assert page["count"] == 2
    assert set(page["results"][0]) >= ROW_KEYS
    assert not {"content", "outline"} & set(page["results"][0])
    assert client_of(world.bob).get("/api/articles").json()["count"] == 0


@pytest.mark.parametrize(
    ("query", "count"),
    [({"search": "khóa 1"}, 1), ({"search": "nothing"}, 0), ({"status": "published"}, 0),
     ({"status": "draft"}, 2)],
)  # fmt: skip
def test_it_filters_articles(alice_client: APIClient, query: dict[str, str], count: int) -> None:
    assert alice_client.get("/api/articles", query).json()["count"] == count


def test_it_shows_and_filters_what_reviews_have_marked(
    alice_client: APIClient, world: World
) -> None:
    found = issue("length", words=400, asked=600)
    Article.objects.filter(pk=world.article.pk).update(needs_review=True, issues=[found])
    [marked] = alice_client.get("/api/articles", {"needsReview": "true"}).json()["results"]
    assert (marked["id"], marked["needsReview"]) == (world.article.pk, True)
    assert marked["issues"] == [
        {"code": "length", "message": "The text has 400 words; 600 were asked for."}
    ]
    assert alice_client.get("/api/articles", {"needsReview": "false"}).json()["count"] == 1
    assert alice_client.get("/api/articles", {"needsReview": "1"}).status_code == 400


def test_it_filters_articles_by_job(alice_client: APIClient, world: World) -> None:
    assert alice_client.get("/api/articles", {"job": world.done.pk}).json()["count"] == 2
    assert alice_client.get("/api/articles", {"job": world.job.pk}).json()["count"] == 0
    for wrong in ("x", "-1", "", str(2**63), "9" * 30):
        assert alice_client.get("/api/articles", {"job": wrong}).status_code == 400
    assert alice_client.get("/api/articles?search=%00").status_code == 400


def test_it_changes_an_article_and_cleans_its_text(alice_client: APIClient, world: World) -> None:
    path = f"/api/articles/{world.article.pk}"
    change = {
        "title": "  Tiêu  đề mới 🌸 ",
        "slug": "tieu-de-moi",
        "metaTitle": "Meta",
        "metaDescription": "",
        "content": "<h1>A</h1><p onclick=x>B</p><script>alert(1)</script>",
        "status": "published",
        "websiteId": world.website.pk,
    }
    article = alice_client.patch(path, change).json()
    assert article["title"] == "Tiêu đề mới 🌸"
    assert article["content"] == "<h2>A</h2><p>B</p>"
    assert (article["status"], article["websiteId"], article["wordCount"]) == (
        "published", world.website.pk, 2,
    )  # fmt: skip
    assert alice_client.get(path).json() == article


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"), ({"title": "x" * 201}, "title"), ({"title": None}, "title"),
        ({"title": ["a"]}, "title"), ({"slug": "Not A Slug"}, "slug"),
        ({"slug": ""}, "slug"), ({"slug": "x" * 101}, "slug"),
        ({"metaTitle": "x" * 61}, "metaTitle"),
        ({"metaDescription": "x" * 161}, "metaDescription"), ({"content": None}, "content"),
        ({"content": "a\x00b"}, "content"), ({"status": "deleted"}, "status"),
        ({"websiteId": 999999}, "websiteId"), ({"websiteId": "x"}, "websiteId"),
        ({"tokensUsed": 0}, "tokensUsed"), ({"user": 1}, "user"), ({"id": 1}, "id"),
        ({"title": "\ud800"}, "title"), ({"slug": "\ud800"}, "slug"),
    ],
)  # fmt: skip
def test_it_refuses_wrong_changes(
    alice_client: APIClient, world: World, change: dict[str, Any], field: str
) -> None:
    path = f"/api/articles/{world.article.pk}"
    response = alice_client.patch(path, json.dumps(change), content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"].get("fields", {field: 1}).keys() == {field}
    updated = Article.objects.get(pk=world.article.pk).updated_at
    assert updated == world.article.updated_at


def test_it_refuses_a_slug_that_another_article_has(alice_client: APIClient, world: World) -> None:
    other = Article.objects.exclude(pk=world.article.pk).get()
    response = alice_client.patch(f"/api/articles/{world.article.pk}", {"slug": other.slug})
    assert response.json()["error"]["fields"].keys() == {"slug"}


def test_it_deletes_an_article(alice_client: APIClient, world: World) -> None:
    path = f"/api/articles/{world.article.pk}"
    assert alice_client.delete(path).status_code == 204
    assert alice_client.get(path).status_code == alice_client.delete(path).status_code == 404
    job = alice_client.get(f"/api/batch-jobs/{world.done.pk}").json()
    assert world.article.pk not in job["articleIds"]
    assert job["completedItems"] == 2


def test_it_keeps_websites(alice_client: APIClient, world: World) -> None:
    made = alice_client.post("/api/websites", {"name": "Shop", "url": "https://shop.example"})
    assert made.status_code == 201
    path = f"/api/websites/{made.json()['id']}"
    assert alice_client.patch(path, {"name": "Store"}).json()["name"] == "Store"
    names = [site["name"] for site in alice_client.get("/api/websites").json()["results"]]
    assert names == ["Blog", "Store"]
    assert alice_client.delete(path).status_code == 204
    assert alice_client.get(path).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": "a"}, {"url": "https://a.example"}, {"name": "", "url": "https://a.example"},
        {"name": "a", "url": "javascript:alert(1)"}, {"name": "a", "url": "ftp://a.example"},
        {"name": "a", "url": "x"}, {"name": "x" * 101, "url": "https://a.example"},
        {"name": "a", "url": "https://a.example", "user": 1}, {"name": "\x00", "url": "https://a.b"},
        {"name": ["a"], "url": "https://a.example"}, {"name": "\ud800", "url": "https://a.example"},
    ],
)  # fmt: skip
def test_it_refuses_wrong_websites(alice_client: APIClient, body: dict[str, Any]) -> None:
    raw = json.dumps(body)
    response = alice_client.post("/api/websites", raw, content_type="application/json")
    assert response.status_code == 400


def test_it_keeps_the_articles_of_a_deleted_website(alice_client: APIClient, world: World) -> None:
    path = f"/api/articles/{world.article.pk}"
    alice_client.patch(path, {"websiteId": world.website.pk})
    alice_client.delete(f"/api/websites/{world.website.pk}")
    assert alice_client.get(path).json()["websiteId"] is None


def test_it_offers_models_and_tells_which_can_be_used(
    alice_client: APIClient, settings: LazySettings
) -> None:
    settings.OPENAI_API_KEY, settings.GOOGLE_API_KEY = "sk-for-the-test", ""
    models = {model["id"]: model for model in alice_client.get("/api/models").json()}
    assert models["gpt-4o-mini"] == {
        "id": "gpt-4o-mini", "label": "GPT-4o-mini", "provider": "openai", "model": "gpt-4o-mini",
        "available": True, "retiresOn": "2027-01-14", "replacement": "gpt-6-luna",
    }  # fmt: skip
    assert models["offline"]["available"] and not models["gemini"]["available"]
    assert {model["label"] for model in models.values()} >= {"GPT-4o-mini", "GPT-4", "Gemini"}


def test_it_offers_what_an_operator_adds_at_once(alice_client: APIClient) -> None:
    WritingModel.objects.create(code="new", label="New", provider="offline", model="offline-2")
    WritingModel.objects.filter(code="gemini").update(enabled=False)
    WritingModel.objects.filter(code="gpt-4").update(retires_on="2020-01-01")
    ids = {model["id"] for model in alice_client.get("/api/models").json()}
    assert "new" in ids and not {"gemini", "gpt-4"} & ids


def test_it_says_who_i_am(alice_client: APIClient, world: World) -> None:
    world.alice.refresh_from_db()
    assert alice_client.get("/api/me").json() == {
        "id": world.alice.pk, "username": "alice", "email": "alice@example.com",
        "tokensRemaining": world.alice.tokens_remaining, "tokensHeld": 0,
        "articleLimit": world.alice.article_limit,
    }  # fmt: skip


def test_it_shows_what_an_article_was_made_from(alice_client: APIClient, world: World) -> None:
    address = f"/api/articles/{world.article.pk}"
    shown = alice_client.get(address).json()
    assert (shown["sources"], shown["images"]) == ([], [])
    source = {"title": "Trang", "url": "https://trang.example/", "snippet": "Giá 5", "date": "",
              "query": "phở", "backend": "serper"}  # fmt: skip
    image = {"url": "/media/pictures/ab/x.jpg", "alt": "phở", "width": 9, "height": 6,
             "backend": "pexels", "source": "Pexels", "page": "", "title": "", "creator": "Lan",
             "creator_url": "", "licence": "Pexels License", "licence_url": ""}  # fmt: skip
    Article.objects.filter(pk=world.article.pk).update(sources=[source], images=[image])
    shown = alice_client.get(address).json()
    assert shown["sources"] == [source]
    (picture,) = shown["images"]
    assert (picture["service"], picture["creator"], picture["creatorUrl"]) == ("Pexels", "Lan", "")
    assert "sources" not in alice_client.get("/api/articles").json()["results"][0]
