"""Pages of jobs: the tab, one job with its keywords, what people do with a job."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from batchwriter import pages
from batchwriter.errors import BatchwriterError
from jobs import lifecycle, live_view, progress
from jobs.models import BatchJob, PrunedJob

JOBS_PER_PAGE = 10
ACTIONS = {
    "pause": lifecycle.pause,
    "resume": lifecycle.resume,
    "cancel": lifecycle.cancel,
    "retry": lifecycle.retry,
}


def jobs_tab(request: HttpRequest) -> HttpResponse:
    """The user's jobs, newest first."""
    jobs = progress.shown(BatchJob.objects.of(request.user))
    page = pages.page_of(request, jobs, JOBS_PER_PAGE)
    context = {
        "tab": "batch-jobs",
        "page_obj": page,
        **live_view.list_context(list(page)),
    }
    return render(request, "jobs/tab.html", context)


@require_safe
@pages.signed_in
def live(request: HttpRequest) -> HttpResponse:
    """The cards of ``?live=``, and whether the page should ask again."""
    return live_view.list_fragment(request, live_view.numbers(request.GET.get("live", "")))


@require_safe
@pages.signed_in
def live_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """The card and the keywords of one job, and whether the page should ask again."""
    return live_view.job_fragment(request, _own(request, job_id), request.GET)


@require_safe
@pages.signed_in
def job_page(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job with a page of its keywords."""
    try:
        job = _own(request, job_id)
    except Http404:
        if not PrunedJob.objects.filter(pk=job_id, user=request.user.pk).exists():
            raise
        gone = {"tab": "batch-jobs", "job_id": job_id}
        return render(request, "jobs/pruned.html", gone, status=404)
    context = live_view.job_context(job, request.GET)
    return render(request, "jobs/job.html", {"tab": "batch-jobs", **context})


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def act(request: HttpRequest, job_id: int, action: str) -> HttpResponse:
    """Pause, resume, cancel or retry; a GET of cancel asks first."""
    if action not in ACTIONS:
        raise Http404
    job = _own(request, job_id)
    if request.method != "POST":
        if action == "cancel":
            return _ask(request, job)
        return HttpResponseRedirect(pages.tab_address("batch-jobs"))
    try:
        ACTIONS[action](job.pk, by=_user(request))
    except BatchwriterError as error:
        messages.error(request, error.message)
    if request.headers.get("HX-Request"):
        return live_view.after_action(request, _own(request, job_id))
    if action == "cancel":
        return HttpResponseRedirect(pages.tab_address("batch-jobs"))
    return pages.back(request, pages.tab_address("batch-jobs"))


def _ask(request: HttpRequest, job: BatchJob) -> HttpResponse:
    context = {
        "template": "_confirm_page.html",
        "tab": "batch-jobs",
        "job": job,
        "back": pages.tab_address("batch-jobs"),
    }
    return render(request, "jobs/_cancel.html", context)


def _own(request: HttpRequest, job_id: int) -> BatchJob:
    jobs = progress.shown(BatchJob.objects.of(request.user))
    job: Any = get_object_or_404(jobs, pk=job_id)
    assert isinstance(job, BatchJob)
    return job


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the views let only users in"
    return request.user
