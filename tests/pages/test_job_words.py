"""What a card and its keywords say: the state, the time left, what failed and what helps."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from articles.providers.base import Usage
from batchwriter import database
from jobs import leases, lifecycle, progress, wording
from jobs.models import BatchItem, BatchJob
from jobs.settlement import Failure, fail
from tests.jobs.conftest import claim, start, write
from tests.pages.conftest import World


def left(page: str) -> str | None:
    """What the card says of the time left."""
    found = re.search(r"<li data-left>([^<]*)</li>", page)
    return found[1] if found else None


@pytest.fixture
def running(world: World, submit: Callable[..., BatchJob]) -> Callable[[int, float], BatchJob]:
    """``running(written, seconds)``: a job of 12 that is written two at a time."""

    def make(written: int, seconds: float) -> BatchJob:
        lifecycle.cancel(world.job.pk, by=world.alice)
        job = submit(world.alice, 12)
        lease = claim(leases.register())
        for started in start(lease, written):
            write(started)
        end = database.now()
        for item in BatchItem.objects.filter(job=job, status="completed"):
            took = timedelta(seconds=seconds * (1 + item.position % 3))
            BatchItem.objects.filter(pk=item.pk).update(started_at=end - took, finished_at=end)
        start(lease, 2)
        return job

    return make


def test_it_says_how_long_it_will_take(alice: Client, running: Any) -> None:
    job = running(3, 10)
    # The median of 10, 20 and 30 seconds; seven wait, two run and are half done.
    assert left(alice.get(f"/jobs/{job.pk}").content.decode()) == "Còn lại: khoảng 2 phút"
    assert left(alice.get(f"/jobs/{job.pk}/live").content.decode()) == "Còn lại: khoảng 2 phút"
    assert left(alice.get(f"/jobs/live?live={job.pk}").content.decode()) is not None


@pytest.mark.parametrize("written", [0, 1])
def test_it_says_so_after_two_articles(alice: Client, running: Any, written: int) -> None:
    job = running(written, 10)
    assert left(alice.get(f"/jobs/{job.pk}").content.decode()) is None


def test_it_learns_from_the_newest_articles_alone(running: Any, monkeypatch: Any) -> None:
    job = running(6, 1)
    BatchItem.objects.filter(job=job, position__lt=4).update(
        started_at=database.now() - timedelta(days=1)
    )
    monkeypatch.setattr(progress, "NEWEST_ARTICLES", 2)
    (snapshot,) = progress.snapshots([progress.shown(BatchJob.objects.filter(pk=job.pk)).get()])
    assert snapshot.seconds == [3.0, 2.0]
    assert snapshot.seconds_left == 2.5 * (4 / 2 + 0.5)


def test_it_promises_nothing_while_it_stands(alice: Client, world: World, running: Any) -> None:
    job = running(4, 1)
    lifecycle.pause(job.pk, by=world.alice)
    page = alice.get(f"/jobs/{job.pk}").content.decode()
    assert left(page) is None
    assert "2 bài đang viết dở sẽ được viết nốt" in page


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "khoảng 5 giây"), (12.2, "khoảng 15 giây"), (59, "khoảng 60 giây"),
        (61, "khoảng 2 phút"), (7300, "khoảng 3 giờ"),
    ],
)  # fmt: skip
def test_it_rounds_up(db: None, seconds: float, words: str) -> None:
    assert wording.time_left(seconds) == words


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"status": "paused", "pause_reason": "out_of_tokens"}, "Hết token"),
        ({"status": "paused", "pause_reason": "article_limit"}, "Hết giới hạn bài viết"),
        ({"status": "paused", "pause_reason": "user"}, "Bạn đã tạm dừng"),
    ],
)
def test_it_names_the_state_so_that_one_can_act(
    alice: Client, world: World, changes: dict[str, Any], word: str
) -> None:
    BatchJob.objects.filter(pk=world.job.pk).update(**changes)
    page = alice.get(f"/jobs/{world.job.pk}").content.decode()
    assert f"<span data-status-word>{word}</span>" in page
    balance = 'href="/account?tab=profile">Xem số dư' in page
    assert balance == (changes["pause_reason"] != "user")


def test_it_says_where_a_job_ended_with_errors(alice: Client, world: World) -> None:
    BatchJob.objects.filter(pk=world.done.pk).update(completed_items=1, failed_items=1)
    card = alice.get("/account").content.decode()
    assert "<span data-status-word>Hoàn thành, có lỗi</span>" in card


def test_it_says_that_nothing_moves(alice: Client, running: Any) -> None:
    job = running(1, 1)
    path = f"/jobs/{job.pk}"
    assert "3 phút không có hoạt động" not in alice.get(path).content.decode()
    BatchJob.objects.filter(pk=job.pk).update(
        last_activity_at=database.now() - timedelta(seconds=181)
    )
    assert "3 phút không có hoạt động" in alice.get(path).content.decode()


@pytest.fixture
def failed(world: World) -> BatchItem:
    """The first keyword of Alice's open job, which has ended without it."""
    first, second = start(claim(leases.register()), 2)
    fail(first, Failure("refused", "The model refused: tôi không thể."), Usage())
    write(second)
    return BatchItem.objects.get(job=world.job, position=0)


