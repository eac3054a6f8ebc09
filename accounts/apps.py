"""The application of users and their balances."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Who you are and what you may still spend."""

    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Keep refresh tokens out of their table: their numbers are enough to end them."""
        from django.db.models.signals import pre_save
        from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

        pre_save.connect(_without_token, sender=OutstandingToken)


def _without_token(instance: Any, **kwargs: Any) -> None:
    instance.token = ""
