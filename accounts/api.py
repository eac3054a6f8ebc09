"""Tokens for the API, and who I am."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.exceptions import AuthenticationFailed
from rest_framework_simplejwt.serializers import (
    TokenObtainPairSerializer,
    TokenRefreshSerializer,
)
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from accounts import logins
from accounts.lockout import locked_out
from accounts.models import User
from batchwriter import database
from batchwriter.rest import body_of, user_of
from batchwriter.schema import errors


class TokenPair(serializers.Serializer):
    """Access for minutes, refresh for days."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class LogInSerializer(TokenObtainPairSerializer):
    """Name (or e-mail address) and password."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        """The tokens. Raises AuthenticationFailed, the same for known and unknown names."""
        attrs["username"] = User.normalize_username(attrs["username"])
        return super().validate(attrs)

    @classmethod
    def get_token(cls, user: Any) -> Any:
        """The refresh token."""
        return logins.token_for(user)


class TokenApi(TokenObtainPairView):
    """Log in for the API."""

    serializer_class = LogInSerializer

    @extend_schema(responses={200: TokenPair, **errors(400, 401, 413, 415, 429)}, auth=[])
    def post(  # type: ignore[override]
        self, request: Request, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Give an access and a refresh token for name and password."""
        name = body_of(request).get("username")
        credentials = {"username": User.normalize_username(name) if isinstance(name, str) else ""}
        if not AxesProxyHandler.is_allowed(request._request, credentials):
            return locked_out(request._request)
        try:
            return super().post(request, *args, **kwargs)
        except AuthenticationFailed:
            if getattr(request._request, "axes_locked_out", False):
                return locked_out(request._request)
            raise


class RenewSerializer(TokenRefreshSerializer):
    """A refresh token that its user has not ended, by a new password or by logging out."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        """The new pair. Raises InvalidToken; of two calls with one token, one gets it."""

        def renew() -> dict[str, str]:
            logins.holder(self.token_class(attrs["refresh"]))
            return super(RenewSerializer, self).validate(attrs)

        return database.in_transaction(renew)


class RefreshApi(TokenRefreshView):
    """Renew both tokens; the old refresh token ends."""

    serializer_class = RenewSerializer

    @extend_schema(responses={200: TokenPair, **errors(400, 401, 413, 415, 429)}, auth=[])
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give a new pair for a refresh token that is used up by it."""
        return super().post(request, *args, **kwargs)


class LogOutApi(APIView):
    """Log out everywhere."""

    @extend_schema(request=None, responses={204: None, **errors(400, 401, 403, 413, 415, 429)})
    def post(self, request: Request) -> Response:
        """End all access tokens, refresh tokens and sessions of this user."""
        logins.end_all(user_of(request))
        return Response(status=204)


class MeSerializer(serializers.ModelSerializer):
    """The user and what may still be spent."""

    tokensRemaining = serializers.IntegerField(source="tokens_remaining")
    tokensHeld = serializers.IntegerField(source="tokens_held")
    articleLimit = serializers.IntegerField(source="article_limit")

    class Meta:
        model = User
        fields = ("id", "username", "email", "tokensRemaining", "tokensHeld", "articleLimit")


class MeApi(APIView):
    """The user of this call."""

    @extend_schema(responses={200: MeSerializer, **errors(401, 429)})
    def get(self, request: Request) -> Response:
        """Who I am and what I may still spend."""
        return Response(MeSerializer(request.user).data)
