"""Pages of jobs: the tab, its live fragment, the dialog, one job with its keywords."""

import hashlib
import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from batchwriter.errors import BatchwriterError, InvalidInput
from jobs import lifecycle, progress, submission
from jobs.forms import BatchForm
from jobs.models import BatchJob
from jobs.status import ItemStatus

JOBS_PER_PAGE = 10
ITEMS_PER_PAGE = 50
TAB = "/account?tab=batch-jobs"
ACTIONS = {
    "pause": lifecycle.pause,
    "resume": lifecycle.resume,
    "cancel": lifecycle.cancel,
    "retry": lifecycle.retry,
}


def jobs_tab(request: HttpRequest) -> HttpResponse:
    """The user's jobs; ``?write=1`` shows the dialog open, for browsers without scripts."""
    return _tab(request)


def _tab(request: HttpRequest, form: BatchForm | None = None, status: int = 200) -> HttpResponse:
    context = {
        "tab": "batch-jobs",
        "batch_form": form,
        "dialog_open": form is not None or "write" in request.GET,
        **_page_of_jobs(request),
    }
    return render(request, "jobs/tab.html", context, status=status)


def _page_of_jobs(request: HttpRequest) -> dict[str, Any]:
    jobs = BatchJob.objects.of(request.user).select_related("writing_model")
    page = Paginator(jobs, JOBS_PER_PAGE).get_page(request.GET.get("page"))
    snapshots = progress.snapshots(list(page.object_list))
    return {
        "page": page,
        "snapshots": snapshots,
        "live": any(snapshot.is_live for snapshot in snapshots),
    }


@login_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The fragment of one page of jobs; it asks again only while something is live."""
    return render(request, "jobs/_jobs.html", _page_of_jobs(request))


@login_required
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Make a job from the dialog; where that is refused, the dialog with its errors."""
    form = BatchForm(_user(request), request.POST)
    fields = dict(request.POST.items())
    fields.pop("csrfmiddlewaretoken", None)
    key = fields.pop("submission", "")[:64]
    canonical = json.dumps(fields, sort_keys=True).encode()
    try:
        job = lifecycle.create(
            _user(request),
            submission.parse(_user(request), request.POST.get("keywords", ""), form.settings()),
            idempotency_key=f"page:{key}" if key.isalnum() else None,
            request_hash=hashlib.sha256(canonical).hexdigest(),
        )[0]
    except InvalidInput as error:
        form.show_errors(error.fields)
        return _refused(request, form, 400)
    except BatchwriterError as error:
        form.show_errors({"": [error.message]})
        return _refused(request, form, error.status)
    messages.success(
        request,
        ngettext(
            "Created a batch job with %(count)d article. It is being written in the background.",
            "Created a batch job with %(count)d articles. It is being written in the background.",
            job.total_items,
        )
        % {"count": job.total_items},
    )
    response = redirect(TAB)
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204, headers={"HX-Redirect": TAB})
    return response


def _refused(request: HttpRequest, form: BatchForm, status: int) -> HttpResponse:
    """To scripts the form alone with status 200 (it is swapped in), else the whole page."""
    if request.headers.get("HX-Request"):
        return render(request, "jobs/_dialog_form.html", {"batch_form": form})
    return _tab(request, form, status)


@login_required
@require_POST
def estimate(request: HttpRequest) -> HttpResponse:
    """The line of the dialog that says what the list would need."""
    form = BatchForm(_user(request), request.POST)
    context: dict[str, Any] = {}
    try:
        checked = submission.parse(
            _user(request), request.POST.get("keywords", ""), form.settings()
        )
        context["estimate"] = lifecycle.estimate(_user(request), checked)
    except InvalidInput as error:
        context["problem"] = next(iter(error.fields.values()))[0]
    return render(request, "jobs/_estimate.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, job_id: int, action: str) -> HttpResponse:
    """Pause, resume, cancel or retry; a GET asks before it cancels."""
    if action not in ACTIONS:
        raise Http404
    job = get_object_or_404(BatchJob.objects.of(request.user), pk=job_id)
    if request.method != "POST":
        return _ask(request, job) if action == "cancel" else redirect(TAB)
    try:
        ACTIONS[action](job.pk, by=_user(request))
    except BatchwriterError as error:
        messages.error(request, error.message)
    if request.headers.get("HX-Request"):
        return render(request, "jobs/_jobs.html", {**_page_of_jobs(request), "with_toasts": True})
    return redirect(TAB)


def _ask(request: HttpRequest, job: BatchJob) -> HttpResponse:
    context = {
        "question": _("Cancel job #%(job)d? Articles that are finished stay.") % {"job": job.pk},
        "action": _("Cancel the job"),
        "back": TAB,
    }
    return render(request, "confirm.html", context)


@login_required
@require_safe
def job_page(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job with a page of its keywords."""
    job = get_object_or_404(
        BatchJob.objects.of(request.user).select_related("writing_model"), pk=job_id
    )
    items = job.items.select_related("article").only(
        "position", "keyword", "status", "attempts", "tokens_used", "error_code", "error_message",
        "started_at", "finished_at", "article__title", "article__deleted_at",
    )  # fmt: skip
    chosen = request.GET.get("status", "")
    if chosen in ItemStatus.values:
        items = items.filter(status=chosen)
    context = {
        "tab": "batch-jobs",
        "snapshot": progress.snapshot(job),
        "page": Paginator(items, ITEMS_PER_PAGE).get_page(request.GET.get("page")),
        "statuses": ItemStatus.choices,
        "status": chosen,
    }
    return render(request, "jobs/job.html", context)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the views require a log-in"  # noqa: S101
    return request.user