def test_it_says_in_plain_words_why_a_keyword_failed(alice: Client, failed: BatchItem) -> None:
    page = alice.get(f"/jobs/{failed.job_id}").content.decode()
    assert "Model từ chối viết về từ khóa này." in page
    assert "The model refused: tôi không thể. <code>refused</code>" in page


def test_it_shows_what_it_has_no_words_for(failed: BatchItem) -> None:
    failed.error_code, failed.error_message = "unheard_of", "Something new."
    assert wording.failure(failed) == "Something new."


def test_it_retries_one_keyword_from_the_page(
    alice: Client, world: World, failed: BatchItem
) -> None:
    path = f"/jobs/{world.job.pk}/items/0/retry"
    assert f'action="{path}"' in alice.get(f"/jobs/{world.job.pk}").content.decode()
    answer = alice.post(path, {"items": ""}, headers={"HX-Request": "true"}).content.decode()
    assert f'data-job="{world.job.pk}" data-status="pending"' in answer
    assert f'action="{path}"' not in answer
    refused = alice.post(path, follow=True)
    assert refused.redirect_chain == [(f"/jobs/{world.job.pk}", 302)]
    assert "notice-error" in refused.content.decode()


def test_it_retries_no_keyword_of_somebody_else(
    bob: Client, world: World, failed: BatchItem
) -> None:
    assert bob.post(f"/jobs/{world.job.pk}/items/0/retry").status_code == 404


def test_it_retries_no_keyword_that_is_not_there(alice: Client, world: World) -> None:
    for position in (2, 10**12):
        assert alice.post(f"/jobs/{world.job.pk}/items/{position}/retry").status_code == 404
    assert alice.get(f"/jobs/{world.job.pk}/items/0/retry").status_code == 405


def test_it_counts_keywords_by_state(alice: Client, running: Any) -> None:
    job = running(3, 1)
    BatchItem.objects.filter(job=job, position=0).update(status="failed", article=None)
    BatchJob.objects.filter(pk=job.pk).update(completed_items=2, failed_items=1)
    page = alice.get(f"/jobs/{job.pk}").content.decode()
    counted = dict(re.findall(r'id="item-chip-(\w+)".*?chip-count">(\d+)<', page))
    assert counted == {
        "all": "12", "pending": "7", "processing": "2", "completed": "2", "failed": "1",
        "cancelled": "0",
    }  # fmt: skip
    lifecycle.cancel(job.pk, by=None)
    page = alice.get(f"/jobs/{job.pk}").content.decode()
    counted = dict(re.findall(r'id="item-chip-(\w+)".*?chip-count">(\d+)<', page))
    assert (counted["pending"], counted["processing"], counted["cancelled"]) == ("0", "0", "9")


def test_it_shows_the_seconds_of_each_keyword(alice: Client, world: World) -> None:
    moment: datetime = database.now()
    BatchItem.objects.filter(job=world.done, position=0).update(
        started_at=moment - timedelta(seconds=75), finished_at=moment
    )
    page = alice.get(f"/jobs/{world.done.pk}").content.decode()
    row = page[page.index('id="item-0"') : page.index('id="item-1"')]
    assert ">75</td>" in row
    assert world.article.title in row


def test_it_pages_a_thousand_keywords(
    alice: Client, world: World, submit: Callable[..., BatchJob]
) -> None:
    job = submit(world.alice, 1000)
    page = alice.get(f"/jobs/{job.pk}?page=9").content.decode()
    numbers = re.findall(r'id="page-(\d+)"', page)
    assert numbers == ["1", "8", "9", "10", "20"]
    assert 'aria-current="page" href="?page=9"' in page
