"""``manage.py grant_tokens``: give a user tokens, and articles, through the ledger."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import ledger
from accounts.models import User
from batchwriter.errors import InvalidInput


class Command(BaseCommand):
    """Parses; ``accounts.ledger`` grants."""

    help = "Give a user tokens and, with --articles, permission to write more articles."

    def add_arguments(self, parser: CommandParser) -> None:
        """User and amount; what else is granted, and why."""
        parser.add_argument("user", help="Name of the user.")
        parser.add_argument("amount", type=int, help="Tokens to add, 0 to grant articles alone.")
        parser.add_argument("--articles", type=int, default=0, help="Articles to add.")
        parser.add_argument("--note", default="", help="Why; stands in the ledger.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant, and print what the user has now."""
        name, amount, articles = options["user"], options["amount"], options["articles"]
        try:
            user = User.objects.get_by_natural_key(name)
        except User.DoesNotExist as error:
            raise CommandError(f"There is no user named {name!r}.") from error
        if articles < 0 or (not amount and not articles):
            raise CommandError("Grant at least 1 token, or at least 1 article with --articles.")
        try:
            if amount:
                ledger.grant(user, amount, note=options["note"])
            if articles:
                ledger.grant_articles(user, articles)
        except InvalidInput as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"{user.username} has {user.tokens_remaining} tokens"
            f" and may write {user.article_limit} articles."
        )
