"""Whether a model may be called at present. One row a model, shared by all workers.

A circuit opens when the provider refuses (key, quota, unknown model) or when keywords of the
model are lost in a row to errors of the provider. While it is open its jobs pause. From
``retry_at`` on, one job goes on as a probe; a keyword that succeeds closes the circuit.
"""

import random
from datetime import datetime, timedelta

from django.conf import settings

from articles.models import WritingModel
from batchwriter import database, logs
from jobs.models import BatchJob, ProviderCircuit
from jobs.status import JobStatus, PauseReason

LOSSES_IN_A_ROW = 5
LONGEST_PAUSE_SECONDS = 300.0
JITTER = 0.1


def count_loss(writing_model_id: int, reason: str, now: datetime) -> bool:
    """A keyword was lost to an error of the provider. Returns whether the circuit is open now."""
    circuit = _locked(writing_model_id)
    circuit.failures += 1
    if circuit.opened_at is None and circuit.failures < LOSSES_IN_A_ROW:
        ProviderCircuit.objects.filter(pk=circuit.pk).update(failures=circuit.failures)
        return False
    _open(circuit, reason, now, retry_after=None)
    return True


def open_for(
    model: WritingModel,
    reason: str,
    now: datetime,
    *,
    whole_provider: bool,
    retry_after: float | None,
) -> None:
    """Open the circuit of ``model``, or of every model of its provider (they share a key).

    ``retry_after`` is the provider's own wish in seconds.
    """
    models = WritingModel.objects.filter(pk=model.pk)
    if whole_provider:
        models = WritingModel.objects.filter(provider=model.provider)
    for pk in models.order_by("pk").values_list("pk", flat=True):
        _open(_locked(pk), reason, now, retry_after=retry_after)


def _locked(writing_model_id: int) -> ProviderCircuit:
    ProviderCircuit.objects.get_or_create(writing_model_id=writing_model_id)
    return ProviderCircuit.objects.select_for_update().get(pk=writing_model_id)


def _open(
    circuit: ProviderCircuit, reason: str, now: datetime, *, retry_after: float | None
) -> None:
    """Open, or open for longer: each time in a row doubles the pause, up to five minutes.

    Losses of calls that were under way when it opened do not make it longer.
    """
    waits = circuit.retry_at is not None and circuit.retry_at > now and not circuit.probing
    if waits and retry_after is None:
        return
    seconds = min(settings.PROVIDER_RETRY_SECONDS * 2**circuit.openings, LONGEST_PAUSE_SECONDS)
    seconds = max(seconds, retry_after or 0.0) * (1 + random.uniform(0, JITTER))
    ProviderCircuit.objects.filter(pk=circuit.pk).update(
        failures=circuit.failures,
        opened_at=circuit.opened_at or now,
        retry_at=now + timedelta(seconds=seconds),
        openings=min(circuit.openings + 1, 10),
        probing=False,
        reason=reason[:500],
    )
    logs.event("circuit_opened", model=circuit.writing_model_id, reason=reason)


def close(writing_model_id: int) -> None:
    """An article came through: the provider works."""
    closed = (
        ProviderCircuit.objects.filter(pk=writing_model_id)
        .exclude(failures=0, opened_at=None)
        .update(failures=0, opened_at=None, retry_at=None, openings=0, probing=False, reason="")
    )
    if closed:
        logs.event("circuit_closed", model=writing_model_id)


def answered(writing_model_id: int) -> None:
    """A probe came to nothing, but not for the provider's sake: it works."""
    if ProviderCircuit.objects.filter(pk=writing_model_id, probing=True).exists():
        close(writing_model_id)


def open_circuit(writing_model_id: int) -> ProviderCircuit | None:
    """The circuit of the model where it is open, else None."""
    return ProviderCircuit.objects.filter(pk=writing_model_id, opened_at__isnull=False).first()


def take_probe(writing_model_id: int, now: datetime) -> bool:
    """Try to become the one job that probes an open circuit whose pause is over."""
    window = timedelta(seconds=settings.AI_TIMEOUT_SECONDS + settings.PROVIDER_RETRY_SECONDS)
    return bool(
        ProviderCircuit.objects.filter(
            pk=writing_model_id, opened_at__isnull=False, retry_at__lte=now
        ).update(retry_at=now + window, probing=True)
    )


def try_now(writing_model_id: int, now: datetime) -> None:
    """Let the next job probe at once: somebody asked for it."""
    ProviderCircuit.objects.filter(
        pk=writing_model_id, opened_at__isnull=False, probing=False
    ).update(retry_at=now)


def jobs_to_wake() -> list[int]:
    """Jobs that wait for a provider and may go on: all of a closed circuit, one of a due one."""
    waiting = BatchJob.objects.filter(
        status=JobStatus.PAUSED, pause_reason=PauseReason.PROVIDER
    ).order_by("created_at", "id")
    models = list(waiting.order_by().values_list("writing_model_id", flat=True).distinct())
    circuits = ProviderCircuit.objects.in_bulk(models)
    now = database.now()
    wake: list[int] = []
    for model_id in models:
        circuit = circuits.get(model_id)
        jobs = waiting.filter(writing_model_id=model_id).values_list("pk", flat=True)
        if circuit is None or circuit.opened_at is None:
            wake.extend(jobs)
        elif circuit.retry_at is not None and circuit.retry_at <= now:
            wake.extend(_one_probe(model_id, list(jobs[:1])))
    return wake


def _one_probe(writing_model_id: int, job_ids: list[int]) -> list[int]:
    """No further job is woken while one of the model already waits for its turn to probe."""
    others = BatchJob.objects.live().filter(writing_model_id=writing_model_id)
    return [] if others.exists() else job_ids
