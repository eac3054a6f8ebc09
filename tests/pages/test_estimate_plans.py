"""What an estimate reads of a long history, it reads along indexes."""

import pytest

from accounts.models import User
from jobs import estimates, presets, submission
from jobs.models import BatchJob
from tests.fakes.many_rows import Size, fill
from tests.jobs.test_retention_plans import explained, problems

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]
SIZE = Size(users=300, jobs=10, items=9)


def test_it_reads_few_rows_along_indexes() -> None:
    fill(SIZE)
    user = User.objects.get(username="user7")
    job = BatchJob.objects.of(user)[0]
    BatchJob.objects.update(job_data={"settings": {"language": "vi", "length": "short"}})
    settings = {"model": "offline", "length": "short"}
    BatchJob.objects.update(writing_model=job.writing_model)
    with explained() as found:
        checked = submission.parse(user, ["a", "b"], settings)
        estimates.estimate(user, checked)
        presets.own(user)
    assert len(found) >= 6
    # The server guesses how many articles one user has; the newest end the reading.
    newest = estimates.NEWEST_ARTICLES
    wrong = [
        problem
        for sql, steps in found
        for problem in problems(sql, steps, newest if f"LIMIT {newest}" in sql else 200)
    ]
    assert wrong == [], "\n".join(wrong[:5])
