"""What attempts cost the operator: everything that a provider bills and no user pays."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from jobs.models import BatchAttempt, PrunedCost


@dataclass(frozen=True, slots=True)
class Total:
    """Attempts of one model that ended in one way; all numbers but ``attempts`` are tokens.

    ``reported`` is what the provider said it bills and nobody was charged for, ``unconfirmed`` an
    estimate of what it may bill without saying so.
    """

    model: str
    state: str
    attempts: int
    reported: int
    unconfirmed: int

    @property
    def tokens(self) -> int:
        """Both together."""
        return self.reported + self.unconfirmed


# Charges are never more than what was spent: the order keeps unsigned columns above zero.
SHARE = F("tokens_spent") + Coalesce("tokens_unconfirmed", 0) - F("tokens_charged")


def with_share(attempts: QuerySet[Any]) -> QuerySet[Any]:
    """``attempts`` with ``operator_tokens``, the operator's part of each."""
    shared: QuerySet[Any] = attempts.annotate(operator_tokens=SHARE)
    return shared


def paid_by_operator(attempts: QuerySet[Any]) -> QuerySet[Any]:
    """Those of ``attempts`` that cost the operator something.

    Lost and dropped ones, failed ones, and articles with dropped answers or with more used than
    their users had.
    """
    return with_share(attempts).filter(operator_tokens__gt=0)


def totals(attempts: QuerySet[Any]) -> list[Total]:
    """The operator's part of ``attempts`` for each model and state, the dearest first."""
    return _sorted(
        Total(
            model=row["job__writing_model__label"],
            state=row["state"],
            attempts=row["count"],
            reported=int(row["reported"]),
            unconfirmed=int(row["unconfirmed"]),
        )
        for row in _summed(attempts, "job__writing_model__label", "state")
    )


def totals_since(moment: datetime) -> list[Total]:
    """The same of all attempts that were started since ``moment``; pruned ones by whole days."""
    pruned = PrunedCost.objects.filter(day__gte=moment.astimezone(UTC).date())
    kept = pruned.order_by().values_list("writing_model__label", "state")
    rows = kept.annotate(Sum("attempts"), Sum("reported"), Sum("unconfirmed"))
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for model, state, *numbers in rows:
        sums[model, state] = [int(number) for number in numbers]
    for one in totals(BatchAttempt.objects.filter(started_at__gte=moment)):
        found = sums[one.model, one.state]
        added = (one.attempts, one.reported, one.unconfirmed)
        sums[one.model, one.state] = [a + b for a, b in zip(found, added, strict=True)]
    return _sorted(Total(model, state, *numbers) for (model, state), numbers in sums.items())


def keep(attempts: QuerySet[Any]) -> None:
    """Add the operator's part of ``attempts``, which are about to be deleted, to what is kept.

    Belongs into the transaction that deletes them.
    """
    by_day = attempts.annotate(day=TruncDate("started_at", tzinfo=UTC))
    for row in _summed(by_day, "day", "job__writing_model_id", "state"):
        kept, _made = PrunedCost.objects.get_or_create(
            day=row["day"], writing_model_id=row["job__writing_model_id"], state=row["state"]
        )
        PrunedCost.objects.filter(pk=kept.pk).update(
            attempts=F("attempts") + row["count"],
            reported=F("reported") + row["reported"],
            unconfirmed=F("unconfirmed") + row["unconfirmed"],
        )


def _summed(attempts: QuerySet[Any], *by: str) -> QuerySet[Any]:
    """What the operator pays for ``attempts``, added up by ``by``."""
    rows: QuerySet[Any] = (
        paid_by_operator(attempts)
        .order_by()
        .values(*by)
        .annotate(
            count=Count("pk"),
            reported=Sum(F("tokens_spent") - F("tokens_charged")),
            unconfirmed=Sum(Coalesce("tokens_unconfirmed", 0)),
        )
    )
    return rows


def _sorted(found: Iterable[Total]) -> list[Total]:
    return sorted(found, key=lambda total: total.tokens, reverse=True)
