"""``manage.py seed_demo``: the two accounts of a demonstration, with passwords of their own."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import ledger
from accounts.models import User

TOKENS = 1_000_000
ARTICLES = 1_000


class Command(BaseCommand):
    """Makes the accounts once, and prints the same two lines every time."""

    help = "Make a demo user with tokens and an operator, and print how to log in."
    # `make run` has just migrated, which runs the same checks.
    requires_system_checks: list[Any] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The flag that says that this is no production site."""
        parser.add_argument(
            "--allow", action="store_true", help="This site is a demonstration on this machine."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing; passwords stand in ``var/demo.json``, readable by the owner."""
        if not options["allow"]:
            raise CommandError(
                "This makes an operator whose password is printed and kept in a file. "
                "It is for `make run`; add --allow if this site is a demonstration too."
            )
        passwords = stored_passwords(Path(settings.BASE_DIR) / "var" / "demo.json")
        make_demo(passwords["demo"])
        make_account("admin", passwords["admin"], is_staff=True, is_superuser=True)
        self.stdout.write(f"Log in: demo / {passwords['demo']}")
        self.stdout.write(f"Operator: admin / {passwords['admin']}")


def stored_passwords(file: Path) -> dict[str, str]:
    """The passwords in ``file``; made at random where there is none yet."""
    if file.exists():
        stored: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        return stored
    passwords = {name: secrets.token_urlsafe(12) for name in ("demo", "admin")}
    file.parent.mkdir(exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(passwords, stream)
    return passwords


def make_account(name: str, password: str, **rights: bool) -> User:
    """The account ``name``, with that password and these rights."""
    user, made = User.objects.get_or_create(
        username=name, defaults={"email": f"{name}@example.com", **rights}
    )
    if made or not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    return user


def make_demo(password: str) -> None:
    """The user of the demonstration, with tokens and articles at the first call."""
    user = make_account("demo", password)
    if not user.token_entries.exists():
        ledger.grant(user, TOKENS, key="seed-demo", note="For the demonstration")
        ledger.grant_articles(user, ARTICLES)
