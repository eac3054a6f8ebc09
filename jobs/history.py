"""What finished articles have needed: tokens and seconds, as a basis for estimates.

It reads the newest jobs by an index, and of them as many as hold enough articles.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from accounts.models import User
from articles.models import WritingModel
from jobs.models import BatchItem, BatchJob
from jobs.status import ItemStatus

NEWEST_JOBS = 200
ENOUGH_ARTICLES = 400
FEWEST_ARTICLES = 5

# Language and length of an article.
Kind = tuple[str, str]


@dataclass(slots=True)
class Needed:
    """What articles of one kind have needed, each of them."""

    tokens: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def needed(model: WritingModel, kinds: Collection[Kind], user: User | None) -> dict[Kind, Needed]:
    """What the newest articles of ``model`` have needed, those of ``user`` or everybody's.

    Kinds of which there are fewer than five articles are left out.
    """
    found: dict[Kind, Needed] = defaultdict(Needed)
    jobs = _newest_jobs(model, kinds, user)
    items = BatchItem.objects.filter(job__in=jobs, status=ItemStatus.COMPLETED, tokens_used__gt=0)
    rows = items.order_by().values_list(
        "job_id", "language", "length", "tokens_used", "started_at", "finished_at"
    )
    for job_id, language, length, tokens, started, finished in rows:
        of_job = jobs[job_id]
        kind = found[language or of_job[0], length or of_job[1]]
        kind.tokens.append(tokens)
        if started and finished:
            kind.seconds.append((finished - started).total_seconds())
    return {kind: one for kind, one in found.items() if len(one.tokens) >= FEWEST_ARTICLES}


def _newest_jobs(
    model: WritingModel, kinds: Collection[Kind], user: User | None
) -> dict[int, Kind]:
    """Jobs with articles of these kinds, the newest that suffice, with what they asked for."""
    if user is None:
        newest = BatchJob.objects.filter(writing_model=model).order_by("-pk")
    else:
        newest = BatchJob.objects.of(user).order_by("-created_at", "-pk")
    rows = newest.values_list(
        "pk",
        "writing_model_id",
        "completed_items",
        "job_data__settings__language",
        "job_data__settings__length",
    )
    jobs: dict[int, Kind] = {}
    articles = 0
    for job_id, model_id, completed, language, length in rows[:NEWEST_JOBS]:
        if articles >= ENOUGH_ARTICLES:
            break
        if model_id == model.pk and completed and (language, length) in kinds:
            jobs[job_id] = (language, length)
            articles += completed
    return jobs
