"""What attempts cost the operator: everything that a provider bills and no user pays."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce


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
    rows = (
        paid_by_operator(attempts)
        .order_by()
        .values("job__writing_model__label", "state")
        .annotate(
            count=Count("pk"),
            reported=Sum(F("tokens_spent") - F("tokens_charged")),
            unconfirmed=Sum(Coalesce("tokens_unconfirmed", 0)),
        )
    )
    found = [
        Total(
            model=row["job__writing_model__label"],
            state=row["state"],
            attempts=row["count"],
            reported=int(row["reported"]),
            unconfirmed=int(row["unconfirmed"]),
        )
        for row in rows
    ]
    return sorted(found, key=lambda total: total.tokens, reverse=True)
