"""Rows for tests. Balances come through the ledger, jobs through ``jobs.lifecycle``."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts import ledger
from accounts.models import User
from articles.models import Website

PASSWORD = "correct horse"
PLENTY = 1_000_000


class UserFactory(DjangoModelFactory):
    """A user with ``tokens`` granted and ``articles`` allowed."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda number: f"user{number}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    article_limit = 1000

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        """Through the manager, so that the password is hashed."""
        return model_class.objects.create_user(*args, password=PASSWORD, **kwargs)

    @factory.post_generation
    def tokens(self: User, create: bool, extracted: int | None, **kwargs: Any) -> None:
        """Grant plenty, or as many as are asked for."""
        amount = PLENTY if extracted is None else extracted
        if amount:
            ledger.grant(self, amount, note="for the test")


class WebsiteFactory(DjangoModelFactory):
    """A site of a user's."""

    class Meta:
        model = Website

    user = factory.SubFactory(UserFactory)
    name = "Blog"
    url = "https://example.com"
