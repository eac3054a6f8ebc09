"""What all pages share: the start page, the tabs, paging, who may enter, and error pages."""

import re
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from batchwriter import database, rest, unavailable

View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """Let only users in: others are sent to the log-in.

    A script that asks for a part of a page is told 401 instead, so that the log-in form does not
    land in the middle of what the user has typed.
    """
    guarded = login_required(view)

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("HX-Request") and not request.user.is_authenticated:
            return HttpResponse(status=401)
        return guarded(request, *args, **kwargs)

    return inner


def tabs(views: Mapping[str, View]) -> View:
    """A view that shows one of ``views``, chosen by ``?tab=``; the first one by default."""
    first = next(iter(views))

    @require_safe
    @signed_in
    def account(request: HttpRequest) -> HttpResponse:
        name = request.GET.get("tab", first)
        return views[name if name in views else first](request)

    return account


def tab_address(name: str, **query: Any) -> str:
    """The address of a tab of the account page."""
    values = QueryDict(mutable=True)
    values.update({"tab": name, **{key: str(value) for key, value in query.items()}})
    return f"{reverse('account')}?{values.urlencode()}"


def number_of(request: HttpRequest) -> int:
    """The number of the page that ``?page=`` asks for, 1 where it is none."""
    text = request.GET.get("page", "")
    return max(int(text), 1) if re.fullmatch(r"[0-9]{1,9}", text) else 1


def page_of(request: HttpRequest, rows: QuerySet[Any], size: int) -> Page[Any]:
    """The page of ``rows`` that ``?page=`` asks for, else the nearest one that there is."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def counted(rows: QuerySet[Any], size: int, number: int) -> "Paginator[Any]":
    """Pages of ``rows``, whose number is known and need not be counted."""
    paginator = Paginator(rows, size)
    paginator.__dict__["count"] = number
    return paginator


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Send the browser back where it came from, if that is on this site."""
    came_from = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(came_from if own else otherwise)


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What the product does, for those who do not know it."""
    return render(request, "landing.html")


def unknown_api_path(request: HttpRequest) -> HttpResponse:
    """404 in the API's shape."""
    return rest.plain_error(404, _("There is nothing at this address."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old, or came from elsewhere."""
    sentence = _("This form has expired or came from another site.")
    return _error(request, 403, sentence, template="403_csrf.html")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 where the body was too large."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return _error(request, 400, _("The request could not be read."))


def too_large(request: HttpRequest) -> HttpResponse:
    """413."""
    return _error(request, 413, _("The body is too large."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _error(request, 403, _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _error(request, 404, _("There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """500; needs neither the database nor a session.

    503 where middleware met a database that is away: Django turns an exception into an answer
    before other middleware can see it.
    """
    error = sys.exc_info()[1]
    if isinstance(error, Exception) and database.is_away(error):
        return unavailable.response(request, error)
    return _error(request, 500, _("Something went wrong on our side."))


def _error(request: HttpRequest, status: int, sentence: str, template: str = "") -> HttpResponse:
    if rest.is_api(request):
        return rest.plain_error(status, sentence)
    return HttpResponse(render_to_string(template or f"{status}.html"), status=status)
