"""How often a user may call. The counters are rows, so all processes count together."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error, IntegrityError, transaction
from django.db.models import F
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from accounts.models import RateCounter
from batchwriter import database
from batchwriter.proxies import client_address

if TYPE_CHECKING:
    from rest_framework.views import APIView


def hit(key: str, window_seconds: int) -> int:
    """Count one call under ``key`` in the present window of time; returns the count so far."""
    window = int(time.time()) // window_seconds
    name = f"{key}:{window}"
    if not RateCounter.objects.filter(key=name).update(count=F("count") + 1):
        _begin(key, name, datetime.fromtimestamp((window + 1) * window_seconds, UTC))
    return RateCounter.objects.values_list("count", flat=True).get(key=name)


def count(key: str, window_seconds: int) -> int:
    """How often ``key`` was counted in the present window."""
    name = f"{key}:{int(time.time()) // window_seconds}"
    found = RateCounter.objects.filter(key=name).values_list("count", flat=True).first()
    return found or 0


def _begin(key: str, name: str, ends: datetime) -> None:
    """The first call of a window; the counters of earlier ones are of no use any more."""
    RateCounter.objects.filter(expires_at__lt=datetime.now(UTC)).delete()
    try:
        with transaction.atomic():
            RateCounter.objects.create(key=name, count=1, expires_at=ends)
    except IntegrityError:
        RateCounter.objects.filter(key=name).update(count=F("count") + 1)


class CountingThrottle(SimpleRateThrottle):
    """So many calls of a user (or an address) in each window of time."""

    scope: str

    def __init__(self) -> None:
        self._waits: float | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Whether this call is one of those that are allowed."""
        rates: dict[str, str | None] = settings.THROTTLE_RATES
        rate = rates[self.scope]
        if rate is None:
            return True
        most, seconds = self.parse_rate(rate)
        assert most is not None and seconds is not None, "only an empty rate gives none"
        self._waits = seconds - time.time() % seconds
        try:
            return hit(f"{self.scope}:{self._who(request)}", seconds) <= most
        except Error as error:
            # A database that takes no writes can still be read; nothing is counted then.
            if request.method in SAFE_METHODS and database.is_away(error):
                return True
            raise

    def wait(self) -> float | None:
        """Seconds until the next window."""
        return self._waits

    def _who(self, request: Request) -> str:
        if request.user and request.user.is_authenticated:
            return f"user:{request.user.pk}"
        return f"address:{client_address(request._request)}"


class ApiThrottle(CountingThrottle):
    """All calls of the API."""

    scope = "api"


class JobCreateThrottle(CountingThrottle):
    """Calls that make jobs."""

    scope = "job_create"
