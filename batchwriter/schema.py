"""The error answers in the OpenAPI document."""

from typing import Any

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

MEANINGS = {
    400: "The request is wrong; the message says what would be right.",
    401: "No user, or a token that is not valid.",
    403: "Not permitted.",
    404: "There is no such thing, or it is another user's.",
    405: "This path does not take the method.",
    409: "The present state does not allow it.",
    412: "It was changed since it was read.",
    413: "The body is larger than 1 MB.",
    415: "The body is not JSON.",
    429: "Too often; Retry-After says when to come back.",
    503: "The database cannot be reached; Retry-After says when to come back.",
}


class TokenScheme(SimpleJWTScheme):
    """How our access tokens are sent; drf-spectacular finds it by being defined."""

    target_class = "accounts.logins.TokenAuthentication"


class ErrorDetail(serializers.Serializer):
    """A stable code, a sentence, and for 400 the fields that are wrong."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


class Error(serializers.Serializer):
    """The one shape of an error."""

    error = ErrorDetail()


def errors(*codes: int) -> dict[int, Any]:
    """Error answers for ``codes``, and 503, which any call may give."""
    return {code: OpenApiResponse(Error, MEANINGS[code]) for code in (*codes, 503)}


READ = errors(400, 401, 403, 404, 429)
WRITE = errors(400, 401, 403, 404, 409, 413, 415, 429)
