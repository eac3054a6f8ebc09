"""``manage.py run_batch_worker``: the process that writes batches."""

import argparse
import asyncio
import logging
import os
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from batchwriter import database
from jobs.worker import Options, Worker


def positive_seconds(text: str) -> float:
    """A number of seconds above zero."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return value


def positive_number(text: str) -> int:
    """A whole number above zero."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return value


class Command(BaseCommand):
    """Parses and starts; the work is ``jobs.worker``'s."""

    help = "Claim batch jobs and write their articles until stopped (SIGTERM or SIGINT)."
    # A worker waits for a database that is not there yet, so it must not be asked at the start.
    requires_system_checks: list[Any] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Each option overrides its environment variable."""
        parser.add_argument(
            "--poll-seconds", type=positive_seconds, default=settings.BATCH_POLL_SECONDS
        )
        parser.add_argument(
            "--max-jobs", type=positive_number, default=settings.BATCH_MAX_CONCURRENT_JOBS
        )
        parser.add_argument(
            "--items-in-flight", type=positive_number, default=settings.BATCH_ITEMS_IN_FLIGHT
        )
        parser.add_argument(
            "--drain",
            action="store_true",
            help="End when no job is pending or processing.",
        )

    def run_from_argv(self, argv: list[str]) -> None:
        """Run as a process of its own, and leave without waiting for threads.

        A client library that only blocks may still sit in a call whose result nobody wants.
        """
        super().run_from_argv(argv)
        logging.shutdown()
        os._exit(0)

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until stopped."""
        database.limit_waiting()
        chosen = Options(
            poll_seconds=options["poll_seconds"],
            max_jobs=options["max_jobs"],
            items_in_flight=options["items_in_flight"],
            drain=options["drain"],
        )
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(Worker(chosen).run())
