"""The pictures of articles, as browsers fetch them.

Without a log-in, as the articles are published elsewhere: a name is 128 bits of chance, which
nobody guesses. Only pictures that we wrote ourselves are given out, each under the one type that
it can have.
"""

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

TYPES = {"jpg": "image/jpeg", "png": "image/png"}
A_YEAR = 365 * 24 * 3600


@require_safe
def picture(request: HttpRequest, folder: str, name: str, extension: str) -> HttpResponse:
    """One picture; it never changes."""
    try:
        with default_storage.open(f"pictures/{folder}/{name}.{extension}") as file:
            response = HttpResponse(file.read(), content_type=TYPES[extension])
    except FileNotFoundError as error:
        raise Http404 from error
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # Compressed already: the middleware for pages leaves it as it is.
    response["Content-Encoding"] = "identity"
    return response
