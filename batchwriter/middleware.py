"""Middleware of our own: request log fields, language, time zone, a database that is away."""

import uuid
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation

from batchwriter import database, pages, rest, unavailable

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
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


class BodyLimitMiddleware:
    """Refuses a body that no view takes before a byte of it is read.

    Django counts the fields of a form, not the files in it, and the check of a form's token reads
    the whole of any form, also a stranger's.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``, with 413 where its length says that it is too large."""
        most = settings.API_BODY_BYTES if rest.is_api(request) else settings.FORM_BODY_BYTES
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isascii() and length.isdigit() and int(length[:19]) > most:
            return pages.too_large(request)
        return self.get_response(request)


class DatabaseAwayMiddleware:
    """Answers 503 with ``Retry-After`` while the database cannot be reached."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``; errors of other middleware are caught here too."""
        try:
            return self.get_response(request)
        except Error as error:
            if not database.is_away(error):
                raise
            return unavailable.response(request, error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a view's lost database into the same answer."""
        if database.is_away(error):
            return unavailable.response(request, error)
        return None


class ReadingSessionMiddleware(SessionMiddleware):
    """Shows a page also where the database takes no writes at present.

    What reading changes in a session, such as messages that were shown, can be written later.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session, or leave that out where the page only reads."""
        try:
            return super().process_response(request, response)
        except Error as error:
            if request.method not in SAFE_METHODS or not database.is_away(error):
                raise
            return response


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


class TimeZoneMiddleware:
    """Pages tell times in the zone that the user chose, else in UTC, which scripts make local."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``; the API speaks UTC."""
        zone = ""
        if not request.path.startswith("/api/") and request.user.is_authenticated:
            zone = request.user.time_zone
        with timezone.override(_known(zone)):
            return self.get_response(request)


def _known(zone: str) -> ZoneInfo | None:
    """The zone of that name; None, the default, where this machine does not know it."""
    try:
        return ZoneInfo(zone) if zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
