"""The list of jobs: filters with counts in the URL, newest first, in bounded reads."""

import itertools
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from batchwriter import database
from jobs import lifecycle, listing
from jobs.models import BatchJob
from tests.pages.conftest import World

LIST = "/account?tab=batch-jobs"
HTMX = {"HX-Request": "true"}


def chips(page: str) -> dict[str, str]:
    """What each filter counts, by its name."""
    found = re.findall(r'id="job-chip-(\w*)".*?chip-count">([^<]+)<', page)
    return dict(found)


def chosen(page: str) -> str:
    """The filter that is marked as the present one."""
    (name,) = re.findall(r'id="job-chip-(\w*)" class="[^"]*" aria-current="true"', page)
    return str(name)


def shown(page: str) -> list[int]:
    """The ids of the jobs on the page, from the top."""
    return [int(pk) for pk in re.findall(r'data-job="(\d+)"', page)]


@pytest.fixture
def kinds(world: World, submit: Callable[..., BatchJob]) -> dict[str, list[int]]:
    """Alice's jobs by what they are shown as, newest first."""
    paused, cancelled, failed, mixed = (submit(world.alice, 2) for _ in range(4))
    lifecycle.pause(paused.pk, by=world.alice)
    lifecycle.cancel(cancelled.pk, by=world.alice)
    now = database.now()
    BatchJob.objects.filter(pk=failed.pk).update(status="failed", failed_items=2, finished_at=now)
    BatchJob.objects.filter(pk=mixed.pk).update(
        status="completed", completed_items=1, failed_items=1, finished_at=now
    )
    submit(world.bob, 2)
    return {
        "running": [world.job.pk],
        "paused": [paused.pk],
        "errors": [mixed.pk, failed.pk],
        "done": [world.done.pk],
        "cancelled": [cancelled.pk],
    }


def test_it_counts_the_jobs_of_each_kind(alice: Client, kinds: dict[str, list[int]]) -> None:
    page = alice.get(LIST).content.decode()
    numbers = {name: str(len(ids)) for name, ids in kinds.items()}
    assert chips(page) == {"": "6", **numbers}
    assert chosen(page) == ""
    assert shown(page) == sorted(itertools.chain(*kinds.values()), reverse=True)


def test_it_shows_one_kind(alice: Client, kinds: dict[str, list[int]]) -> None:
    for name, ids in kinds.items():
        page = alice.get(f"{LIST}&status={name}").content.decode()
        assert (chosen(page), shown(page)) == (name, ids)
    assert chosen(alice.get(f"{LIST}&status=nonsense").content.decode()) == ""


def test_it_says_that_no_job_is_of_that_kind(alice: Client, world: World) -> None:
    page = alice.get(f"{LIST}&status=paused").content.decode()
    assert "Không có job nào ở trạng thái này" in page
    assert shown(page) == []


def test_it_keeps_the_filter_while_it_follows(alice: Client, kinds: dict[str, list[int]]) -> None:
    (pk,) = kinds["running"]
    page = alice.get(f"{LIST}&status=running").content.decode()
    assert f'hx-get="/jobs/live?live={pk}&amp;status=running"' in page
    fragment = alice.get(f"/jobs/live?live={pk}&status=running").content.decode()
    assert chosen(fragment) == "running"
    assert f'hx-get="/jobs/live?live={pk}&amp;status=running"' in fragment
    answer = alice.post(
        f"/jobs/{pk}/pause", {"ids": str(pk), "status": "running"}, headers=HTMX
    ).content.decode()
    assert (chosen(answer), chips(answer)["running"], chips(answer)["paused"]) == (
        "running", "0", "2",
    )  # fmt: skip


def test_it_counts_no_further_than_needed(
    alice: Client, kinds: dict[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST", 1)
    monkeypatch.setattr("jobs.views.JOBS_PER_PAGE", 1)
    first = alice.get(LIST)
    assert chips(first.content.decode())["errors"] == "1+"
    # Each kind is counted as far as the page lies, so that later pages can be reached.
    third = alice.get(f"{LIST}&status=errors&page=2")
    assert shown(third.content.decode()) == kinds["errors"][1:]


def test_it_pages_newest_first(
    alice: Client, world: World, submit: Callable[..., BatchJob]
) -> None:
    jobs = [submit(world.alice, 1) for _ in range(12)]
    for number, job in enumerate(jobs):
        moment = database.now() + timedelta(minutes=number)
        BatchJob.objects.filter(pk=job.pk).update(created_at=moment)
    pages = [shown(alice.get(f"{LIST}&page={page}").content.decode()) for page in (1, 2, 3)]
    assert [len(ids) for ids in pages] == [10, 4, 4]
    assert pages[0][0] == jobs[-1].pk
    assert pages[1] == pages[2]
    assert not set(pages[0]) & set(pages[1])


def test_it_has_a_page_whatever_is_asked_for(alice: Client, world: World) -> None:
    for page in ("0", "-1", "x", "9" * 30, ""):
        assert shown(alice.get(f"{LIST}&page={page}").content.decode())


def test_it_leads_to_another_job_with_the_same_settings(alice: Client, world: World) -> None:
    for path in (LIST, f"/jobs/{world.done.pk}"):
        page = alice.get(path).content.decode()
        assert f"/account?tab=batch-jobs&amp;write=1&amp;from={world.done.pk}" in page


def test_it_costs_few_queries(
    alice: Client, kinds: dict[str, list[int]], django_assert_max_num_queries: Any
) -> None:
    for path in (LIST, f"{LIST}&status=errors", f"/jobs/live?live={kinds['running'][0]}"):
        alice.get(path)
        with django_assert_max_num_queries(8):
            assert alice.get(path).status_code == 200
