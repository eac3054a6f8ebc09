"""Threats 20, 26 and 27: bodies, jobs and articles beyond what one user may have.

One key for one job (threat 28) stands in ``tests/api/test_jobs.py``.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from jobs import lifecycle
from jobs.models import BatchJob
from tests.api.conftest import World, client_of
from tests.jobs.conftest import person

Submit = Callable[..., BatchJob]
MEGABYTE = 1_000_000


def post(user: Any, keywords: list[str]) -> Any:
    """The answer to a call that makes a job."""
    body = {"keywords": keywords, "settings": {"model": "offline"}}
    return client_of(user).post("/api/batch-jobs", body, format="json")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cap", ["BATCH_MAX_OPEN_JOBS", "BATCH_MAX_ARTICLES_PER_DAY"])
def test_twenty_posts_at_once_with_room_for_one_make_one(settings: LazySettings, cap: str) -> None:
    setattr(settings, cap, 1)
    alice = person("alice")
    statuses: list[int] = []
    ready = threading.Barrier(20)

    def ask(number: int) -> None:
        ready.wait()
        statuses.append(post(alice, [f"keyword {number}"]).status_code)
        connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [429] * 19
    assert BatchJob.objects.count() == 1


def test_a_day_has_so_many_articles_and_no_more(
    world: World, settings: LazySettings, submit: Submit
) -> None:
    settings.BATCH_MAX_ARTICLES_PER_DAY = 6
    assert BatchJob.objects.of(world.alice).count() == 2, "two articles each"
    refused = post(world.alice, ["a", "b", "c"])
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "throttled")
    assert 86_000 < int(refused["Retry-After"]) <= 86_401
    assert "2 are left" in refused.json()["error"]["message"]
    browser = Client()
    browser.force_login(world.alice)
    fields = {"keywords": "a\nb\nc", "model": "offline", "language": "vi", "maxImages": "5",
              "tone": "professional", "length": "short", "outlineOption": "no-outline"}  # fmt: skip
    assert "còn lại 2 bài" in browser.post("/jobs", fields).content.decode()
    lifecycle.cancel(world.job.pk, by=world.alice)
    assert post(world.alice, ["a", "b", "c"]).status_code == 201, "what was cancelled is free again"
    assert post(world.bob, ["a", "b", "c", "d", "e", "f"]).status_code == 201
    yesterday = world.done.created_at - timedelta(days=1)
    BatchJob.objects.of(world.alice).update(created_at=yesterday)
    assert post(world.alice, ["a", "b", "c", "d", "e", "f"]).status_code == 201


@pytest.mark.parametrize("address", ["/account/login", "/jobs", "/api/batch-jobs", "/admin/login/",
                                     "/csp-report", "/no/such/page"])  # fmt: skip
def test_a_huge_body_is_refused_unread(world: World, address: str) -> None:
    """No view takes files; what a form says is its length is believed before it is read."""
    client = Client(raise_request_exception=False)
    huge = SimpleUploadedFile("huge.bin", b"x" * (2 * MEGABYTE + 1))
    answer = client.post(address, {"login": "alice", "file": huge})
    assert answer.status_code == 413
    assert answer.wsgi_request._read_started is False


def test_the_api_refuses_a_megabyte_unread(world: World) -> None:
    answer = client_of(world.alice).post(
        "/api/batch-jobs", b"[" * (MEGABYTE + 1), content_type="application/json"
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "payload_too_large")
    assert answer.wsgi_request._read_started is False


@pytest.mark.parametrize(
    "keywords", [["x"] * 100_000, [f"k{n}" for n in range(20_000)], ["x" * 900_000]]
)
def test_long_lists_are_refused_or_folded_quickly(world: World, keywords: list[str]) -> None:
    answer = post(world.alice, keywords)
    assert answer.status_code == (201 if len(set(keywords)) == 1 and len(keywords) > 1 else 400)
