"""Middleware of our own: request log fields, the language, a database that is away."""

import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from batchwriter import unavailable

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLogMiddleware:
    """Puts a request id on every log line of one request, and on its answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request`` with ``X-Request-ID`` set."""
        request_id = uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id, path=request.path):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class DatabaseAwayMiddleware:
    """Answers 503 with ``Retry-After`` while the database cannot be reached."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``; errors of other middleware are caught here too."""
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            return unavailable.response(request, error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a view's lost database into the same answer."""
        if isinstance(error, OperationalError | InterfaceError):
            return unavailable.response(request, error)
        return None


class LanguageMiddleware(LocaleMiddleware):
    """The user's choice, else ``Accept-Language``, else Vietnamese; for the API, else English."""

    def process_request(self, request: HttpRequest) -> None:
        """Activate the language of this request."""
        super().process_request(request)
        if request.path.startswith("/api/"):
            if not request.headers.get("Accept-Language"):
                translation.activate("en")
                request.LANGUAGE_CODE = "en"
            return
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if not chosen and request.user.is_authenticated and request.user.language:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
