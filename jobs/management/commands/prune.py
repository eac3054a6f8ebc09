"""``manage.py prune``: delete old events, ended attempts and finished jobs."""

import argparse
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from batchwriter import database
from jobs import retention
from jobs.retention import MOST_IN_BATCH, Pace

MOST_DAYS = 36_500


def days(text: str) -> int:
    """A number of days; not less than one, so long as idempotency keys are kept."""
    return _whole_number(text, MOST_DAYS)


def rows(text: str) -> int:
    """A number of rows that one statement may name."""
    return _whole_number(text, MOST_IN_BATCH)


def seconds(text: str) -> float:
    """A number of seconds, or none."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 60:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to 60")
    return value


def _whole_number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {most}")
    return int(text)


class Command(BaseCommand):
    """Parses and prints; ``jobs.retention`` deletes."""

    help = (
        "Delete what is older than so many days, in small steps, while everything runs. Articles"
        " and ledger entries stay. What neither an option nor a RETENTION_ variable names is kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Each option overrides its environment variable."""
        for name, default, what in (
            ("events", settings.RETENTION_EVENTS_DAYS, "lines of jobs' histories"),
            ("attempts", settings.RETENTION_ATTEMPTS_DAYS, "attempts of jobs that finished then"),
            ("jobs", settings.RETENTION_JOBS_DAYS, "finished jobs with all that belongs to them"),
        ):
            parser.add_argument(
                f"--{name}-older-than", type=days, default=default or None, metavar="DAYS",
                help=what,
            )  # fmt: skip
        parser.add_argument(
            "--batch", type=rows, default=min(settings.RETENTION_BATCH, MOST_IN_BATCH), metavar="N",
            help="rows (keywords, of jobs) that one transaction deletes",
        )  # fmt: skip
        parser.add_argument(
            "--pause", type=seconds, default=settings.RETENTION_PAUSE_SECONDS, metavar="SECONDS",
            help="rest after each transaction",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete, and print how much."""
        pace = Pace(options["batch"], options["pause"], options["dry_run"])
        done = "would be deleted" if pace.dry else "deleted"
        now, asked = database.now(), False

        def before(name: str) -> datetime | None:
            number = options[f"{name}_older_than"]
            return None if number is None else now - timedelta(days=number)

        if (moment := before("jobs")) is not None:
            asked, gone = True, retention.prune_jobs(moment, pace)
            self.stdout.write(f"{gone.jobs} jobs with {gone.items} keywords {done}.")
        if (moment := before("attempts")) is not None:
            asked, count = True, retention.prune_attempts(moment, pace)
            self.stdout.write(f"{count} attempts {done}.")
        if (moment := before("events")) is not None:
            asked, count = True, retention.prune_events(moment, pace)
            self.stdout.write(f"{count} events {done}.")
        if not asked:
            self.stdout.write("Nothing is to be deleted: name an age, or set RETENTION_JOBS_DAYS.")
