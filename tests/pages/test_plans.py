"""What pages and API ask of a database with a long history is read from indexes."""

import pytest
from django.test import Client

from accounts.models import User
from jobs import line, progress
from jobs.models import BatchJob, UserQueue
from tests.fakes.many_rows import Size, fill
from tests.jobs.test_retention_plans import explained, problems

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]
SIZE = Size(users=300, jobs=10, items=9)


def test_it_reads_few_rows_along_indexes() -> None:
    fill(SIZE)
    user = User.objects.get(username="user7")
    first, *_, last = BatchJob.objects.of(user).order_by("pk").values_list("pk", flat=True)
    BatchJob.objects.filter(pk=last).update(status="pending", finished_at=None)
    UserQueue.objects.update(ready=True)
    client = Client()
    client.force_login(user)
    with explained() as found:
        for path in (
            "/account?tab=batch-jobs", f"/jobs/{first}", f"/jobs/{first}?status=completed",
            f"/jobs/{last}", f"/jobs/{last}/live", f"/jobs/live?live={first},{last}",
        ):  # fmt: skip
            assert client.get(path).status_code == 200
        page = progress.shown(BatchJob.objects.of(user).filter(status="completed"))[:10]
        progress.filled(progress.outlines(list(page)), texts=False, all_ids=True)
        progress.snapshot(BatchJob.objects.get(pk=first))
    assert len(found) > 20
    wrong = [problem for sql, steps in found for problem in problems(sql, steps, line.MOST)]
    assert wrong == [], "\n".join(wrong[:5])


def test_it_counts_jobs_in_an_index_alone() -> None:
    fill(SIZE)
    user = User.objects.get(username="user7")
    with explained() as found:
        assert progress.shown(BatchJob.objects.of(user)).count() == SIZE.jobs
    ((sql, steps),) = found
    assert [step["Extra"] for step in steps] == ["Using index"], sql
