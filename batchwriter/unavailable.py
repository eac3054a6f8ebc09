"""What the web process says while its database cannot be reached."""

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

RETRY_AFTER_SECONDS = 5
log = logging.getLogger("batchwriter.web")


def response(request: HttpRequest, error: Exception) -> HttpResponse:
    """503 with ``Retry-After``: the API's error shape under ``/api``, else a page."""
    log.warning("The database cannot be reached: %s", error, extra={"action": "database_away"})
    message = _("The service cannot reach its database. Please try again in a few seconds.")
    answer: HttpResponse
    if request.path.startswith("/api/"):
        answer = JsonResponse({"error": {"code": "unavailable", "message": message}}, status=503)
    else:
        answer = HttpResponse(render_to_string("503.html", {"message": message}), status=503)
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer
