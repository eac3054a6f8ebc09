"""Cards of jobs, and the fragment that follows them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from jobs import leases, lifecycle
from jobs.models import BatchJob
from jobs.status import ItemStatus, JobStatus, PauseReason
from tests.jobs.conftest import claim, start, write
from tests.pages.conftest import World

MOST_QUERIES = 8


def poll_of(page: str) -> str | None:
    """The address that the page asks again, None where it is silent."""
    found = re.search(r'hx-get="([^"]+)"', page)
    return found[1].replace("&amp;", "&") if found else None


def test_it_shows_a_card_of_each_job(alice: Client, world: World) -> None:
    page = alice.get("/account?tab=batch-jobs").content.decode()
    assert f'data-job="{world.done.pk}" data-status="completed"' in page
    assert f'data-job="{world.job.pk}" data-status="pending"' in page
    assert page.index(f'id="job-{world.job.pk}"') < page.index(f'id="job-{world.done.pk}"')
    assert page.count('role="progressbar"') == 2
    assert f'href="/articles/{world.article.pk}">{world.article.title}</a>' in page


def test_it_asks_again_only_while_something_is_live(alice: Client, world: World) -> None:
    address = poll_of(alice.get("/account?tab=batch-jobs").content.decode())
    assert address == f"/jobs/live?live={world.job.pk}"
    fragment = alice.get(address).content.decode()
    assert poll_of(fragment) == address
    assert f'data-job="{world.job.pk}"' in fragment
    assert f'data-job="{world.done.pk}"' not in fragment
    lifecycle.cancel(world.job.pk, by=world.alice)
    last = alice.get(address).content.decode()
    assert f'data-job="{world.job.pk}" data-status="cancelled"' in last
    assert "hx-get" not in last
    assert "hx-trigger" not in last
    assert "hx-get" not in alice.get("/account?tab=batch-jobs").content.decode()


def test_it_keeps_the_jobs_of_the_page_in_mind(alice: Client, world: World) -> None:
    both = f"{world.job.pk},{world.done.pk}"
    fragment = alice.get(f"/jobs/live?live={world.job.pk}&ids={both}").content.decode()
    assert f'name="ids" value="{both}"' in fragment


@pytest.mark.parametrize("ids", ["", "x", "1;2", ",,", "9" * 30, "-1", "²"])
def test_it_ignores_what_is_no_id(alice: Client, ids: str) -> None:
    answer = alice.get("/jobs/live", {"live": ids, "ids": ids})
    assert answer.status_code == 200
    assert "data-job" not in answer.content.decode()


def test_it_costs_few_queries(
    alice: Client,
    world: World,
    submit: Callable[..., BatchJob],
    django_assert_max_num_queries: Any,
) -> None:
    jobs = [submit(world.alice, 3) for _ in range(6)]
    lease = claim(leases.register())
    for started in start(lease, 2):
        write(started)
    for job in jobs[:2]:
        BatchJob.objects.filter(pk=job.pk).update(
            status=JobStatus.PAUSED, pause_reason=PauseReason.PROVIDER, error_message="503"
        )
    live = ",".join(str(job.pk) for job in [world.job, *jobs])
    with django_assert_max_num_queries(MOST_QUERIES):
        assert alice.get(f"/jobs/live?live={live}").status_code == 200
    with django_assert_max_num_queries(MOST_QUERIES):
        assert alice.get(f"/jobs/{world.job.pk}/live").status_code == 200


def test_it_says_in_words_how_far_a_job_is(alice: Client, world: World) -> None:
    BatchJob.objects.filter(pk=world.done.pk).update(completed_items=1, failed_items=1)
    card = alice.get(f"/jobs/{world.done.pk}").content.decode()
    assert "1 bài xong" in card
    assert "1 lỗi" in card
    assert "Thử lại" in card
    assert 'aria-valuenow="2"' in card


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("out_of_tokens", "Hết token ở từ khóa 1/2, nạp thêm token rồi bấm Tiếp tục"),
        ("article_limit", "Hết giới hạn bài viết ở từ khóa 1/2"),
        ("provider", "chưa phản hồi; job sẽ tự chạy tiếp"),
        ("user", "Bạn đã tạm dừng"),
    ],
)
def test_it_says_why_a_job_pauses(alice: Client, world: World, reason: str, sentence: str) -> None:
    BatchJob.objects.filter(pk=world.job.pk).update(status="paused", pause_reason=reason)
    assert sentence in alice.get("/account").content.decode()


@pytest.mark.parametrize(
    ("status", "buttons"),
    [
        ("pending", {"pause", "cancel"}),
        ("paused", {"resume", "cancel"}),
        ("completed", set()),
    ],
)
def test_it_shows_the_buttons_of_the_state(
    alice: Client, world: World, status: str, buttons: set[str]
) -> None:
    if status == "paused":
        lifecycle.pause(world.job.pk, by=world.alice)
    job = world.done if status == "completed" else world.job
    card = alice.get(f"/jobs/{job.pk}").content.decode()
    actions = set(re.findall(rf'action="/jobs/{job.pk}/(\w+)"', card))
    assert actions == buttons


def test_it_links_to_the_rest_beyond_fifty_articles(alice: Client, world: World) -> None:
    BatchJob.objects.filter(pk=world.done.pk).update(total_items=60, completed_items=60)
    card = alice.get(f"/jobs/{world.done.pk}").content.decode()
    assert f"/account?tab=articles&amp;job={world.done.pk}" in card
    assert "Tất cả 60 bài viết" in card


def test_it_pages_and_filters_the_keywords(
    alice: Client, world: World, submit: Callable[..., BatchJob]
) -> None:
    job = submit(world.alice, 120)
    second = alice.get(f"/jobs/{job.pk}?page=2").content.decode()
    assert "từ khóa 51<" in second
    assert "từ khóa 50<" not in second
    assert poll_of(second) == f"/jobs/{job.pk}/live?page=2"
    job.items.filter(position__lt=3).update(
        status=ItemStatus.FAILED, error_code="refused", error_message="Nhà cung cấp từ chối."
    )
    BatchJob.objects.filter(pk=job.pk).update(failed_items=3)
    failed = alice.get(f"/jobs/{job.pk}?status=failed").content.decode()
    assert failed.count("Nhà cung cấp từ chối.") == 3
    assert "từ khóa 4<" not in failed


def test_it_escapes_what_users_and_models_write(
    alice: Client, world: World, submit: Callable[..., BatchJob]
) -> None:
    job = submit(world.alice, ["<script>alert(1)</script>"])
    for address in ("/account", f"/jobs/{job.pk}"):
        page = alice.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
