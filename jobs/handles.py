"""What a worker holds in its hands: the lease of a job, the start of one of its keywords."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet

from articles.models import WritingModel
from articles.writing.brief import Brief
from jobs.models import BatchAttempt, BatchJob
from jobs.status import AttemptState


class Stale(Exception):
    """The job or the keyword is no longer this worker's: nothing was written."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A job that this worker may start keywords of, as long as the epoch is the job's."""

    job_id: int
    epoch: int
    worker: str
    user_id: int
    model: WritingModel
    settings: dict[str, Any]

    @classmethod
    def of(cls, job: BatchJob, *, epoch: int, worker: str) -> "Lease":
        """The lease of ``job``, which was read with its ``writing_model``, under ``epoch``."""
        return cls(job.pk, epoch, worker, job.user_id, job.writing_model, job.settings)

    def attempts(self) -> QuerySet[BatchAttempt]:
        """The starts of this lease that still run."""
        return BatchAttempt.objects.filter(
            job_id=self.job_id, lease_epoch=self.epoch, state=AttemptState.CALLING
        )


class Pending(NamedTuple):
    """A keyword that waits, as far as its start needs to know it."""

    pk: int
    position: int
    keyword: str
    attempts: int
    tokens_estimated: int
    title: str | None
    note: str | None
    language: str | None
    length: str | None

    def settings(self, of_job: dict[str, Any]) -> dict[str, Any]:
        """The settings of its job, but for a language and length of its own."""
        own: dict[str, Any] = {}
        if self.language:
            own["language"] = self.language
        if self.length:
            own |= {"length": self.length, "targetWords": None}
        return of_job | own


@dataclass(frozen=True, slots=True)
class Start:
    """One keyword that was started: its attempt row is written and holds its tokens.

    ``settings`` are those of its job, with the keyword's own language and length.
    """

    job_id: int
    item_id: int
    number: int
    worker: str
    keyword: str
    model: WritingModel
    settings: dict[str, Any]
    position: int
    tokens_held: int
    probe: bool = False
    title: str = ""
    note: str = ""
    user_id: int = 0

    def brief(self) -> Brief:
        """What is asked of the writer."""
        chosen = self.settings
        return Brief(
            keyword=self.keyword,
            provider=self.model.provider,
            model=self.model.model,
            language=str(chosen["language"]),
            tone=str(chosen["tone"]),
            length=str(chosen["length"]),
            outline_option=str(chosen["outlineOption"]),
            custom_outline=str(chosen["customOutline"] or ""),
            title=self.title,
            note=self.note,
            search=bool(chosen.get("useGoogleSearch")),
            images=int(chosen["maxImages"]) if chosen.get("autoInsertImages") else 0,
            target_words=chosen.get("targetWords"),
            variation=self.job_id + self.position,
        )

    def attempts(self) -> QuerySet[BatchAttempt]:
        """This start's row, if it still runs."""
        return BatchAttempt.objects.filter(
            item_id=self.item_id, number=self.number, state=AttemptState.CALLING
        )
