"""What all API calls share: the parser, pages, the one error shape, strict serializers."""

import json
import logging
import re
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, status
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.response import Response

from accounts.models import User
from batchwriter import database, unavailable
from batchwriter.errors import BatchwriterError, InvalidInput

log = logging.getLogger("batchwriter.api")

SURROGATE = re.compile(r"[\ud800-\udfff]")
MOST_PER_PAGE = 200
LARGEST_PAGE = 10**6
CODES = {
    400: "malformed",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "payload_too_large",
    415: "unsupported_media_type",
    429: "throttled",
}


class PayloadTooLarge(exceptions.APIException):
    """The body is larger than the API takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "payload_too_large"

    def __init__(self) -> None:
        most = settings.API_BODY_BYTES
        super().__init__(_("The body is larger than %(most)d bytes.") % {"most": most})


class StrictJSONParser(JSONParser):
    """JSON in UTF-8 that is an object, bounded in size and depth, with storable texts."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, Any]:
        """The object in the body. Raises ParseError or PayloadTooLarge."""
        try:
            body = stream.read(settings.API_BODY_BYTES + 1)
        except (OSError, exceptions.APIException) as error:
            raise exceptions.ParseError(_("The body could not be read.")) from error
        if len(body) > settings.API_BODY_BYTES:
            raise PayloadTooLarge
        try:
            data = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError(_("The body is not valid JSON in UTF-8.")) from error
        if not isinstance(data, dict):
            raise exceptions.ParseError(_("The body must be a JSON object."))
        return data


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


class Pagination(PageNumberPagination):
    """``page`` and ``pageSize`` (1 to 200); anything else is refused with the field's name."""

    page_size = 20
    page_size_query_param = "pageSize"
    max_page_size = MOST_PER_PAGE

    def get_page_size(self, request: Any) -> int:
        """The number of rows on a page."""
        return _whole_number(request, "pageSize", self.page_size or 20, MOST_PER_PAGE)

    def get_page_number(self, request: Any, paginator: Any) -> int:
        """The number of the page; a page that is not there is refused."""
        number = _whole_number(request, "page", 1, LARGEST_PAGE)
        if number > paginator.num_pages:
            raise InvalidInput(
                {"page": [_("There are only %(count)d pages.") % {"count": paginator.num_pages}]}
            )
        return number


def _whole_number(request: Any, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,7}", text) or not 1 <= int(text) <= most:
        raise InvalidInput(
            {name: [_("Must be a whole number from 1 to %(most)d.") % {"most": most}]}
        )
    return int(text)


def body_of(request: Any) -> dict[str, Any]:
    """The body of a call, an object as the parser saw to; empty where there is none."""
    return request.data if isinstance(request.data, dict) else {}


def user_of(request: Any) -> User:
    """The user of a call that only users may make."""
    if not isinstance(request.user, User):
        raise exceptions.NotAuthenticated
    return request.user


def choice(request: Any, name: str, choices: Any) -> str | None:
    """A filter from the query string, None where it is not given; others are refused."""
    value = request.query_params.get(name)
    if value is not None and value not in choices:
        raise InvalidInput(
            {name: [_("Must be one of: %(choices)s.") % {"choices": ", ".join(choices)}]}
        )
    return str(value) if value is not None else None


class StrictSerializer(serializers.Serializer):
    """Refuses keys that it does not know, and texts that no database can hold."""

    def to_internal_value(self, data: Any) -> Any:
        """The validated values."""
        if isinstance(data, dict):
            known = {name for name, field in self.fields.items() if not field.read_only}
            unknown = {str(key) for key in data} - known
            if unknown:
                names = ", ".join(sorted(known))
                raise serializers.ValidationError(
                    {
                        key: [_("There is no such field. Known are: %(names)s.") % {"names": names}]
                        for key in unknown
                    }
                )
        return super().to_internal_value(data)


def error_body(code: str, message: str, fields: Any = None) -> dict[str, Any]:
    """The one shape of an error."""
    error: dict[str, Any] = {"code": code, "message": message}
    if fields is not None:
        error["fields"] = fields
    return {"error": error}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | HttpResponse | None:
    """Any exception of a view in the one shape; None for what is a fault of ours."""
    if isinstance(error, BatchwriterError):
        return _ours(error)
    if database.is_away(error):
        return unavailable.response(context["request"], error)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.ValidationError):
        fields = _flat(error.detail)
        return Response(
            error_body("validation_error", _sentence(fields), fields), status=error.status_code
        )
    if isinstance(error, exceptions.APIException):
        return _rest_framework(error)
    return None


def _ours(error: BatchwriterError) -> Response:
    fields = error.fields if isinstance(error, InvalidInput) else None
    message = _sentence(fields) if fields is not None else error.message
    response = Response(error_body(error.code, message, _clean(fields)), status=error.status)
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response["Retry-After"] = str(int(retry_after))
    return response


def _rest_framework(error: exceptions.APIException) -> Response:
    code = CODES.get(error.status_code, "error")
    if getattr(error, "default_code", "") == "token_not_valid" or (
        isinstance(error, exceptions.AuthenticationFailed)
        and not isinstance(error, exceptions.NotAuthenticated)
    ):
        code = "token_not_valid"
    detail: Any = error.detail
    if getattr(detail, "code", "") == "no_active_account":
        # A log-in that failed: there was no token that could be invalid.
        code = "not_authenticated"
    if isinstance(detail, dict):
        detail = detail.get("detail", "")
    response = Response(error_body(code, str(detail)), status=error.status_code)
    header = getattr(error, "auth_header", None)
    if header:
        response["WWW-Authenticate"] = header
    wait = getattr(error, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(max(int(wait), 1))
    return response


def _flat(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested details as a map from paths to sentences."""
    if isinstance(detail, dict):
        flat: dict[str, list[str]] = {}
        for key, value in detail.items():
            flat.update(_flat(value, f"{path}.{key}" if path else str(key)))
        return _clean(flat) or {}
    sentences = [str(one) for one in (detail if isinstance(detail, list) else [detail])]
    return {path or "body": sentences}


def _clean(fields: dict[str, list[str]] | None) -> dict[str, list[str]] | None:
    """Names and sentences that can be sent: a client's own lone surrogates cannot."""
    if fields is None:
        return None
    return {SURROGATE.sub("\ufffd", key): [SURROGATE.sub("\ufffd", text) for text in texts]
            for key, texts in fields.items()}  # fmt: skip


def _sentence(fields: dict[str, list[str]]) -> str:
    path, texts = next(iter(fields.items()))
    return SURROGATE.sub("\ufffd", f"{path}: {' '.join(texts)}")


def plain_error(code: int, message: str) -> JsonResponse:
    """The one shape outside of the REST framework's views."""
    return JsonResponse(error_body(CODES.get(code, "error"), message), status=code)


def is_api(request: HttpRequest) -> bool:
    """Whether a request belongs to the API, whose errors have the one shape."""
    return request.path.startswith("/api/")
