"""Pages of articles and websites."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from articles import store
from articles.forms import ArticleForm, WebsiteForm
from articles.models import Article, Website
from batchwriter.errors import InvalidInput

ARTICLES_PER_PAGE = 20


def articles_tab(request: HttpRequest) -> HttpResponse:
    """The user's articles, newest first, with search and filters."""
    page = Paginator(_found(request), ARTICLES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tab": "articles",
        "page": page,
        "statuses": Article.Status.choices,
        "search": request.GET.get("search", "")[:200],
        "status": request.GET.get("status", ""),
        "job": request.GET.get("job", ""),
    }
    return render(request, "articles/tab.html", context)


def _found(request: HttpRequest) -> QuerySet[Article]:
    """What the filters leave; one that means nothing is left out."""
    found = Article.objects.of(request.user).defer("content", "outline")
    search = request.GET.get("search", "").replace("\x00", "").strip()[:200]
    if search:
        found = found.filter(Q(title__icontains=search) | Q(keyword__icontains=search))
    if request.GET.get("status") in Article.Status.values:
        found = found.filter(status=request.GET["status"])
    job = request.GET.get("job", "")
    if job.isascii() and job.isdigit() and len(job) < 19:
        found = found.filter(job_id=int(job))
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def article_page(request: HttpRequest, article_id: int) -> HttpResponse:
    """Read an article and change it."""
    article = get_object_or_404(
        Article.objects.of(request.user).select_related("website"), pk=article_id
    )
    form = ArticleForm(request.POST or None, instance=article)
    if request.method == "POST" and form.is_valid():
        try:
            store.edit(article, **form.cleaned_data)
        except InvalidInput as error:
            for name, texts in error.fields.items():
                form.add_error(name, texts)
        else:
            messages.success(request, _("The article was saved."))
            return redirect("article", article_id=article.pk)
    status = 400 if form.errors else 200
    return render(
        request, "articles/article.html", {"article": article, "form": form}, status=status
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_article(request: HttpRequest, article_id: int) -> HttpResponse:
    """Ask, then delete."""
    article = get_object_or_404(Article.objects.of(request.user), pk=article_id)
    if request.method == "POST":
        store.delete(article)
        messages.success(request, _("The article was deleted."))
        return redirect("/account?tab=articles")
    context = {
        "question": _("Delete “%(title)s”?") % {"title": article.title},
        "action": _("Delete"),
        "back": f"/articles/{article.pk}",
    }
    return render(request, "confirm.html", context)


def websites_tab(request: HttpRequest) -> HttpResponse:
    """The user's websites."""
    return _websites(request, WebsiteForm())


@login_required
@require_POST
def add_website(request: HttpRequest) -> HttpResponse:
    """Add a website."""
    form = WebsiteForm(request.POST, instance=Website(user_id=request.user.pk))
    if not form.is_valid():
        return _websites(request, form, status=400)
    form.save()
    messages.success(request, _("The website was added."))
    return redirect("/account?tab=websites")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def website_page(request: HttpRequest, website_id: int) -> HttpResponse:
    """Change a website."""
    website = get_object_or_404(Website, user=request.user, pk=website_id)
    form = WebsiteForm(request.POST or None, instance=website)
    if request.method == "POST" and form.is_valid():
        website.save(update_fields=form.Meta.fields)
        messages.success(request, _("The website was saved."))
        return redirect("/account?tab=websites")
    context = {"website": website, "form": form}
    return render(request, "articles/website.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def delete_website(request: HttpRequest, website_id: int) -> HttpResponse:
    """Delete a website; its articles stay."""
    get_object_or_404(Website, user=request.user, pk=website_id).delete()
    messages.success(request, _("The website was deleted; its articles stay."))
    return redirect("/account?tab=websites")


def _websites(request: HttpRequest, form: WebsiteForm, status: int = 200) -> HttpResponse:
    websites = Website.objects.filter(user_id=request.user.pk)
    page = Paginator(websites, ARTICLES_PER_PAGE).get_page(request.GET.get("page"))
    context = {"tab": "websites", "page": page, "form": form}
    return render(request, "articles/websites.html", context, status=status)
