"""The dialog "Write in bulk": its steps, its estimate, and the job that it makes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.throttling import JobCreateThrottle
from batchwriter import pages
from batchwriter.errors import BatchwriterError
from jobs import estimates, lifecycle
from jobs.dialog import Step
from jobs.forms import BatchWriteForm


@require_POST
@pages.signed_in
def create(request: HttpRequest) -> HttpResponse:
    """Make a job from the dialog; where that is refused, show the dialog with its errors."""
    user = _user(request)
    form = BatchWriteForm(user, request.POST)
    if not form.is_valid() or form.checked is None:
        return _shown(request, form)
    if form.awaits_review:
        form.ask_for_review(estimates.estimate(user, form.checked))
        return _shown(request, form)
    throttle = JobCreateThrottle()
    if not throttle.allow_request(request, None):  # type: ignore[arg-type]
        form.add_error(None, _("That was too often. Wait a moment, then try again."))
        return _shown(request, form)
    try:
        job, _created = lifecycle.create(
            user,
            form.checked,
            idempotency_key=form.idempotency_key,
            request_hash=form.checked.fingerprint,
        )
    except BatchwriterError as error:
        form.add_error(None, error.message)
        return _shown(request, form)
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


@require_http_methods(["GET", "HEAD", "POST"])
@pages.signed_in
def change(request: HttpRequest) -> HttpResponse:
    """The dialog after one of its steps: ``step`` says which. A GET begins anew."""
    user = _user(request)
    if request.method != "POST":
        return _shown(request, BatchWriteForm(user))
    step = Step(user, request.POST, request.FILES.get("file"))
    return _shown(request, step.take(request.POST.get("step", "")))


@require_POST
@pages.signed_in
def estimate(request: HttpRequest) -> HttpResponse:
    """What the dialog says about its list while one types."""
    user = _user(request)
    data = request.POST.copy()
    # What rows would need that are right does not wait for a word about those that are not.
    data["skipWrong"] = "on"
    form = BatchWriteForm(user, data)
    found = None
    if form.is_valid() and form.checked is not None:
        found = estimates.estimate(user, form.checked)
    return render(request, "jobs/_estimate_answer.html", {"estimate": found, "form": form})


def _shown(request: HttpRequest, form: BatchWriteForm) -> HttpResponse:
    """To a script the form alone, which it swaps in; else a page with the dialog open."""
    if request.headers.get("HX-Request"):
        return render(request, "jobs/_batch_form.html", {"form": form})
    return render(request, "jobs/dialog.html", {"tab": "batch-jobs", "batch_form": form})


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the views let only users in"
    return request.user
