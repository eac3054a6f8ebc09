"""Making, listing and steering jobs over the API."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from jobs import lifecycle
from jobs.models import BatchItem, BatchJob
from tests.api.conftest import World, client_of
from tests.jobs.conftest import person

JOB_KEYS = {
    "jobId", "jobType", "status", "totalItems", "completedItems", "failedItems", "currentIndex",
    "tokensAtStart", "tokensUsed", "articlesLimitAtStart", "articleIds", "articles", "pauseReason",
    "errorMessage", "elapsedSeconds", "settings", "createdAt", "startedAt", "lastActivityAt",
    "finishedAt",
}  # fmt: skip
BODY: dict[str, Any] = {
    "keywords": ["forex cơ bản", "giao dịch forex"],
    "settings": {"model": "offline"},
}


def test_it_makes_a_job_with_all_settings_filled_in(alice_client: APIClient, world: World) -> None:
    response = alice_client.post("/api/batch-jobs", BODY)
    assert response.status_code == 201
    job = response.json()
    assert set(job) >= JOB_KEYS
    assert job["settings"] == {
        "model": "offline", "language": "vi", "tone": "professional", "length": "medium",
        "targetWords": None,
        "outlineOption": "no-outline", "customOutline": None, "autoInsertImages": False,
        "maxImages": 5, "websiteId": None, "useGoogleSearch": False,
    }  # fmt: skip
    assert (job["status"], job["totalItems"], job["articles"], job["articleIds"]) == (
        "pending", 2, [], [],
    )  # fmt: skip
    world.alice.refresh_from_db()
    assert job["tokensAtStart"] == world.alice.tokens_remaining


@pytest.mark.parametrize("name", ["offline", "OFFLINE", "Offline writer", " offline writer "])
def test_it_knows_models_by_id_and_label(alice_client: APIClient, name: str) -> None:
    body = {**BODY, "settings": {"model": name}}
    assert alice_client.post("/api/batch-jobs", body).json()["settings"]["model"] == "offline"


@pytest.mark.parametrize(
    ("keywords", "kept"),
    [
        ("a\nb, c\r\nA,,\n", ["a", "b", "c"]),
        (["  a ", "", "a, b", "A"], ["a", "a, b"]),
        (["e\u0302", "ê", "Ê"], ["ê"]),
        (["Đà Lạt 🌸", "Đà Lạt 🌹"], ["Đà Lạt 🌸", "Đà Lạt 🌹"]),
        (["ma", "má", "mà"], ["ma", "má", "mà"]),
        (["x" * 200], ["x" * 200]),
    ],
)
def test_it_cleans_keywords(alice_client: APIClient, keywords: Any, kept: list[str]) -> None:
    job = alice_client.post("/api/batch-jobs", {**BODY, "keywords": keywords}).json()
    rows = BatchItem.objects.filter(job=job["jobId"]).order_by("position")
    assert list(rows.values_list("keyword", flat=True)) == kept


BAD_KEYWORDS: list[Any] = [
    None, 5, True, {}, [], "", " ", "\n,\n", [""], [None], [1], [["a"]], [{}], ["x" * 201],
    ["a\x00b"], ["\ud800"], "\udfff", [f"k{n}" for n in range(1001)], {"a": "b"}, 1.5,
]  # fmt: skip
BAD_SETTINGS: list[Any] = [
    None, 5, "offline", [], {}, {"model": None}, {"model": ""}, {"model": 5}, {"model": "gpt-99"},
    {"model": ["offline"]}, {"model": "offline\x00"}, {"model": "\ud800"},
    {"model": "offline", "language": "xx"}, {"model": "offline", "language": None},
    {"model": "offline", "language": 5}, {"model": "offline", "tone": "angry"},
    {"model": "offline", "tone": ["casual"]}, {"model": "offline", "length": "huge"},
    {"model": "offline", "length": 600}, {"model": "offline", "outlineOption": "none"},
    {"model": "offline", "outlineOption": "custom-outline"},
    {"model": "offline", "outlineOption": "custom-outline", "customOutline": "  "},
    {"model": "offline", "outlineOption": "custom-outline", "customOutline": "a\n b\n  c\n   d"},
    {"model": "offline", "outlineOption": "custom-outline", "customOutline": "x" * 201},
    {"model": "offline", "targetWords": 299}, {"model": "offline", "targetWords": 5001},
    {"model": "offline", "targetWords": "600"}, {"model": "offline", "targetWords": True},
    {"model": "offline", "targetWords": 600.5},
    {"model": "offline", "customOutline": 5}, {"model": "offline", "customOutline": "x" * 10001},
    {"model": "offline", "customOutline": "\x00"}, {"model": "offline", "autoInsertImages": "yes"},
    {"model": "offline", "autoInsertImages": 1}, {"model": "offline", "maxImages": -1},
    {"model": "offline", "maxImages": 21}, {"model": "offline", "maxImages": 1.5},
    {"model": "offline", "maxImages": True}, {"model": "offline", "maxImages": "5"},
    {"model": "offline", "websiteId": 999999}, {"model": "offline", "websiteId": "1"},
    {"model": "offline", "websiteId": 10**30}, {"model": "offline", "websiteId": True},
    {"model": "offline", "useGoogleSearch": True}, {"model": "offline", "useGoogleSearch": "no"},
    {"model": "offline", "price": 0}, {"model": "GPT-4"}, {"model": "offline", "tokens": 1},
]  # fmt: skip
BAD_RAW = [
    b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"keywords": NaN}',
    b'{"a":' * 50_000, b'{"keywords": ["\\ud800"], "settings": {"model": "offline"}}',
    b'{"keywords": ["a"], "settings": {"model": "offline"}, "status": "completed"}',
    b'{"keywords": ["a"], "settings": {"model": "offline"}, "\\ud800": 1}',
    b'{"keywords": ["a"], "settings": {"model": "offline", "maxImages": ' + b"9" * 5000 + b"}}",
]  # fmt: skip


def send(client: APIClient, path: str, body: Any) -> Any:
    """Post ``body`` as JSON in ASCII, lone surrogates and all."""
    return client.post(path, json.dumps(body), content_type="application/json")


def refused(response: Any) -> dict[str, Any]:
    """The error of a response that must be a 400 in the contract's shape."""
    assert response.status_code == 400, response.content[:300]
    error: dict[str, Any] = response.json()["error"]
    assert error["code"] in ("validation_error", "malformed")
    assert error["message"]
    if error["code"] == "validation_error":
        assert error["fields"] and all(isinstance(one, list) for one in error["fields"].values())
    assert BatchJob.objects.count() == 2
    return error


