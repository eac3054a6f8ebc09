"""``manage.py audit``: check every invariant, and print what is off."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, ProgrammingError
from tqdm import tqdm

from jobs import audit
from jobs.audit import INVARIANTS, Invariant, Outcome

NOT_CHECKED = 2


def invariant(text: str) -> Invariant:
    """The invariant of this code, in capitals or not."""
    for one in INVARIANTS:
        if one.code == text.upper():
            return one
    raise argparse.ArgumentTypeError(f"{text!r} is none of I01 to {INVARIANTS[-1].code}")


def number_of_ids(text: str) -> int:
    """A whole number above zero."""
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


class Command(BaseCommand):
    """Prints; ``jobs.audit`` goes through the tables."""

    help = (
        "Check every invariant of ledger and batches, and print the rows that are off. It only"
        f" reads. Exit 1 if anything is off, {NOT_CHECKED} if the database could not be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What to check, and in what steps."""
        parser.add_argument(
            "--only", type=invariant, action="append", metavar="I07", help="Check this one alone."
        )
        parser.add_argument(
            "--chunk", type=number_of_ids, metavar="N", help="Ids that one statement looks at."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, print, and exit 1 where a row is off."""
        chosen = options["only"] or INVARIANTS
        try:
            broken = self._check(chosen, options["chunk"])
        except (OperationalError, InterfaceError, ProgrammingError) as error:
            raise CommandError(_reason(error), returncode=NOT_CHECKED) from error
        some = f"{len(chosen)} checked" if options["only"] else str(len(INVARIANTS))
        if broken:
            self.stdout.write(f"{broken} of {some} invariants are broken.")
            raise SystemExit(1)
        self.stdout.write(f"All {some} invariants hold.")

    def _check(self, chosen: tuple[Invariant, ...], ids: int | None) -> int:
        """Check one after the other under a progress bar; returns how many are broken."""
        broken = 0
        with tqdm(
            total=len(chosen),
            bar_format="{desc} {percentage:3.0f}% |{bar:30}| {elapsed} < {remaining}",
            disable=not sys.stderr.isatty(),
            leave=False,
        ) as bar:
            for done, one in enumerate(chosen):
                bar.set_description_str(one.code)

                def move(share: float, done: int = done) -> None:
                    bar.update(done + share - bar.n)

                outcome = audit.check(one, ids=ids, on_chunk=move)
                if outcome.rows:
                    broken += 1
                    bar.clear()
                    self._print(one, outcome)
        return broken

    def _print(self, one: Invariant, outcome: Outcome) -> None:
        self.stdout.write(f"{one.code} {one.name}")
        for row in outcome.rows:
            named = zip(outcome.columns, row, strict=True)
            self.stdout.write("  " + ", ".join(f"{name} {value}" for name, value in named))
        if outcome.more:
            self.stdout.write(f"  … and more than these {len(outcome.rows)}")


def _reason(error: Exception) -> str:
    if isinstance(error, ProgrammingError) or "no such" in str(error):
        return f"A table is missing or out of date: run manage.py migrate first. ({error})"
    return f"The database cannot be read: {error}"
