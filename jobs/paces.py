"""How many calls all workers together may have in flight to a model: a row for each that objects.

A model without a row has never objected: there is no limit then but the workers' own. The row is
halved by whoever is refused, and raised by what is answered while calls wait; see
``articles.providers.pace``, which does the same within one process at once.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Case, F, FloatField, Value, When
from django.db.models.functions import Greatest

from articles.providers.pace import Report
from batchwriter import database
from jobs.models import BatchJob, ProviderPace
from jobs.status import JobStatus

# Several workers meet the same limit in the same moment: that is one reason to halve it.
ONE_CUT_SECONDS = 1.0
# So many calls, doubled each time they are answered, when a model comes back from an outage.
AFTER_OUTAGE = 4.0
# As many are no limit any more.
MOST = 1000.0
# A keyword counts for so much of its worker's demand, and a job for no more than this.
JOB_DEMAND = 100


class Allowed(NamedTuple):
    """What one worker may do with one model: calls at once (None: any number), and when."""

    calls: int | None
    pause_seconds: float


def sync(worker: str, reports: dict[int, Report]) -> dict[int, Allowed]:
    """Tell what a worker has seen of models, by id; returns what it may do with each."""
    for model_id, report in reports.items():
        if report.cut:
            _cut(model_id, report, database.now())
        elif report.full:
            _raise(model_id, report.full)
    rows = ProviderPace.objects.filter(writing_model__in=list(reports)).in_bulk()
    if not rows:
        return dict.fromkeys(reports, Allowed(None, 0.0))
    now = database.now()
    shares = _shares(worker, list(rows))
    return {
        model_id: _allowed(rows.get(model_id), shares.get(model_id, 1.0), now)
        for model_id in reports
    }


def restart(model_id: int, now: datetime) -> None:
    """A model is down: when it answers again, begin with few calls."""
    pace, _created = ProviderPace.objects.get_or_create(
        writing_model_id=model_id, defaults={"calls": MOST, "threshold": MOST, "changed_at": now}
    )
    ProviderPace.objects.filter(pk=pace.pk).update(
        threshold=Greatest(F("calls"), Value(AFTER_OUTAGE), output_field=FloatField()),
        calls=AFTER_OUTAGE,
        reason=ProviderPace.Reason.OUTAGE,
        changed_at=now,
    )


def _cut(model_id: int, report: Report, now: datetime) -> None:
    at_once = max(report.in_flight / 2, 1.0)
    pause = timedelta(seconds=report.retry_after)
    pace, created = ProviderPace.objects.get_or_create(
        writing_model_id=model_id,
        defaults={
            "calls": at_once,
            "threshold": at_once,
            "reason": report.cut,
            "changed_at": now,
            "not_before": now + pause,
        },
    )
    if created:
        return
    before = now - timedelta(seconds=ONE_CUT_SECONDS)
    half = Greatest(F("calls") / 2, Value(1.0), output_field=FloatField())
    ProviderPace.objects.filter(pk=pace.pk, changed_at__lte=before).update(
        threshold=half, calls=half, reason=report.cut, changed_at=now, not_before=now + pause
    )


def _raise(model_id: int, answers: int) -> None:
    """Double it each time all calls were answered, up to the threshold; then a tenth of that."""
    rows = ProviderPace.objects.filter(writing_model=model_id)
    step = Greatest(F("threshold") / 10, Value(1.0), output_field=FloatField())
    rows.update(
        calls=Case(
            When(calls__lt=F("threshold"), then=F("calls") + float(answers)),
            default=F("calls") + step * float(answers) / F("calls"),
            output_field=FloatField(),
        )
    )
    rows.filter(calls__gte=MOST).delete()


def _shares(worker: str, model_ids: list[int]) -> dict[int, float]:
    """The part of each model's calls that is ``worker``'s, by what its jobs have left to write."""
    if not model_ids:
        return {}
    all_of, mine = defaultdict[int, int](int), defaultdict[int, int](int)
    jobs = BatchJob.objects.filter(status=JobStatus.PROCESSING, writing_model__in=model_ids)
    left = F("total_items") - F("completed_items") - F("failed_items")
    for model_id, owner, items in jobs.values_list("writing_model_id", "lease_owner", left):
        demand = min(max(items, 1), JOB_DEMAND)
        all_of[model_id] += demand
        if owner == worker:
            mine[model_id] += demand
    return {model_id: mine[model_id] / total for model_id, total in all_of.items()}


def _allowed(pace: ProviderPace | None, share: float, now: datetime) -> Allowed:
    if pace is None:
        return Allowed(None, 0.0)
    pause = (pace.not_before - now).total_seconds() if pace.not_before else 0.0
    return Allowed(max(int(pace.calls * share), 1), max(pause, 0.0))