@pytest.mark.parametrize("keywords", BAD_KEYWORDS, ids=lambda value: repr(value)[:30])
@pytest.mark.parametrize("path", ["/api/batch-jobs", "/api/batch-jobs/estimate"])
def test_it_refuses_bad_keywords(alice_client: APIClient, path: str, keywords: Any) -> None:
    error = refused(send(alice_client, path, {**BODY, "keywords": keywords}))
    assert set(error.get("fields", {"keywords": 1})) == {"keywords"}


@pytest.mark.parametrize("settings", BAD_SETTINGS, ids=lambda value: repr(value)[:60])
def test_it_refuses_bad_settings(alice_client: APIClient, settings: Any) -> None:
    error = refused(send(alice_client, "/api/batch-jobs", {**BODY, "settings": settings}))
    assert all(name.startswith("settings") for name in error.get("fields", {}))


@pytest.mark.parametrize("raw", BAD_RAW, ids=lambda value: repr(value[:40]))
def test_it_refuses_bad_bodies(alice_client: APIClient, raw: bytes) -> None:
    refused(alice_client.post("/api/batch-jobs", raw, content_type="application/json"))


def test_it_refuses_bodies_over_a_megabyte(alice_client: APIClient) -> None:
    raw = b'{"keywords": ["' + b"a" * 1_000_001 + b'"]}'
    response = alice_client.post("/api/batch-jobs", raw, content_type="application/json")
    assert (response.status_code, response.json()["error"]["code"]) == (413, "payload_too_large")


