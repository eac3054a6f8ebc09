"""Steps that were paid for survive a crash, a pause, an empty balance and a retry.

A step's cost is the attempt's that bought it, and so the operator's, until an article is made of
it: then it moves to the attempt that is settled, whose user pays for it. So the attempts of a
keyword add up to what its provider billed at every moment.
"""

from collections.abc import Collection

from django.db import connection
from django.db.models import F, Sum

from articles.providers.base import Usage
from articles.writing.brief import WORDS_OF_ONE_CALL, Brief
from articles.writing.steps import StepResult
from batchwriter import database
from jobs.handles import Stale, Start
from jobs.models import BatchAttempt, BatchJob, BatchStep

NAME_LENGTH, ID_LENGTH = 60, 255


def are_worth_it(brief: Brief) -> bool:
    """Whether calls follow one another: else all of them are in flight at once, and lost at once.

    A step costs a transaction, so articles of two calls side by side do without.
    """
    in_turn = brief.outline_option == "ai-outline" or brief.search or brief.images
    return bool(in_turn) or brief.words > WORDS_OF_ONE_CALL


def keep(start: Start, step: StepResult) -> None:
    """Store ``step``, which ``start`` has just paid for. Raises Stale where it no longer runs."""

    def store() -> None:
        BatchJob.objects.select_for_update().values_list("pk").get(pk=start.job_id)
        if not start.attempts().exists():
            raise Stale
        BatchStep.objects.filter(item_id=start.item_id, name=step.name).delete()
        BatchStep.objects.create(
            job_id=start.job_id,
            item_id=start.item_id,
            name=step.name,
            attempt=start.number,
            text=step.text,
            prompt_tokens=step.usage.prompt_tokens,
            completion_tokens=step.usage.completion_tokens,
            estimated=step.usage.estimated,
            response_id=step.response_id[:ID_LENGTH],
            model=step.model[:ID_LENGTH],
            bought_at=database.now(),
        )

    database.in_transaction(store)


def kept(item_id: int) -> dict[str, StepResult]:
    """The steps of a keyword by name."""
    return {
        row.name: StepResult(
            name=row.name,
            text=row.text,
            usage=Usage(row.prompt_tokens, row.completion_tokens, row.estimated),
            response_id=row.response_id,
            model=row.model,
        )
        for row in BatchStep.objects.filter(item_id=item_id)
    }


def forget(item_id: int, names: Collection[str]) -> None:
    """Delete steps that were of no use, so that they are asked for anew."""
    BatchStep.objects.filter(item_id=item_id, name__in=names).delete()


def hand_over(start: Start, names: Collection[str]) -> None:
    """Move the cost of the steps ``names`` from the earlier attempts that bought them to ``start``.

    The caller has locked the job, and books the whole cost of the article on ``start``.
    """
    bought = BatchStep.objects.filter(item_id=start.item_id, name__in=names)
    costs = bought.order_by().values("attempt")
    for row in costs.annotate(tokens=Sum(F("prompt_tokens") + F("completion_tokens"))):
        BatchAttempt.objects.filter(item_id=start.item_id, number=row["attempt"]).update(
            tokens_spent=F("tokens_spent") - row["tokens"]
        )


def clear(item_id: int) -> None:
    """Delete the steps of a keyword whose article is there."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM batch_steps WHERE item_id = %s", [item_id])
