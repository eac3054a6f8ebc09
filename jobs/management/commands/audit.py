"""``manage.py audit``: check every invariant, and print what is off."""

from typing import Any

from django.core.management.base import BaseCommand

from jobs import audit


class Command(BaseCommand):
    """Prints; ``jobs.audit`` knows the invariants."""

    help = "Check every invariant of ledger and batches; exit 1 if anything is off."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check all, and exit 1 where a row is off."""
        broken = 0
        for invariant in audit.INVARIANTS:
            rows = audit.violations(invariant)
            if not rows:
                continue
            broken += 1
            self.stdout.write(f"{invariant.code} {invariant.name}")
            for row in rows:
                self.stdout.write("  " + ", ".join(str(value) for value in row))
        if broken:
            self.stdout.write(f"{broken} of {len(audit.INVARIANTS)} invariants are broken.")
            raise SystemExit(1)
        self.stdout.write(f"All {len(audit.INVARIANTS)} invariants hold.")