def test_it_refuses_other_kinds_of_bodies(alice_client: APIClient) -> None:
    response = alice_client.post("/api/batch-jobs", "a=b", content_type="text/plain")
    assert (response.status_code, response.json()["error"]["code"]) == (
        415,
        "unsupported_media_type",
    )


def test_it_refuses_a_website_of_somebody_else(world: World) -> None:
    body = {**BODY, "settings": {"model": "offline", "websiteId": world.website.pk}}
    assert client_of(world.bob).post("/api/batch-jobs", body).status_code == 400
    assert client_of(world.alice).post("/api/batch-jobs", body).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "ключ", "a\tb"])
def test_it_refuses_unusable_keys(alice_client: APIClient, key: str) -> None:
    response = alice_client.post("/api/batch-jobs", BODY, headers={"Idempotency-Key": key})
    assert set(refused(response)["fields"]) == {"Idempotency-Key"}


def test_it_makes_one_job_for_one_key(alice_client: APIClient) -> None:
    key = {"Idempotency-Key": "k1"}
    bad = alice_client.post("/api/batch-jobs", {**BODY, "keywords": []}, headers=key)
    first = alice_client.post("/api/batch-jobs", BODY, headers=key)
    again = alice_client.post("/api/batch-jobs", BODY, headers=key)
    other = alice_client.post("/api/batch-jobs", {**BODY, "keywords": ["c"]}, headers=key)
    codes = [response.status_code for response in (bad, first, again, other)]
    assert codes == [400, 201, 200, 409]
    assert first.json()["jobId"] == again.json()["jobId"]
    assert other.json()["error"]["code"] == "idempotency_conflict"


@pytest.mark.django_db(transaction=True)
def test_it_makes_one_job_of_twenty_equal_posts_at_once() -> None:
    client_user = person("alice")
    answers: list[tuple[int, int]] = []
    gate = threading.Barrier(20)

    def post() -> None:
        client = client_of(client_user)
        gate.wait()
        response = client.post("/api/batch-jobs", BODY, headers={"Idempotency-Key": "same"})
        answers.append((response.status_code, response.json().get("jobId", 0)))
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(code for code, _ in answers) == [200] * 19 + [201]
    assert len({job for _, job in answers}) == BatchJob.objects.count() == 1


def test_it_answers_429_when_too_many_jobs_are_open(
    alice_client: APIClient, settings: LazySettings
) -> None:
    settings.BATCH_MAX_OPEN_JOBS = 1
    response = alice_client.post("/api/batch-jobs", BODY)
    assert (response.status_code, response.json()["error"]["code"]) == (429, "throttled")
    assert int(response["Retry-After"]) > 0


def test_it_estimates_without_writing(alice_client: APIClient, world: World) -> None:
    body = {**BODY, "keywords": ["a", "b", "A"]}
    answer = alice_client.post("/api/batch-jobs/estimate", body).json()
    world.alice.refresh_from_db()
    assert answer["totalItems"] == answer["affordableItems"] == 2
    assert answer["tokensAvailable"] == world.alice.tokens_remaining
    assert (answer["duplicates"], answer["warnings"]) == (["A"], [])
    assert BatchJob.objects.count() == 2
    job = alice_client.post("/api/batch-jobs", body).json()
    held = sum(
        BatchItem.objects.filter(job=job["jobId"]).values_list("tokens_estimated", flat=True)
    )
    assert answer["estimatedTokens"] == held


def test_it_lists_jobs_newest_first_by_pages(alice_client: APIClient, world: World) -> None:
    page = alice_client.get("/api/batch-jobs", {"pageSize": 1}).json()
    assert (page["count"], page["previous"]) == (2, None)
    assert [job["jobId"] for job in page["results"]] == [world.job.pk]
    second = alice_client.get(page["next"]).json()
    assert [job["jobId"] for job in second["results"]] == [world.done.pk]
    assert "articles" not in second["results"][0]
    assert len(second["results"][0]["articleIds"]) == 2
    assert client_of(world.bob).get("/api/batch-jobs").json()["count"] == 0
    filtered = alice_client.get("/api/batch-jobs", {"status": "completed"}).json()
    assert [job["jobId"] for job in filtered["results"]] == [world.done.pk]


