"""Whether a model may be called at present. One row a model and one a key, shared by all workers.

A model's circuit opens when keywords are lost in a row to errors of the provider, or when the
provider does not know the model. A key's circuit, for all models of a provider, opens when the
key is refused or its quota is used up. While one is open its jobs pause. From ``retry_at`` on one
keyword is written as a probe, its first call alone; the circuits it met close when it succeeds.

Rows are locked after job, item, attempt and user, before the queue, and in the order of their
subjects. While a circuit is closed an article costs one indexed read and no lock.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from articles.models import WritingModel
from batchwriter import logs
from jobs import paces
from jobs.models import ProviderCircuit

LOSSES_IN_A_ROW = 5
LONGEST_PAUSE_SECONDS = 300.0
MOST_OPENINGS = 10
JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether keywords of a model may start: all, one as a probe (``due``), or none."""

    reason: str = ""
    is_open: bool = False
    due: bool = False

    @property
    def shut(self) -> bool:
        """Whether no keyword may start."""
        return self.is_open and not self.due


def key_of(model: WritingModel) -> str:
    """The subject of the circuit that all models of a provider share."""
    return f"key:{model.provider}"


def subjects_of(model: WritingModel) -> tuple[str, str]:
    """The circuits that calls of ``model`` go through, in the order in which they are locked."""
    return key_of(model), f"model:{model.pk}"


def gate(model: WritingModel, now: datetime) -> Gate:
    """How the circuits of ``model`` stand; reads only."""
    return gate_of(list(_open_ones(model)), now)


def gate_of(circuits: list[ProviderCircuit], now: datetime) -> Gate:
    """What open circuits mean together: the last of them to be tried again decides."""
    if not circuits:
        return Gate()
    last = max(circuits, key=lambda circuit: circuit.retry_at or now)
    return Gate(last.reason, is_open=True, due=last.retry_at is None or last.retry_at <= now)


def take_probe(model: WritingModel, now: datetime) -> bool:
    """Try to become the one keyword that probes the open circuits of ``model``.

    The probe's first call ends within ``AI_TIMEOUT_SECONDS``; another may follow only after that,
    even where nobody ever says what became of this one.
    """
    circuits = list(_open_ones(model).select_for_update().order_by("pk"))
    if not circuits or not gate_of(circuits, now).due:
        return False
    window = timedelta(seconds=settings.AI_TIMEOUT_SECONDS + settings.PROVIDER_RETRY_SECONDS)
    _rows(circuit.pk for circuit in circuits).update(retry_at=now + window, probing=True)
    return True


def release_probe(model: WritingModel, started_at: datetime) -> None:
    """A probe ended without telling anything: another may follow, a pause after this one began."""
    _rows(subjects_of(model)).filter(probing=True).update(
        probing=False, retry_at=started_at + timedelta(seconds=settings.PROVIDER_RETRY_SECONDS)
    )


def count_loss(model: WritingModel, reason: str, now: datetime, *, probe: bool) -> bool:
    """A keyword was lost to an error of the provider. Returns whether a circuit is open now.

    Losses of calls that were under way when it opened do not make it longer.
    """
    if probe and _reopen(model, reason, now, retry_after=None):
        return True
    if _rows([key_of(model)]).filter(opened_at__isnull=False).exists():
        return True
    circuit = _locked(model, subjects_of(model)[1])
    if circuit.opened_at is not None:
        return True
    circuit.failures += 1
    if circuit.failures < LOSSES_IN_A_ROW:
        _rows([circuit.pk]).update(failures=circuit.failures)
        return False
    _open(circuit, reason, now, retry_after=None)
    paces.restart(model.pk, now)
    return True


