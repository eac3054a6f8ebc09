"""Pages of articles and websites."""

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from articles import store
from articles.forms import ArticleForm, WebsiteForm
from articles.models import Article, Website
from articles.writing import html
from batchwriter import pages

ROWS_PER_PAGE = 20
SEARCH_LENGTH = 200


def articles_tab(request: HttpRequest) -> HttpResponse:
    """The user's articles, newest first, with search and filters."""
    context = {
        "tab": "articles",
        "page_obj": pages.page_of(request, _found(request), ROWS_PER_PAGE),
        "statuses": Article.Status.choices,
        "filtered": any(request.GET.get(name) for name in ("search", "status", "job")),
    }
    return render(request, "articles/tab.html", context)


def _found(request: HttpRequest) -> QuerySet[Article]:
    """What the filters leave; one that means nothing is left out."""
    found = Article.objects.of(request.user).defer("content", "outline")
    search = request.GET.get("search", "").replace("\x00", "").strip()[:SEARCH_LENGTH]
    if search:
        found = found.filter(Q(title__icontains=search) | Q(keyword__icontains=search))
    if request.GET.get("status") in Article.Status.values:
        found = found.filter(status=request.GET["status"])
    job = request.GET.get("job", "")
    if job.isascii() and job.isdigit() and len(job) < 19:
        found = found.filter(job_id=int(job))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def article_page(request: HttpRequest, article_id: int) -> HttpResponse:
    """Read an article and change it."""
    article = get_object_or_404(
        Article.objects.of(request.user).select_related("website"), pk=article_id
    )
    form = ArticleForm(article, request.POST if request.method == "POST" else None)
    if form.is_bound:
        if form.save():
            messages.success(request, _("The article is saved."))
            return HttpResponseRedirect(request.path)
        article.refresh_from_db()
    context = {
        "tab": "articles",
        "article": article,
        "form": form,
        # Cleaned when it was written; cleaned again, whatever way it came into the table.
        "text": mark_safe(html.clean(article.content)),  # noqa: S308
    }
    return render(request, "articles/article.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def delete_article(request: HttpRequest, article_id: int) -> HttpResponse:
    """Ask, then delete."""
    article = get_object_or_404(Article.objects.of(request.user), pk=article_id)
    if request.method != "POST":
        return _ask(request, "articles/_delete_article.html", article=article)
    store.delete(article)
    messages.success(request, _("The article is deleted."))
    return HttpResponseRedirect(pages.tab_address("articles"))


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
