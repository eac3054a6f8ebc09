"""What is asked for again and again: few queries, by index, and 304 where nothing changed."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts import ledger
from articles import store
from articles.models import Article
from batchwriter import database
from jobs import leases, lifecycle, queue
from jobs.models import BatchItem, BatchJob
from tests.api.conftest import World, client_of
from tests.jobs.conftest import claim, start, write

MOST_QUERIES = 8
MOST_UNCHANGED = 4
Ask = Callable[..., Any]


@pytest.fixture
def quiet(world: World) -> World:
    """The world some time after the last change of an article."""
    Article.objects.update(updated_at=database.now() - timedelta(hours=1))
    return world


@pytest.fixture(params=["fragment of jobs", "fragment of a job", "API job", "API jobs"])
def ask(request: pytest.FixtureRequest, quiet: World) -> Ask:
    """Ask for one of the answers that have an ETag, as Alice; ``ask(etag, language)``."""
    pages, api = Client(), client_of(quiet.alice)
    pages.force_login(quiet.alice)
    client: Any = pages if "fragment" in request.param else api
    path = {
        "fragment of jobs": f"/jobs/live?live={quiet.job.pk},{quiet.done.pk}",
        "fragment of a job": f"/jobs/{quiet.job.pk}/live",
        "API job": f"/api/batch-jobs/{quiet.job.pk}",
        "API jobs": "/api/batch-jobs",
    }[request.param]

    def get(etag: str = "", language: str = "vi") -> Any:
        known = {"HTTP_IF_NONE_MATCH": etag} if etag else {}
        return client.get(path, HTTP_ACCEPT_LANGUAGE=language, **known)

    return get


def test_it_is_sent_once(ask: Ask) -> None:
    first = ask()
    assert first.status_code == 200
    assert first["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Accept-Language", "Authorization"} <= set(first["Vary"].split(", "))
    with CaptureQueriesContext(connection) as captured:
        again = ask(first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert len(captured) <= MOST_UNCHANGED


def waits_again(world: World) -> None:
    """A keyword that was being written waits again; the job's row does not tell."""
    lease = claim(leases.register())
    (one,) = start(lease)
    stamp = BatchJob.objects.values_list("updated_at", flat=True).get(pk=world.job.pk)
    queue.drop(one)
    assert BatchJob.objects.values_list("updated_at", flat=True).get(pk=world.job.pk) == stamp


def others_come(world: World) -> None:
    """Bob's job comes before Alice's next one."""
    from jobs import submission

    checked = submission.parse(world.bob, ["k"], {"model": "offline"})
    lifecycle.create(world.bob, checked)


