"""Ending what lets somebody in: sessions, access tokens and refresh tokens, all at once.

Sessions and tokens hold the number of times that their user has ended everything; one with an
earlier number is worth nothing any more.
"""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed, InvalidToken
from rest_framework_simplejwt.settings import api_settings as jwt_settings
from rest_framework_simplejwt.tokens import RefreshToken, Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.models import User

CLAIM = "logouts"


def end_all(user: User) -> None:
    """End every session and token of ``user``."""
    User.objects.filter(pk=user.pk).update(logouts=F("logouts") + 1)
    user.refresh_from_db(fields=["logouts"])


def token_for(user: User) -> RefreshToken:
    """A new refresh token; the access token comes from it."""
    token = RefreshToken.for_user(user)
    token[CLAIM] = user.logouts
    return token


def holder(token: Token) -> User:
    """The user of a refresh token, locked until the caller's transaction ends.

    Raises InvalidToken where the password is another by now, or everything was ended since.
    """
    number = token.get(jwt_settings.USER_ID_CLAIM)
    user = User.objects.select_for_update().filter(pk=number).first()
    if user is None or not _current(token, user):
        raise InvalidToken
    claim = token.get(jwt_settings.REVOKE_TOKEN_CLAIM)
    if claim != get_md5_hash_password(user.password):
        raise InvalidToken
    return user


def _current(token: Token, user: Any) -> bool:
    return bool(token.get(CLAIM, 0) == user.logouts)


class TokenAuthentication(JWTAuthentication):
    """An access token of a user who has not ended it."""

    def get_user(self, validated_token: Any) -> Any:
        """The user. Raises AuthenticationFailed."""
        user = super().get_user(validated_token)
        if not _current(validated_token, user):
            raise AuthenticationFailed(_("This user has logged out everywhere."))
        return user
