"""Whether the process is up, and whether it reaches a migrated database."""

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from batchwriter import cluster, database, unavailable


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and has every migration, else 503 with the reason.

    A node of a cluster must be in step with the others too.
    """
    try:
        if complaint := cluster.complaint(connection):
            return _not_ready(complaint)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = database.missing_migrations()
    except (DatabaseError, InterfaceError):
        connection.close()
        return _not_ready("the database cannot be reached")
    if missing:
        return _not_ready(f"{missing} migrations are missing")
    return JsonResponse({"status": "ready"})


def _not_ready(reason: str) -> JsonResponse:
    headers = {"Retry-After": str(unavailable.RETRY_AFTER_SECONDS)}
    return JsonResponse({"status": reason}, status=503, headers=headers)