CHANGES: dict[str, Callable[[World], Any]] = {
    "pause": lambda world: lifecycle.pause(world.job.pk, by=world.alice),
    "start": lambda world: start(claim(leases.register())),
    "write": lambda world: write(start(claim(leases.register()))[0]),
    "wait again": waits_again,
    "line": others_come,
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_sent_again_after_a_change(ask: Ask, quiet: World, change: str) -> None:
    if change == "line":
        # Bob was served before Alice.
        others_come(quiet)
        from jobs.models import UserQueue

        UserQueue.objects.filter(user=quiet.bob).update(
            last_served_at=database.now() - timedelta(days=1), ready=False
        )
    before = ask()["ETag"]
    if change == "line":
        UserQueue.objects.filter(user=quiet.bob).update(ready=True)
    else:
        CHANGES[change](quiet)
    after = ask(before)
    assert after.status_code == 200
    assert after["ETag"] != before


def test_it_is_another_in_another_language(ask: Ask) -> None:
    assert ask(ask()["ETag"], language="en").status_code == 200


def test_it_is_sent_again_when_an_article_is_edited_or_deleted(quiet: World) -> None:
    client: APIClient = client_of(quiet.alice)
    path = f"/api/batch-jobs/{quiet.done.pk}"
    before = client.get(path)["ETag"]
    assert client.get(path, HTTP_IF_NONE_MATCH=before).status_code == 304
    store.edit(quiet.article, title="Một tựa khác")
    edited = client.get(path, HTTP_IF_NONE_MATCH=before)
    assert edited.json()["articles"][-1]["title"] == "Một tựa khác"
    # So soon after a change another may still be on its way.
    assert client.get(path, HTTP_IF_NONE_MATCH=edited["ETag"]).status_code == 304
    store.delete(quiet.article)
    deleted = client.get(path, HTTP_IF_NONE_MATCH=edited["ETag"])
    assert quiet.article.pk not in deleted.json()["articleIds"]


def test_it_is_another_users_never(quiet: World) -> None:
    first = client_of(quiet.alice).get("/api/batch-jobs")["ETag"]
    assert client_of(quiet.bob).get("/api/batch-jobs", HTTP_IF_NONE_MATCH=first).status_code == 200
    path = f"/api/batch-jobs/{quiet.job.pk}"
    mine = client_of(quiet.alice).get(path)["ETag"]
    assert client_of(quiet.bob).get(path, HTTP_IF_NONE_MATCH=mine).status_code == 404


def test_it_shows_a_new_balance_and_waiting_messages(alice: Client, quiet: World) -> None:
    path = f"/jobs/live?live={quiet.job.pk}"
    first = alice.get(path)["ETag"]
    ledger.grant(quiet.alice, 5)
    second = alice.get(path, HTTP_IF_NONE_MATCH=first)
    assert second.status_code == 200
    # Refused, and told with the next page.
    alice.post(f"/jobs/{quiet.job.pk}/resume")
    told = alice.get(path, HTTP_IF_NONE_MATCH=second["ETag"])
    assert told.status_code == 200
    assert "toast" in told.content.decode()


@pytest.mark.parametrize("throttled", [True, False])
def test_it_costs_few_queries_with_many_jobs(
    alice: Client, quiet: World, submit: Any, settings: Any, throttled: bool
) -> None:
    settings.THROTTLE_RATES = {"api": "600/min" if throttled else None, "job_create": None}
    jobs = [submit(quiet.alice, 60) for _ in range(25)]
    lease = claim(leases.register())
    for one in start(lease, 4)[:2]:
        write(one)
    for job in jobs[:2]:
        lifecycle.pause(job.pk, by=quiet.alice)
    api = client_of(quiet.alice)
    ids = ",".join(str(job.pk) for job in jobs)
    asked = [
        (alice, "/account?tab=batch-jobs"), (alice, "/account?tab=batch-jobs&page=2"),
        (alice, f"/jobs/{jobs[0].pk}"), (alice, f"/jobs/{quiet.job.pk}?status=completed"),
        (alice, f"/jobs/live?live={ids}"), (alice, f"/jobs/{quiet.job.pk}/live"),
        (api, f"/api/batch-jobs/{quiet.job.pk}"), (api, "/api/batch-jobs?pageSize=10&page=2"),
    ]  # fmt: skip
    for client, path in asked:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        sqls = "\n".join(one["sql"][:300] for one in captured.captured_queries)
        assert len(captured) <= MOST_QUERIES, f"{path}: {len(captured)}\n{sqls}"
        # Nothing counts keywords or loads those of all jobs.
        if "status=" not in path:
            assert not re.search(r"SELECT COUNT\(\*\)[^(]*FROM .batch_items", sqls), path


@pytest.mark.parametrize("status", ["", "pending", "processing", "completed", "failed"])
def test_it_knows_how_many_keywords_there_are(
    alice: Client, quiet: World, submit: Any, status: str
) -> None:
    lifecycle.cancel(quiet.job.pk, by=quiet.alice)
    job = submit(quiet.alice, 130)
    lease = claim(leases.register())
    write(start(lease, 3)[0])
    for path in (f"/jobs/{job.pk}", f"/jobs/{quiet.job.pk}"):
        page = alice.get(path, {"status": status}).context["page_obj"]
        rows = BatchItem.objects.filter(job=int(path.split("/")[2]))
        number = rows.filter(status=status).count() if status else rows.count()
        assert page.paginator.count == number
        assert len(page) == min(number, 50)


def test_it_is_compared_by_its_content_just_after_an_article_changed(world: World) -> None:
    client = client_of(world.alice)
    path = f"/api/batch-jobs/{world.done.pk}"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    store.delete(Article.objects.get(job_id=world.done.pk, pk=world.article.pk))
    changed = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
