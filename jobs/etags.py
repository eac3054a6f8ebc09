"""Answers that are sent only where something has changed: the ETag before the rest is made.

It is made of what ``progress.outlines`` knows: the row of each job, stamped by whatever changes
it or its keywords (but for keywords that wait again, which the number of running ones tells), and
when an article of the owner's changed last. So an answer that is not needed costs the queries for
that alone.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language

from jobs import progress
from jobs.progress import JobSnapshot

# A transaction that stamped its change earlier may commit later than one that was seen.
SETTLES_AFTER_SECONDS = 5
SHOWN = ("job_type", "total_items", "completed_items", "failed_items", "current_item_index",
         "tokens_at_start", "tokens_used", "articles_limit_at_start", "pause_reason",
         "error_message", "running_items", "articles_changed_at", "status", "created_at",
         "updated_at", "started_at", "last_activity_at", "finished_at")  # fmt: skip


def answer(
    request: Any,
    outlined: Sequence[JobSnapshot],
    make: Callable[[], HttpResponseBase],
    *more: object,
    for_people: bool = False,
) -> Any:
    """304 where the client has what ``make`` would answer, else that, with an ETag.

    ``more`` is what else the answer depends on. Where a message waits to be shown it is made.
    Where an article changed just now it is made too, and compared by its content.
    """
    if for_people and "_messages" in request.session:
        return make()
    if any(map(_may_still_change, outlined)):
        response: Any = make()
    else:
        etag = _tag(request, outlined, more, for_people=for_people)
        response = get_conditional_response(request, etag=etag) or make()
        response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Accept-Language", "Authorization", "Cookie"))
    return response


def _tag(
    request: Any, outlined: Sequence[JobSnapshot], more: tuple[object, ...], *, for_people: bool
) -> str:
    owner = request.user
    facts: list[object] = [_build(), get_language(), owner.pk, request.get_full_path(), *more]
    if for_people:
        facts += [owner.tokens_remaining, owner.tokens_held, owner.article_limit, owner.time_zone]
    for snapshot in outlined:
        facts += _facts(snapshot, for_people=for_people)
    text = "\x00".join(map(str, facts))
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _facts(snapshot: JobSnapshot, *, for_people: bool) -> list[object]:
    job = snapshot.job
    facts: list[object] = [job.pk, job.writing_model.label]
    facts += [getattr(job, name) for name in SHOWN]
    facts += [snapshot.place, snapshot.elapsed_seconds]
    if for_people:
        facts += [snapshot.is_live, snapshot.is_stalled, progress.advice(job)]
        facts.append(progress.age(job.created_at))
    return facts


def _may_still_change(snapshot: JobSnapshot) -> bool:
    """Whether an article of the owner's changed so lately that another may bear that time."""
    changed = getattr(snapshot.job, "articles_changed_at", None)
    return bool(changed and (snapshot.now - changed).total_seconds() < SETTLES_AFTER_SECONDS)


@cache
def _build() -> str:
    """What tells one version of the pages and their words from another."""
    digest = hashlib.sha256()
    files = [
        *settings.BASE_DIR.glob("templates/**/*.html"),
        *settings.BASE_DIR.glob("locale/**/*.mo"),
    ]
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()
