"""Which of the jobs that wait for a provider may go on."""

from collections import defaultdict
from datetime import datetime

from django.db.models import QuerySet

from articles.models import WritingModel
from batchwriter import database
from jobs import circuits
from jobs.circuits import subjects_of
from jobs.models import BatchJob, ProviderCircuit
from jobs.status import JobStatus, PauseReason


def jobs_to_wake() -> list[int]:
    """All jobs whose circuits are closed, and one for each circuit that may be probed.

    The job that has been quiet the longest probes: where its model is at fault and not the key,
    the next one is another.
    """
    waiting = BatchJob.objects.filter(
        status=JobStatus.PAUSED, pause_reason=PauseReason.PROVIDER
    ).order_by("last_activity_at", "id")
    ids = waiting.order_by().values_list("writing_model_id", flat=True).distinct()
    models = list(WritingModel.objects.filter(pk__in=list(ids)))
    opened = _open_circuits() if models else {}
    now = database.now()
    wake: list[int] = []
    due: list[WritingModel] = []
    for model in models:
        gate = circuits.gate_of(_of(model, opened), now)
        if not gate.is_open:
            wake.extend(waiting.filter(writing_model=model).values_list("pk", flat=True))
        elif gate.due:
            due.append(model)
    return wake + _probes(waiting, due, opened)


def _open_circuits() -> dict[str, ProviderCircuit]:
    return ProviderCircuit.objects.filter(opened_at__isnull=False).in_bulk()


def _of(model: WritingModel, opened: dict[str, ProviderCircuit]) -> list[ProviderCircuit]:
    return [opened[subject] for subject in subjects_of(model) if subject in opened]


def _probes(
    waiting: QuerySet[BatchJob], due: list[WritingModel], opened: dict[str, ProviderCircuit]
) -> list[int]:
    """One job a circuit, none where another already waits for its turn to probe it."""
    busy = BatchJob.objects.filter(status=JobStatus.PROCESSING).values("user_id")
    taken: set[str] = set()
    quietest: dict[tuple[datetime, int], set[str]] = defaultdict(set)
    for model in due:
        subjects = {circuit.pk for circuit in _of(model, opened)}
        pending = BatchJob.objects.filter(status=JobStatus.PENDING, writing_model=model)
        if pending.exclude(user_id__in=busy).exists():
            taken |= subjects
        job = waiting.filter(writing_model=model).exclude(user_id__in=busy).first()
        if job is not None:
            quietest[(job.last_activity_at or job.created_at, job.pk)] = subjects
    chosen = []
    for (_since, job_id), subjects in sorted(quietest.items()):
        if not subjects & taken:
            taken |= subjects
            chosen.append(job_id)
    return chosen
