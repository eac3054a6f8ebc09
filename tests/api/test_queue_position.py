"""How many users are served before a pending job."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from jobs import leases, lifecycle, line
from jobs.models import BatchJob, UserQueue
from tests.api.conftest import World, client_of
from tests.jobs.conftest import claim, person, start, write_all

Submit = Callable[..., BatchJob]


def position(job: BatchJob) -> tuple[int | None, int | None]:
    """What the API says: users before it, and the number of its turn."""
    found = client_of(job.user).get(f"/api/batch-jobs/{job.pk}").json()
    return found["queuePosition"], found["placeInLine"]


@pytest.fixture
def waiting(db: None, submit: Submit) -> list[BatchJob]:
    """A job of each of four users, in the order of their turns, and a second one of the third's."""
    users = [person(f"user{number}") for number in range(4)]
    return [*(submit(user, 2) for user in users), submit(users[2], 1)]


def test_it_counts_the_users_who_are_served_before(waiting: list[BatchJob]) -> None:
    assert [position(job) for job in waiting] == [(0, 1), (1, 2), (2, 3), (3, 4), (3, None)]
    worker = leases.register()
    claim(worker)
    assert [position(job) for job in waiting] == [
        (None, None), (0, 1), (1, 2), (2, 3), (2, None),
    ]  # fmt: skip


def test_it_is_as_the_queue_serves(waiting: list[BatchJob]) -> None:
    worker = leases.register()
    for _ in range(4):
        left = BatchJob.objects.filter(status="pending")
        (next_one,) = [job for job in left if position(job) == (0, 1)]
        assert claim(worker).job_id == next_one.pk


def test_it_counts_nobody_who_has_nothing_to_claim(waiting: list[BatchJob]) -> None:
    worker = leases.register()
    done = write_all(worker)
    assert UserQueue.objects.get(user=done.user).ready
    UserQueue.objects.filter(user=done.user).update(last_served_at=done.created_at)
    lifecycle.pause(waiting[1].pk, by=waiting[1].user)
    assert [position(job)[0] for job in waiting] == [None, None, 0, 1, 1]


def test_it_comes_after_the_job_of_the_user_that_is_being_written(
    waiting: list[BatchJob], submit: Submit
) -> None:
    start(claim(leases.register()))
    another = submit(waiting[0].user, 1)
    assert position(another) == (3, None)


def test_it_counts_no_further_than_it_must(
    waiting: list[BatchJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "QUESTION", line.QUESTION.replace(f"LIMIT {line.MOST}", "LIMIT 2"))
    assert [position(job)[0] for job in waiting[:4]] == [0, 1, 2, 2]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Next in line", "1 other user comes before it", "2 other users come before it",
                "3 other users come before it"]),
        ("vi", ["Đến lượt kế tiếp", "trước đó còn 1 người dùng khác",
                "trước đó còn 2 người dùng khác", "trước đó còn 3 người dùng khác"]),
    ],
)  # fmt: skip
def test_it_says_so_on_the_page(waiting: list[BatchJob], language: str, words: list[str]) -> None:
    for job, sentence in zip(waiting, words, strict=False):
        client = Client()
        client.force_login(job.user)
        page: Any = client.get(f"/jobs/{job.pk}", HTTP_ACCEPT_LANGUAGE=language)
        assert sentence in page.content.decode()


def test_it_is_null_for_what_is_not_pending(world: World) -> None:
    assert position(world.done) == (None, None)
    lifecycle.pause(world.job.pk, by=world.alice)
    assert position(world.job) == (None, None)
    listed = client_of(world.alice).get("/api/batch-jobs").json()["results"]
    assert {job["queuePosition"] for job in listed} == {None}
