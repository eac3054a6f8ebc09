"""Pages about oneself: the profile with the statement of tokens, and the language."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.paginator import Page
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts import logins
from accounts.forms import ProfileForm
from accounts.models import TokenEntry, User
from batchwriter import pages

ENTRIES_PER_PAGE = 25


def profile_tab(request: HttpRequest) -> HttpResponse:
    """How one is called, how pages are shown, the balance, and every line of the ledger."""
    return _profile(request, ProfileForm(_user(request)))


@require_POST
@pages.signed_in
def save_profile(request: HttpRequest) -> HttpResponse:
    """Save how one is called and how pages are shown, or show what is wrong with that."""
    form = ProfileForm(_user(request), request.POST)
    if not form.is_valid():
        return _profile(request, form)
    form.save()
    chosen = form.cleaned_data["language"]
    response = HttpResponseRedirect(pages.tab_address("profile"))
    if chosen:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    with translation.override(chosen or translation.get_language()):
        messages.success(request, _("Your profile is saved."))
    return response


@require_POST
@pages.signed_in
def log_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session and token of the user, this one too."""
    logins.end_all(_user(request))
    logout(request)
    messages.success(request, _("You are logged out on all devices."))
    return HttpResponseRedirect(reverse("account_login"))


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the pages: in this browser, and for the user who is logged in."""
    response: HttpResponse = set_language(request)
    chosen = request.POST.get("language")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return response


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the tab lets only users in"
    return request.user


def _profile(request: HttpRequest, form: ProfileForm) -> HttpResponse:
    user = _user(request)
    page = pages.page_of(request, TokenEntry.objects.filter(user=user), ENTRIES_PER_PAGE)
    context = {
        "tab": "profile",
        "form": form,
        "page_obj": page,
        "lines": _statement(user, page),
    }
    return render(request, "account/profile.html", context)


def _statement(user: User, page: Page[TokenEntry]) -> list[tuple[TokenEntry, int]]:
    """Each entry of the page with the balance after it."""
    entries = list(page)
    if not entries:
        return []
    later = TokenEntry.objects.filter(user=user, pk__gt=entries[0].pk).aggregate(Sum("amount"))
    balance = user.tokens_remaining - (later["amount__sum"] or 0)
    lines = []
    for entry in entries:
        lines.append((entry, balance))
        balance -= entry.amount
    return lines