def open_for(
    model: WritingModel,
    reason: str,
    now: datetime,
    *,
    whole_provider: bool,
    retry_after: float | None,
    probe: bool,
) -> None:
    """Open the circuit of ``model``, or of its provider's key, or leave it open for longer.

    ``retry_after`` is the provider's own wish in seconds. ``probe``: the circuits that the probe
    met stay open too.
    """
    if probe:
        _reopen(model, reason, now, retry_after=retry_after)
    key, own = subjects_of(model)
    circuit = _locked(model, key if whole_provider else own)
    if circuit.opened_at is None:
        _open(circuit, reason, now, retry_after=retry_after)
        paces.restart(model.pk, now)
    elif retry_after is not None and not probe:
        later = now + timedelta(seconds=retry_after)
        _rows([circuit.pk]).filter(retry_at__lt=later).update(retry_at=later)


def got_through(model: WritingModel, *, probe: bool) -> None:
    """The provider answered: losses are counted anew, and a probe closes the circuits it met.

    Any other answer was under way before a circuit opened, and proves nothing about now.
    """
    changed = _rows(subjects_of(model)).exclude(failures=0, opened_at=None)
    if not probe:
        changed = changed.filter(opened_at=None)
    if changed.exists():
        _close(changed)


def key_works(model: WritingModel) -> None:
    """A probe was refused for its model alone: other models need not wait for the key."""
    key = _rows([key_of(model)]).filter(opened_at__isnull=False)
    if key.exists():
        _close(key)


def try_now(model: WritingModel, now: datetime) -> None:
    """Let the next keyword of ``model`` probe at once: somebody asked for it."""
    try_at_once(subjects_of(model), now)


def try_at_once(subjects: Iterable[str], now: datetime) -> int:
    """Let the next keyword probe these circuits; returns how many of them were waiting."""
    return _rows(subjects).filter(opened_at__isnull=False, probing=False).update(retry_at=now)


def _rows(subjects: Iterable[str]) -> QuerySet[ProviderCircuit]:
    return ProviderCircuit.objects.filter(pk__in=list(subjects))


def _open_ones(model: WritingModel) -> QuerySet[ProviderCircuit]:
    return _rows(subjects_of(model)).filter(opened_at__isnull=False)


def _locked(model: WritingModel, subject: str) -> ProviderCircuit:
    own = None if subject == key_of(model) else model
    ProviderCircuit.objects.get_or_create(
        subject=subject, defaults={"provider": model.provider, "writing_model": own}
    )
    return ProviderCircuit.objects.select_for_update().get(pk=subject)


def _reopen(
    model: WritingModel, reason: str, now: datetime, *, retry_after: float | None
) -> list[ProviderCircuit]:
    """A probe failed: each circuit that it met stays open for longer. Returns those."""
    circuits = list(_open_ones(model).select_for_update().order_by("pk"))
    for circuit in circuits:
        _open(circuit, reason, now, retry_after=retry_after)
    return circuits


def _open(
    circuit: ProviderCircuit, reason: str, now: datetime, *, retry_after: float | None
) -> None:
    """Each opening in a row doubles the pause, up to five minutes; the provider may want more."""
    seconds = min(settings.PROVIDER_RETRY_SECONDS * 2**circuit.openings, LONGEST_PAUSE_SECONDS)
    seconds = max(seconds, retry_after or 0.0) * (1 + random.uniform(0, JITTER))
    _rows([circuit.pk]).update(
        failures=circuit.failures,
        opened_at=circuit.opened_at or now,
        retry_at=now + timedelta(seconds=seconds),
        openings=min(circuit.openings + 1, MOST_OPENINGS),
        probing=False,
        reason=reason[:500],
    )
    logs.event("circuit_opened", model=circuit.pk, reason=reason)


def _close(rows: QuerySet[ProviderCircuit]) -> None:
    opened = list(rows.filter(~Q(opened_at=None)).values_list("pk", flat=True))
    rows.update(failures=0, opened_at=None, retry_at=None, openings=0, probing=False, reason="")
    for subject in opened:
        logs.event("circuit_closed", model=subject)
