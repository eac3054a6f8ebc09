"""Pages of the list of articles, and of websites."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from articles import store
from articles.forms import WebsiteForm
from articles.listing import Listing
from articles.models import Article, Website
from batchwriter import pages
from batchwriter.ids import id_of

ROWS_PER_PAGE = 20
MOST_AT_ONCE = 200
DELETED = "deleted_articles"


def articles_tab(request: HttpRequest) -> HttpResponse:
    """The user's articles with search, filters and order; after a deletion, the way back."""
    listing = Listing(request.user, request.GET)
    rows = pages.counted(listing.rows(), ROWS_PER_PAGE, listing.count)
    context = {
        "tab": "articles",
        "listing": listing,
        "page_obj": rows.get_page(request.GET.get("page")),
        "deleted": request.session.pop(DELETED, None),
    }
    return render(request, "articles/tab.html", context)


@require_POST
@pages.signed_in
def change_articles(request: HttpRequest) -> HttpResponse:
    """Publish, take back, or delete the articles that are marked in the list."""
    user, ids, action = _user_id(request), _ids(request), request.POST.get("action")
    if action == "delete":
        _delete(request, ids)
    elif action in Article.Status.values:
        changed = store.set_status(user, ids, Article.Status(action))
        words = ngettext(
            "%(count)d article is changed.", "%(count)d articles are changed.", changed
        )
        messages.success(request, words % {"count": changed})
    return pages.back(request, pages.tab_address("articles"))


@require_POST
@pages.signed_in
def undelete_articles(request: HttpRequest) -> HttpResponse:
    """Bring back what was just deleted."""
    count = store.undelete_all(_user_id(request), _ids(request))
    words = ngettext("%(count)d article is back.", "%(count)d articles are back.", count)
    messages.success(request, words % {"count": count})
    return pages.back(request, pages.tab_address("articles"))


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def delete_article(request: HttpRequest, article_id: int) -> HttpResponse:
    """Ask, then delete."""
    article = get_object_or_404(Article.objects.of(request.user), pk=article_id)
    if request.method != "POST":
        return _ask(request, "articles/_delete_article.html", article=article)
    _delete(request, [article.pk])
    return HttpResponseRedirect(pages.tab_address("articles"))


def _delete(request: HttpRequest, ids: list[int]) -> None:
    """Delete, and let the next list offer to undo it."""
    deleted = store.delete_all(_user_id(request), ids)
    if deleted:
        request.session[DELETED] = deleted


def _ids(request: HttpRequest) -> list[int]:
    marked = map(id_of, request.POST.getlist("article")[:MOST_AT_ONCE])
    return [one for one in marked if one is not None]


def _user_id(request: HttpRequest) -> int:
    assert request.user.pk is not None, "the view lets only users in"
    return int(request.user.pk)


def websites_tab(request: HttpRequest) -> HttpResponse:
    """The user's websites."""
    return _websites(request, WebsiteForm())


@require_POST
@pages.signed_in
def add_website(request: HttpRequest) -> HttpResponse:
    """Add a website."""
    owner: Any = request.user
    form = WebsiteForm(request.POST, instance=Website(user=owner))
    if not form.is_valid():
        return _websites(request, form)
    form.save()
    messages.success(request, _("The website is added."))
    return HttpResponseRedirect(pages.tab_address("websites"))


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def website_page(request: HttpRequest, website_id: int) -> HttpResponse:
    """Change a website."""
    website = get_object_or_404(Website, user=request.user.pk, pk=website_id)
    form = WebsiteForm(request.POST if request.method == "POST" else None, instance=website)
    if form.is_bound and form.is_valid():
        website.save(update_fields=["name", "url"])
        messages.success(request, _("The website is saved."))
        return HttpResponseRedirect(pages.tab_address("websites"))
    context = {"tab": "websites", "website": website, "form": form}
    return render(request, "articles/website.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def delete_website(request: HttpRequest, website_id: int) -> HttpResponse:
    """Ask, then delete; its articles stay."""
    website = get_object_or_404(Website, user=request.user.pk, pk=website_id)
    if request.method != "POST":
        return _ask(request, "articles/_delete_website.html", website=website)
    website.delete()
    messages.success(request, _("The website is deleted; its articles stay."))
    return HttpResponseRedirect(pages.tab_address("websites"))


def _ask(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """The question of a dialog as a page of its own, for browsers without scripts."""
    return render(request, template, {"template": "_confirm_page.html", **context})


def _websites(request: HttpRequest, form: WebsiteForm) -> HttpResponse:
    websites = Website.objects.filter(user=request.user.pk)
    context = {
        "tab": "websites",
        "page_obj": pages.page_of(request, websites, ROWS_PER_PAGE),
        "form": form,
    }
    return render(request, "articles/websites.html", context)
