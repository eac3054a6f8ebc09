"""The page of an article: reading, writing, its versions, and its text as files."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles import differences, store
from articles.forms import ArticleForm
from articles.models import Article, ArticleVersion
from articles.writing import html, markdown
from batchwriter import pages
from batchwriter.errors import Gone
from batchwriter.ids import id_of

CONFLICT = 409


# A page that the browser kept would show, and save, what was there before.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def article_page(request: HttpRequest, article_id: int) -> HttpResponse:
    """Read an article and change it."""
    article = _own(request, article_id)
    form = ArticleForm(article, request.POST if request.method == "POST" else None)
    if form.is_bound:
        if _saved(form, Article.Source.PAGE):
            messages.success(request, _("The article is saved."))
            return HttpResponseRedirect(request.path)
        article.refresh_from_db()
    context = {
        "tab": "articles",
        "article": article,
        "form": form,
        # Cleaned when it was written; cleaned again, whatever way it came into the table.
        "text": mark_safe(html.clean(article.content)),  # noqa: S308
        **(_conflict(form) if form.stale else {}),
    }
    status = CONFLICT if form.stale else 200
    return render(request, "articles/article.html", context, status=status)


@require_POST
@pages.signed_in
def save_article(request: HttpRequest, article_id: int) -> HttpResponse:
    """The same for the page's script, which stays where it is: the outcome as JSON."""
    form = ArticleForm(_own(request, article_id), request.POST)
    by_itself = "autosave" in request.POST
    if _saved(form, Article.Source.AUTOSAVE if by_itself else Article.Source.PAGE):
        article = form.article
        return JsonResponse(
            {"state": "saved", "revision": article.revision, "savedAt": article.updated_at}
        )
    if form.stale:
        notice = render_to_string("articles/_conflict.html", _conflict(form), request)
        return JsonResponse(
            {"state": "conflict", "revision": form.stale.revision, "notice": notice}
        )
    return JsonResponse({"state": "invalid", "errors": form.errors})


@require_safe
@pages.signed_in
def versions_page(request: HttpRequest, article_id: int) -> HttpResponse:
    """All versions of an article, and what changed between the two that ``?from=&to=`` name."""
    article = _own(request, article_id)
    older = list(article.versions.defer("content"))
    context = {
        "tab": "articles",
        "article": article,
        "versions": [article, *older],
        "older": _version(article, request.GET.get("from")) or next(iter(older), None),
        "newer": _version(article, request.GET.get("to")) or article,
    }
    if "from" in request.GET and context["older"]:
        context["differences"] = differences.between(context["older"], context["newer"])
    return render(request, "articles/versions.html", context)


@require_POST
@pages.signed_in
def restore_version(request: HttpRequest, article_id: int, revision: int) -> HttpResponse:
    """Bring a version back."""
    article = _own(request, article_id)
    version = get_object_or_404(article.versions, revision=revision)
    try:
        store.bring_back(article, version)
    except Gone as error:
        raise Http404 from error
    messages.success(request, _("The version is back; what was there before is a version now."))
    return HttpResponseRedirect(reverse("article", args=[article.pk]))


@require_safe
@pages.signed_in
def html_file(request: HttpRequest, article_id: int) -> HttpResponse:
    """The text as HTML."""
    article = _own(request, article_id)
    return _file(html.clean(article.content), "text/html", f"{article.slug}.html")


@require_safe
@pages.signed_in
def markdown_file(request: HttpRequest, article_id: int) -> HttpResponse:
    """Title and text as Markdown."""
    article = _own(request, article_id)
    text = f"# {article.title}\n\n{markdown.from_html(article.content)}"
    return _file(text, "text/markdown", f"{article.slug}.md")


def _own(request: HttpRequest, article_id: int) -> Article:
    own = Article.objects.of(request.user).select_related("website")
    return get_object_or_404(own, pk=article_id)


def _saved(form: ArticleForm, source: Article.Source) -> bool:
    try:
        return form.save(source)
    except Gone as error:
        raise Http404 from error


def _conflict(form: ArticleForm) -> dict[str, Any]:
    """What a page says where somebody else has changed the article."""
    assert form.stale is not None, "there is a conflict"
    return {"stale": form.stale, "differences": differences.between(form.stale, form.typed())}


def _version(article: Article, revision: str | None) -> Article | ArticleVersion | None:
    """What the article is or was at ``revision``; None where that is unknown."""
    number = id_of(revision)
    if number == article.revision:
        return article
    return None if number is None else article.versions.filter(revision=number).first()


def _file(text: str, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(f"{text}\n", content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
