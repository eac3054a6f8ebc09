"""How a job and its keywords are said to people: the state, what to do, how long, what failed."""

from datetime import datetime, timedelta

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jobs.models import BatchItem, BatchJob, ProviderPace
from jobs.status import JobStatus, PauseReason

# A sentence for each reason why a keyword fails; what the provider said itself stands beside it.
FAILURES: dict[str, Promise] = {
    "bad_request": gettext_lazy("The provider does not accept this request. Try another model."),
    "blocked": gettext_lazy("The provider blocks this keyword. Put it in other words."),
    "connection_lost": gettext_lazy("The provider could not be reached. Retry later."),
    "context_too_long": gettext_lazy("The text is too long for this model. Choose another one."),
    "crashed_worker": gettext_lazy(
        "Writing this keyword was interrupted several times. Put it in other words, then retry."
    ),
    "empty": gettext_lazy("The model answered with an empty text. Retry."),
    "filtered": gettext_lazy("The provider's content filter stopped this. Use other words."),
    "internal_error": gettext_lazy("Something went wrong on our side. Retry."),
    "invalid_answer": gettext_lazy("The provider's answer could not be read. Retry later."),
    "policy": gettext_lazy("The provider's rules forbid this keyword. Put it in other words."),
    "rate_limited": gettext_lazy("The provider takes no more calls for now. Retry later."),
    "recitation": gettext_lazy("The model only recited a known text. Put the keyword otherwise."),
    "refused": gettext_lazy("The model refused to write about this keyword."),
    "safety": gettext_lazy("The provider's safety filter stopped this. Use other words."),
    "server_error": gettext_lazy("The provider had an error. Retry later."),
    "timeout": gettext_lazy("The provider did not answer in time. Retry later."),
    "truncated": gettext_lazy("The answer was cut off. Retry, or choose a shorter length."),
}
FINE_SECONDS = 5
COARSE_SECONDS = 60


def state(job: BatchJob) -> str:
    """What state a job is in, in words that its owner can act on."""
    if job.status == JobStatus.PAUSED and job.pause_reason:
        return str(PauseReason(job.pause_reason).label)
    if job.status == JobStatus.COMPLETED and job.failed_items:
        return _("Completed with errors")
    return str(JobStatus(job.status).label)


def failure(item: BatchItem) -> str:
    """Why a keyword failed, and what to do; empty where it has not."""
    if not item.error_code and not item.error_message:
        return ""
    return str(FAILURES.get(item.error_code or "") or _(item.error_message or ""))


def time_left(seconds: float) -> str:
    """About how long it will take, rounded up so that it does not change with every look."""
    if seconds < COARSE_SECONDS:
        number = max(-(-int(seconds) // FINE_SECONDS), 1) * FINE_SECONDS
        return ngettext("about %(number)d second", "about %(number)d seconds", number) % {
            "number": number
        }
    minutes = -(-int(seconds) // COARSE_SECONDS)
    if minutes < 2 * 60:
        return ngettext("about %(number)d minute", "about %(number)d minutes", minutes) % {
            "number": minutes
        }
    hours = -(-minutes // 60)
    return ngettext("about %(number)d hour", "about %(number)d hours", hours) % {"number": hours}


def age(moment: datetime) -> str:
    """How long ago, in words that stay the same for a minute at least: polls compare them."""
    now = timezone.now()
    return str(naturaltime(now if now - moment < timedelta(minutes=1) else moment))


def advice(job: BatchJob) -> str:
    """Why a job of ``shown`` stands still or is slow, and what its owner can do; else empty."""
    if job.status == JobStatus.PROCESSING:
        return _pace_advice(job)
    if job.status != JobStatus.PAUSED:
        return ""
    place = {"place": job.current_item_index + 1, "total": job.total_items}
    if job.pause_reason == PauseReason.OUT_OF_TOKENS:
        return _("Out of tokens at keyword %(place)d/%(total)d. Top up, then press Resume.") % place
    if job.pause_reason == PauseReason.ARTICLE_LIMIT:
        return (
            _("Article limit reached at keyword %(place)d/%(total)d. Raise it, then press Resume.")
            % place
        )
    if job.pause_reason == PauseReason.PROVIDER:
        return _provider_advice(job)
    running = int(getattr(job, "running_items", 0))
    if not running:
        return _("Paused by you. Press Resume to go on.")
    return ngettext(
        "Paused by you. %(number)d article that was begun is being finished.",
        "Paused by you. %(number)d articles that were begun are being finished.",
        running,
    ) % {"number": running}


def _pace_advice(job: BatchJob) -> str:
    calls: float | None = getattr(job, "pace_calls", None)
    if calls is None:
        return ""
    number = int(calls)
    words = ngettext(
        "%(model)s is called %(calls)d time at once for now: %(reason)s.",
        "%(model)s is called %(calls)d times at once for now: %(reason)s.",
        number,
    )
    reason = ProviderPace.Reason(getattr(job, "pace_reason", "")).label
    return words % {"model": job.writing_model.label, "calls": number, "reason": reason}


def _provider_advice(job: BatchJob) -> str:
    """The reason is one of the taxonomy's sentences, kept in English and translated here."""
    reason = _(job.error_message) if job.error_message else ""
    values = {"model": job.writing_model.label, "reason": reason.rstrip(".")}
    retry_at: datetime | None = getattr(job, "provider_retry_at", None)
    if retry_at is None:
        return _("%(model)s was not answering; the job goes on by itself.") % values
    if getattr(job, "provider_probing", False) or retry_at <= timezone.now():
        return _("%(model)s is not answering (%(reason)s). It is being tried right now.") % values
    return _("%(model)s is not answering (%(reason)s). Next try %(time)s, by itself.") % {
        **values,
        "time": _moment(retry_at),
    }


def _moment(moment: datetime) -> str:
    """The time of day with its zone, and the date where it is not today's: ``14:05 UTC``."""
    local, today = timezone.localtime(moment), timezone.localdate()
    time = f"{time_format(local, 'H:i')} {local.tzname()}"
    if local.date() == today:
        return time
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {time}"
