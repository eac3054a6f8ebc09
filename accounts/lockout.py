"""What somebody sees who guessed too many passwords: the same for every name."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from batchwriter import rest


def locked_out(
    request: HttpRequest, original_response: Any = None, credentials: Any = None
) -> HttpResponse:
    """429 with ``Retry-After``, as a page or in the API's error shape."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    message = _("Too many failed log-ins. Try again in %(minutes)d minutes.") % {
        "minutes": seconds // 60
    }
    response: HttpResponse
    if rest.is_api(request):
        response = rest.plain_error(429, message)
    else:
        response = render(request, "429.html", {"message": message}, status=429)
    response["Retry-After"] = str(seconds)
    return response