@pytest.mark.parametrize("path", ["batch-jobs", "articles", "websites", "batch-jobs/{job}/items"])
@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=99", "page=", "pageSize=0", "pageSize=201", "pageSize=-1"]
)
def test_it_refuses_bad_pages(alice_client: APIClient, world: World, path: str, query: str) -> None:
    response = alice_client.get(f"/api/{path.format(job=world.job.pk)}?{query}")
    assert response.status_code == 400
    assert set(response.json()["error"]["fields"]) == {query.partition("=")[0]}


@pytest.mark.parametrize("path", ["batch-jobs", "articles", "batch-jobs/{job}/items"])
def test_it_refuses_unknown_filters(alice_client: APIClient, world: World, path: str) -> None:
    response = alice_client.get(f"/api/{path.format(job=world.job.pk)}?status=lost")
    assert response.json()["error"]["fields"].keys() == {"status"}


def test_it_shows_a_job_with_its_articles(alice_client: APIClient, world: World) -> None:
    job = alice_client.get(f"/api/batch-jobs/{world.done.pk}").json()
    assert (job["status"], job["currentIndex"], job["tokensUsed"]) == ("completed", 2, 200)
    assert [one["id"] for one in job["articles"]] == job["articleIds"][::-1]
    assert job["finishedAt"].endswith("Z") and "." in job["finishedAt"]


def test_it_shows_the_items_by_position(alice_client: APIClient, world: World) -> None:
    page = alice_client.get(f"/api/batch-jobs/{world.done.pk}/items").json()
    assert [item["position"] for item in page["results"]] == [0, 1]
    assert page["results"][0] == {
        "position": 0, "keyword": "từ khóa 1", "status": "completed",
        "title": None, "note": None, "language": None, "length": None,
        "articleId": page["results"][0]["articleId"], "attempts": 1, "tokensUsed": 100,
        "errorCode": None, "errorMessage": None,
        "startedAt": page["results"][0]["startedAt"],
        "finishedAt": page["results"][0]["finishedAt"],
    }  # fmt: skip


def test_it_answers_304_where_nothing_changed(alice_client: APIClient, world: World) -> None:
    for path in ("/api/batch-jobs", f"/api/batch-jobs/{world.job.pk}"):
        first = alice_client.get(path)
        again = alice_client.get(path, headers={"If-None-Match": first["ETag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    lifecycle.pause(world.job.pk, by=world.alice)
    changed = alice_client.get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_it_steers_jobs(alice_client: APIClient, world: World) -> None:
    path = f"/api/batch-jobs/{world.job.pk}"
    steps = [
        ("pause", 200, "paused"), ("pause", 409, "paused"), ("retry", 409, "paused"),
        ("resume", 200, "pending"), ("resume", 409, "pending"), ("cancel", 200, "cancelled"),
        ("cancel", 409, "cancelled"), ("resume", 409, "cancelled"),
    ]  # fmt: skip
    for action, code, status in steps:
        response = alice_client.post(f"{path}/{action}")
        assert response.status_code == code
        if code == 409:
            assert response.json()["error"]["code"] == "invalid_transition"
        assert alice_client.get(path).json()["status"] == status


@pytest.mark.parametrize("path", ["batch-jobs", "batch-jobs/{job}", "batch-jobs/{job}/items"])
def test_it_reads_with_few_queries(
    world: World,
    submit: Callable[..., BatchJob],
    path: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(5):
        submit(world.alice, 3)
    client = client_of(world.alice)
    with django_assert_max_num_queries(8):
        assert client.get(f"/api/{path.format(job=world.done.pk)}").status_code == 200
