"""A job that was cleared away: its page, its address, its articles."""

from datetime import timedelta

import pytest
from django.test import Client
from rest_framework.test import APIClient

from batchwriter import database
from jobs import retention
from jobs.retention import Pace
from tests.api.conftest import World, client_of
from tests.jobs.old import make_old


@pytest.fixture
def pruned(world: World) -> int:
    """The id of Alice's finished job, which is gone."""
    make_old(world.done)
    retention.prune_jobs(database.now() - timedelta(days=30), Pace(10))
    return int(world.done.pk)


def test_it_says_that_the_job_is_no_longer_kept(alice: Client, bob: Client, pruned: int) -> None:
    answer = alice.get(f"/jobs/{pruned}")
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "Job này không còn được lưu" in page
    assert f"/account?tab=articles&amp;job={pruned}" in page
    strange = bob.get(f"/jobs/{pruned}")
    assert strange.status_code == 404
    assert "không còn được lưu" not in strange.content.decode()


def test_it_is_not_there_for_anything_else(alice: Client, world: World, pruned: int) -> None:
    assert alice.get(f"/jobs/{pruned}/live").status_code == 404
    assert alice.post(f"/jobs/{pruned}/retry").status_code == 404
    assert f'data-job="{pruned}"' not in alice.get(f"/jobs/live?live={pruned}").content.decode()
    assert f'data-job="{pruned}"' not in alice.get("/account").content.decode()
    client: APIClient = client_of(world.alice)
    for path in ("", "/items"):
        assert client.get(f"/api/batch-jobs/{pruned}{path}").status_code == 404
    for action in ("pause", "resume", "cancel", "retry"):
        assert client.post(f"/api/batch-jobs/{pruned}/{action}").status_code == 404


def test_it_leaves_its_articles(alice: Client, world: World, pruned: int) -> None:
    assert alice.get(f"/articles/{world.article.pk}").status_code == 200
    assert world.article.title in alice.get(f"/account?tab=articles&job={pruned}").content.decode()
    client = client_of(world.alice)
    found = client.get(f"/api/articles?job={pruned}").json()
    assert found["count"] == 2
    assert {row["jobId"] for row in found["results"]} == {pruned}
    assert alice.get("/account?tab=profile").status_code == 200
    assert alice.post(f"/articles/{world.article.pk}/delete").status_code == 302
