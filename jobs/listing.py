"""The list of a user's jobs: what it tells apart, and how many jobs there are of each."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jobs.models import BatchJob, BatchJobQuerySet

# More of one kind are not counted, but for pages that lie beyond.
MOST = 1000
COUNT = """(SELECT COUNT(*) FROM (SELECT 1 FROM batch_jobs
WHERE user_id = %s AND shown_as = %s LIMIT %s) AS part)"""


class ShownAs(TextChoices):
    """What the list tells apart; every job is one of these."""

    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    ERRORS = "errors", _("With errors")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice of the list: its name in the URL, empty for all, and how many jobs it has."""

    name: str
    label: str
    counted: int

    @property
    def number(self) -> int:
        """How many are shown."""
        return min(self.counted, MOST)

    @property
    def more(self) -> bool:
        """Whether there are more than that."""
        return self.counted > MOST


def jobs_of(user: Any, shown_as: str) -> BatchJobQuerySet:
    """The jobs of ``user`` that are shown as that, newest first; all for an unknown name."""
    jobs = BatchJob.objects.of(user)
    return jobs.filter(shown_as=shown_as) if shown_as in ShownAs.values else jobs


def counts(user: Any, most: int = MOST) -> dict[str, int]:
    """How many jobs of ``user`` are shown as what, each counted up to one more than ``most``."""
    values: list[Any] = []
    for name in ShownAs.values:
        values += [user.pk, name, most + 1]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([COUNT] * len(ShownAs.values))}", values)
        return dict(zip(ShownAs.values, cursor.fetchone(), strict=True))


def chips(numbers: dict[str, int]) -> list[Chip]:
    """The choices with the ``numbers`` of ``counts``: all jobs, then each kind."""
    everything = Chip("", str(_("All")), sum(numbers.values()))
    return [everything, *(Chip(one.value, str(one.label), numbers[one]) for one in ShownAs)]
