"""Where browsers tell what the content security policy has stopped: one line in the log each."""

import json
import logging
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import throttling
from batchwriter.proxies import client_address

log = logging.getLogger("batchwriter.csp")

WINDOW_SECONDS = 60
FIELDS = ("document-uri", "effective-directive", "violated-directive", "blocked-uri", "source-file",
          "line-number")  # fmt: skip
LONGEST = 200


@csrf_exempt
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """204 whatever was sent: too large, too often or no report at all is left out of the log."""
    key = f"csp:{client_address(request)}"
    if throttling.hit(key, WINDOW_SECONDS) <= settings.CSP_REPORTS_A_MINUTE:
        fields = _fields(request.read(settings.CSP_REPORT_BYTES + 1))
        if fields:
            log.warning("A page broke its content security policy", extra={"csp": fields})
    return HttpResponse(status=204)


def _fields(body: bytes) -> dict[str, str]:
    """What is worth a line, each on one line; addresses without what a form put behind them."""
    if len(body) > settings.CSP_REPORT_BYTES:
        return {}
    try:
        found: Any = json.loads(body)["csp-report"]
        return {name: _line(found[name]) for name in FIELDS if name in found}
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}


def _line(value: Any) -> str:
    text = str(value)
    if "://" in text:
        text = urlsplit(text)._replace(query="", fragment="").geturl()
    return text.encode("ascii", "backslashreplace").decode().replace("\n", " ")[:LONGEST]
