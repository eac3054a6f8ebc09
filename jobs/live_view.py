"""The parts of pages that follow a job: what is shown at first, and what is sent again.

A page keeps the ids of all its jobs and its filter (its state) and asks every two seconds for the
jobs that are live; once none is, the answer holds no trigger and the page is silent. The numbers
of the filters come with each answer; jobs that the page does not follow do not cause one.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from batchwriter import pages
from batchwriter.ids import id_of
from jobs import etags, listing, progress
from jobs.models import BatchItem, BatchJob
from jobs.progress import JobSnapshot
from jobs.status import OPEN, ItemStatus

ITEMS_PER_PAGE = 50
MOST_IDS = 100


def numbers(text: str) -> list[int]:
    """The ids in a list such as ``3,5``; what is no id is left out."""
    ids = map(id_of, text.split(","))
    return [one for one in ids if one is not None][:MOST_IDS]


def list_context(
    jobs: Sequence[BatchJob], shown_as: str, numbers: dict[str, int]
) -> dict[str, Any]:
    """What the list of ``jobs``, filtered by ``shown_as``, shows at first."""
    return _list(progress.snapshots(jobs), [job.pk for job in jobs], shown_as, numbers)


def list_fragment(request: HttpRequest, ids: list[int]) -> HttpResponse:
    """The cards of the user's jobs ``ids``; ``ids`` in the request are those of the whole page."""
    state = numbers(request.GET.get("ids", "")) or ids
    return _list_fragment(request, Q(pk__in=ids), state, request.GET.get("status", ""))


def after_action(request: HttpRequest, job: BatchJob) -> HttpResponse:
    """What changes on the page, of one job or of a list, where a button of ``job`` was pressed."""
    if "items" in request.POST:
        return job_fragment(request, job, QueryDict(request.POST["items"]))
    state = numbers(request.POST.get("ids", "")) or [job.pk]
    which = Q(pk=job.pk) | Q(pk__in=state, status__in=OPEN)
    return _list_fragment(request, which, state, request.POST.get("status", ""))


def job_context(job: BatchJob, query: QueryDict) -> dict[str, Any]:
    """One job with the page and the state of keywords that ``query`` asks for."""
    return _job_context(progress.outlines([job]), query)


def _job_context(outlined: list[JobSnapshot], query: QueryDict) -> dict[str, Any]:
    (snapshot,) = progress.filled(outlined)
    job = snapshot.job
    status = query.get("status", "")
    number = snapshot.counts.get(status, job.total_items)
    known = QueryDict(mutable=True)
    for name in ("page", "status"):
        if name in query:
            known.setlist(name, query.getlist(name))
    address = reverse("live-job", args=[job.pk])
    page = pages.counted(_items(job, status), ITEMS_PER_PAGE, number).get_page(query.get("page"))
    return {
        "snapshot": snapshot,
        "page_obj": page,
        "near": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "states": [(one, one.label, snapshot.counts[one]) for one in ItemStatus],
        "status": status,
        "query": known,
        "state_name": "items",
        "state_value": known.urlencode(),
        "poll": f"{address}?{known.urlencode()}" if snapshot.is_live else "",
    }


def job_fragment(request: HttpRequest, job: BatchJob, query: QueryDict) -> HttpResponse:
    """The card and the keywords of ``job``, to be swapped into its page, if they changed."""
    outlined = progress.outlines([job])

    def make() -> HttpResponse:
        context = {"oob": True, **_job_context(outlined, query)}
        return render(request, "jobs/_live_job.html", context)

    response: HttpResponse = etags.answer(request, outlined, make, for_people=True)
    return response


def _list_fragment(request: HttpRequest, which: Q, state: list[int], shown_as: str) -> HttpResponse:
    jobs = progress.shown(BatchJob.objects.of(request.user).filter(which))
    outlined = progress.outlines(list(jobs[:MOST_IDS]))

    def make() -> HttpResponse:
        numbers = listing.counts(request.user)
        context = {"oob": True, **_list(progress.filled(outlined), state, shown_as, numbers)}
        return render(request, "jobs/_live_list.html", context)

    response: HttpResponse = etags.answer(request, outlined, make, for_people=True)
    return response


def _list(
    snapshots: list[JobSnapshot], state: list[int], shown_as: str, numbers: dict[str, int]
) -> dict[str, Any]:
    live = ",".join(str(snapshot.job.pk) for snapshot in snapshots if snapshot.is_live)
    chosen = shown_as if shown_as in numbers else ""
    also = f"&status={chosen}" if chosen else ""
    return {
        "chips": listing.chips(numbers),
        "chosen": chosen,
        "snapshots": snapshots,
        "state_name": "ids",
        "state_value": ",".join(map(str, state)),
        "poll": f"{reverse('live-jobs')}?live={live}{also}" if live else "",
    }


def _items(job: BatchJob, status: str) -> Any:
    items = BatchItem.objects.filter(job=job).select_related("article").order_by("position")
    if status in ItemStatus.values:
        items = items.filter(status=status)
    return items.only(
        "job_id", "position", "keyword", "status", "attempts", "tokens_used", "error_code",
        "error_message", "started_at", "finished_at", "article__title", "article__deleted_at",
    )  # fmt: skip
