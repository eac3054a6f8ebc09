"""What happens when somebody signs up, and the sentences that allauth says."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import ledger
from accounts.models import User
from batchwriter import database
from batchwriter.proxies import client_address

WRONG_LOGIN = _("The name, the address or the password is wrong.")


class AccountAdapter(DefaultAccountAdapter):
    """allauth with our sentences; new users start with the operator's gift of tokens."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is not active. Please ask an operator."),
        "duplicate_email": _("This is your address already."),
        "email_password_mismatch": WRONG_LOGIN,
        "username_password_mismatch": WRONG_LOGIN,
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "invalid_password_reset": _("This link is no longer valid; perhaps it was used already."),
        "same_as_current": _("This is your address already."),
        "username_blacklisted": _("This username cannot be used; please choose another."),
    }

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """The name as it is stored: what looks the same is taken."""
        cleaned: str = super().clean_username(User.normalize_username(username), shallow=shallow)
        return cleaned

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where allauth counts a request; the same as everywhere."""
        return client_address(request) or "unknown"

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Save a new user, and grant the first tokens in the same transaction."""

        def save() -> User:
            saved: User = super(AccountAdapter, self).save_user(request, user, form, commit)
            if commit and settings.SIGNUP_TOKENS > 0:
                ledger.grant(
                    saved, settings.SIGNUP_TOKENS, key=f"signup:{saved.pk}", note="Sign-up"
                )
            return saved

        return database.in_transaction(save)
