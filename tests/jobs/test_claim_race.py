"""Many claimers at once: every job is claimed once, no user has two, and everybody has a turn."""

import os
from collections.abc import Callable

import pytest

from accounts.models import User
from articles.models import WritingModel
from batchwriter import database
from jobs import turns
from jobs.models import BatchEvent, BatchJob
from tests.fakes.claimer import (
    Claim,
    claimers,
    claims,
    overlapping,
    share_while_all_wait,
    twice,
)
from tests.fakes.worker import database_url
from tests.jobs.conftest import person
from tests.jobs.test_lifecycle import assert_sound

pytestmark = pytest.mark.django_db(transaction=True)
Submit = Callable[..., BatchJob]
PROCESSES, HOLD_SECONDS, WRITES = 4, 0.002, -1.0
USERS, NEIGHBOURS, ROUNDS = 20, 3, 5


def race(hold: float) -> list[Claim]:
    """What real processes claim until no job is left."""
    environment = {**os.environ, "DATABASE_URL": database_url()}
    with claimers(PROCESSES, environment, hold) as all_:
        all_.begin()
        reports = all_.wait()
    assert all(report.claims for report in reports), "one process did it all"
    found = claims(reports)
    assert overlapping(found) == []
    assert twice(found) == set()
    return found


def rows(users: list[User], each: int) -> list[BatchJob]:
    """Pending jobs without keywords, ``each`` of a user next to each other."""
    now, model = database.now(), WritingModel.objects.get(code="offline")
    for user in users:
        turns.mark_ready(user.pk)
    return BatchJob.objects.bulk_create(
        BatchJob(
            user=user,
            total_items=1,
            job_data={"settings": {}},
            writing_model=model,
            tokens_at_start=0,
            articles_limit_at_start=0,
            created_at=now,
            updated_at=now,
        )
        for user in users
        for _ in range(each)
    )


def test_it_gives_each_job_to_one_claimer_and_a_user_one_at_a_time() -> None:
    users = [person(f"user{number}") for number in range(USERS)]
    for _ in range(ROUNDS):
        rows(users, NEIGHBOURS)
    found = race(HOLD_SECONDS)
    assert len(found) == USERS * NEIGHBOURS * ROUNDS
    assert BatchEvent.objects.filter(kind="claimed").count() == len(found)
    assert not BatchJob.objects.live().exists()


def test_it_writes_each_keyword_once(submit: Submit) -> None:
    for number in range(6):
        user = person(f"user{number}")
        for _ in range(4):
            submit(user, 1)
    race(WRITES)
    assert BatchJob.objects.filter(status="completed", completed_items=1).count() == 24
    assert_sound()


def test_it_serves_others_while_one_user_floods_the_queue() -> None:
    flooder = person("flooder")
    rows([flooder], 200)
    others = [person(f"user{number}") for number in range(USERS)]
    rows(others, NEIGHBOURS)
    found = race(HOLD_SECONDS)
    share = share_while_all_wait(found, flooder=flooder.pk, each=NEIGHBOURS)
    assert share <= 2 / (USERS + 1)
