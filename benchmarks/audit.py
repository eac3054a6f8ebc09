"""How long ``manage.py audit`` takes on a million items, and whether it finds one broken row.

A private MariaDB server is filled with sound rows by bulk SQL; the audit then runs in this
process, as the command does. ``--items N`` takes another number of items.
"""

import argparse
import os
import resource
import sys
import time

from benchmarks.create_job import environment, manage
from tests.fakes.mariadb import MariaDB, missing

MILLION = 1_000_000
ITEMS_OF_A_JOB = 50
JOBS_OF_A_USER = 40
# A single row deep inside, broken so that the database cannot see it.
DAMAGE = "UPDATE batch_items SET tokens_used = tokens_used + 1 WHERE id = %s"
NOTICED_BY = {"I06"}


def peak_megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run() -> tuple[dict[str, float], set[str]]:
    """Check everything; returns the seconds of each invariant, and which are broken."""
    from jobs import audit

    outcomes = {one.code: audit.check(one) for one in audit.INVARIANTS}
    seconds = {code: outcome.seconds for code, outcome in outcomes.items()}
    return seconds, {code for code, outcome in outcomes.items() if outcome.rows}


def measure(items: int) -> None:
    """Fill, check, break one row, check again."""
    import django

    django.setup()
    from django.db import connection

    from jobs.audit import INVARIANTS
    from tests.fakes.many_rows import Size, fill

    begun = time.monotonic()
    size = Size(max(items // ITEMS_OF_A_JOB // JOBS_OF_A_USER, 1), JOBS_OF_A_USER, ITEMS_OF_A_JOB)
    fill(size)
    print(f"{size.all_items:,} items in {size.all_jobs:,} jobs of {size.users:,} users,"
          f" made in {time.monotonic() - begun:.0f} s")  # fmt: skip
    before = peak_megabytes()
    seconds, broken = run()
    for one in INVARIANTS:
        print(f"{one.code} {seconds[one.code]:6.2f} s  {one.name}")
    print(f"Sound rows: {sum(seconds.values()):.1f} s, {len(broken)} invariants broken;"
          f" memory {before:.0f} MB before, {peak_megabytes():.0f} MB at most")  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(DAMAGE, [size.all_items * 2 // 3])
        assert cursor.rowcount == 1
    again, noticed = run()
    print(f"One row broken: {sum(again.values()):.1f} s, noticed by {', '.join(sorted(noticed))}")
    if broken or noticed != NOTICED_BY:
        sys.exit("The audit is wrong.")


def main() -> None:
    """Start a server, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=MILLION)
    arguments = parser.parse_args()
    if (absent := missing()) is not None:
        sys.exit(f"{absent} is not installed: run scripts/setup.sh --dev.")
    with MariaDB("--innodb-buffer-pool-size=1G") as server:
        server.sql("CREATE DATABASE batchwriter CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        variables = environment(server.url(), 0) | {
            "DJANGO_SETTINGS_MODULE": "batchwriter.settings"
        }
        manage(variables, "migrate", "--noinput", "--skip-checks")
        os.environ |= {**variables, "DJANGO_SETTINGS_MODULE": "batchwriter.settings"}
        measure(arguments.items)


if __name__ == "__main__":
    main()
