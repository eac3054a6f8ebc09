"""Where a pending job stands: users are served in turn, a job of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from jobs.models import BatchJob
from jobs.status import JobStatus

# A longer line is not counted to its end.
MOST = 200
# Users with a job to claim. ``ready`` errs towards true, so the jobs themselves are looked at.
COUNT = """SELECT COUNT(*) FROM (SELECT o.user_id FROM user_queue o
WHERE o.ready = %s AND o.user_id <> %s{earlier}
ORDER BY o.last_served_at, o.user_id LIMIT {most}) b
WHERE EXISTS (SELECT 1 FROM batch_jobs p WHERE p.user_id = b.user_id AND p.status = 'pending')
AND NOT EXISTS (SELECT 1 FROM batch_jobs a WHERE a.active_user = b.user_id)"""
EARLIER = (
    " AND o.last_served_at <= (SELECT m.last_served_at FROM user_queue m WHERE m.user_id = %s)"
)
QUESTION = f"""SELECT
(SELECT j.id FROM batch_jobs j WHERE j.user_id = %s AND j.status = 'pending'
ORDER BY j.created_at, j.id LIMIT 1),
(SELECT COUNT(*) FROM batch_jobs a WHERE a.active_user = %s),
({COUNT.format(earlier=EARLIER, most=MOST)}), ({COUNT.format(earlier="", most=MOST)})"""  # noqa: S608  (our own words)


@dataclass(frozen=True, slots=True)
class Place:
    """``users`` other users are served before a job, at most ``MOST``.

    ``after_own``: another job of the same user comes first.
    """

    users: int
    after_own: bool

    @property
    def many(self) -> bool:
        """Whether there may be more of them."""
        return self.users >= MOST


def places(jobs: Sequence[BatchJob]) -> dict[int, Place]:
    """The place of each pending one of ``jobs``; one statement for each of their users."""
    waiting: dict[int, list[int]] = {}
    for job in jobs:
        if job.status == JobStatus.PENDING:
            waiting.setdefault(job.user_id, []).append(job.pk)
    found = {}
    for user_id, ids in waiting.items():
        first, earlier, others = _ask(user_id)
        for pk in ids:
            next_one = pk == first
            found[pk] = Place(earlier if next_one else others, after_own=not next_one)
    return found


def _ask(user_id: int) -> tuple[int | None, int, int]:
    """The user's next job, if any, and how many users come before it and before any later one."""
    others = [True, user_id]
    with connection.cursor() as cursor:
        cursor.execute(QUESTION, [user_id, user_id, *others, user_id, *others])
        first, busy, earlier, all_ = cursor.fetchone()
    return (None if busy else first), int(earlier), int(all_)
