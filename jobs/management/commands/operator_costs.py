"""``manage.py operator_costs``: what providers billed, or may bill, and no user paid."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from batchwriter import database
from jobs import costs

DAYS = 30


class Command(BaseCommand):
    """Prints; ``jobs.costs`` adds up."""

    help = "Add up the tokens that no user pays, by model and state, the dearest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How far back to look."""
        parser.add_argument(
            "--days", type=int, default=DAYS, help=f"attempts started since then ({DAYS})"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """A line a model and state, and the sum."""
        since = database.now() - timedelta(days=options["days"])
        rows = costs.totals_since(since)
        for row in rows:
            self.stdout.write(
                f"{row.model}, {row.state}: {row.attempts} attempts, {row.reported} tokens "
                f"reported, {row.unconfirmed} unconfirmed"
            )
        self.stdout.write(f"Together: {sum(row.tokens for row in rows)} tokens")
