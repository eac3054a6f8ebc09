"""Pages of jobs: the tab, the dialog, one job with its keywords, what people do with a job."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.throttling import JobCreateThrottle
from batchwriter import pages
from batchwriter.errors import BatchwriterError
from jobs import lifecycle, listing, live_view, progress
from jobs.forms import BatchWriteForm
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
    return _tab(request)


def _tab(request: HttpRequest, form: BatchWriteForm | None = None) -> HttpResponse:
    shown_as, number = request.GET.get("status", ""), pages.number_of(request)
    # Counted as far as the page that is asked for lies, at least.
    numbers = listing.counts(request.user, max(listing.MOST, number * JOBS_PER_PAGE))
    jobs = progress.shown(listing.jobs_of(request.user, shown_as))
    counted = numbers.get(shown_as, sum(numbers.values()))
    page = pages.counted(jobs, JOBS_PER_PAGE, counted).get_page(number)
    context = {
        "tab": "batch-jobs",
        "page_obj": page,
        "batch_form": form,
        **live_view.list_context(list(page), shown_as, numbers),
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


@require_POST
@pages.signed_in
def create(request: HttpRequest) -> HttpResponse:
    """Make a job from the dialog; where that is refused, show the dialog with its errors."""
    user = _user(request)
    form = BatchWriteForm(user, request.POST)
    if not form.is_valid():
        return _refused(request, form)
    throttle = JobCreateThrottle()
    if not throttle.allow_request(request, None):  # type: ignore[arg-type]
        form.add_error(None, _("That was too often. Wait a moment, then try again."))
        return _refused(request, form)
    try:
        job, _created = lifecycle.create(
            user,
            form.checked,  # type: ignore[arg-type]
            idempotency_key=form.idempotency_key,
            request_hash=form.fingerprint,
        )
    except BatchwriterError as error:
        form.add_error(None, error.message)
        return _refused(request, form)
    messages.success(request, _created_sentence(job.total_items))
    address = pages.tab_address("batch-jobs")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _created_sentence(count: int) -> str:
    return ngettext(
        "Created a batch job with %(count)d article. You can watch it here.",
        "Created a batch job with %(count)d articles. You can watch them here.",
        count,
    ) % {"count": count}


def _refused(request: HttpRequest, form: BatchWriteForm) -> HttpResponse:
    """To a script the form alone, which it swaps in; else the whole page, the dialog open."""
    if request.headers.get("HX-Request"):
        return render(request, "jobs/_batch_form.html", {"form": form})
    return _tab(request, form)


@require_POST
@pages.signed_in
def estimate(request: HttpRequest) -> HttpResponse:
    """The line of the dialog that says what the list would need."""
    form = BatchWriteForm(_user(request), request.POST)
    found = None
    if form.is_valid():
        found = lifecycle.estimate(_user(request), form.checked)  # type: ignore[arg-type]
    return render(request, "jobs/_estimate.html", {"estimate": found})


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


@require_POST
@pages.signed_in
def retry_item(request: HttpRequest, job_id: int, position: int) -> HttpResponse:
    """Write one failed keyword again."""
    if position >= _own(request, job_id).total_items:
        raise Http404
    try:
        lifecycle.retry_item(job_id, position, by=_user(request))
    except BatchwriterError as error:
        messages.error(request, error.message)
    if request.headers.get("HX-Request"):
        return live_view.after_action(request, _own(request, job_id))
    return pages.back(request, reverse("job", args=[job_id]))


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
