"""Jobs, workers and circuits for operators, who act through the same functions as everybody."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from batchwriter import database
from batchwriter.errors import InvalidTransition
from batchwriter.readonly_admin import ReadOnlyAdmin, ReadOnlyInline
from batchwriter.rest import user_of
from jobs import circuits, costs, lifecycle
from jobs.models import (
    BatchAttempt,
    BatchEvent,
    BatchItem,
    BatchJob,
    BatchWorker,
    ProviderCircuit,
    ProviderPace,
)
from jobs.status import AttemptState, JobStatus, PauseReason

ROWS_INSIDE = 50
Action = Callable[..., BatchJob]


class ReasonForm(ActionForm):
    """Why an operator does it; stands in the log beside who and what."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)


def _said(request: HttpRequest, action: str) -> str:
    """The line of the log: what was done, and the reason that was given."""
    reason = " ".join(request.POST.get("reason", "").split())[:200]
    return f"{action}: {reason or '–'}"


class _Newest(ReadOnlyInline):
    """The first rows alone: a job may have a thousand keywords and many thousand events."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the job on this page, so many that the page stays quick."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        job_id = match.kwargs.get("object_id") if match else None
        ids = list(rows.filter(job_id=job_id).values_list("pk", flat=True)[:ROWS_INSIDE])
        return rows.filter(pk__in=ids)


class ItemInline(_Newest):
    """Keywords."""

    model = BatchItem
    fields = ("position", "keyword", "status", "attempts", "tokens_used", "error_code",
              "error_message", "article")  # fmt: skip
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("first keywords")


class EventInline(_Newest):
    """History."""

    model = BatchEvent
    fields = ("created_at", "kind", "actor", "worker", "item", "message")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("newest events")
    show_change_link = False


@admin.register(BatchJob)
class BatchJobAdmin(ReadOnlyAdmin):
    """Jobs with what became of them."""

    list_display = ("id", "user", "badge", "progress", "writing_model", "tokens_used", "quiet_for",
                    "created_at", "error_message")  # fmt: skip
    list_filter = ("status", "pause_reason", "writing_model", "created_at")
    search_fields = ("id", "user__username", "user__email", "items__keyword")
    search_help_text = gettext_lazy("Id, user or keyword")
    list_select_related = ("user", "writing_model")
    inlines = (ItemInline, EventInline)
    actions = ("pause", "resume", "cancel", "retry")
    action_form = ReasonForm

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def badge(self, job: BatchJob) -> str:
        """The status as a badge."""
        return format_html(
            '<span class="job-badge job-{}">{}</span>', job.status, job.get_status_display()
        )

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, job: BatchJob) -> str:
        """Settled keywords of all, and failed ones."""
        settled = job.completed_items + job.failed_items
        failed = (
            _(" (%(failed)d failed)") % {"failed": job.failed_items} if job.failed_items else ""
        )
        return f"{settled}/{job.total_items}{failed}"

    @admin.display(description=gettext_lazy("quiet for"), ordering="last_activity_at")
    def quiet_for(self, job: BatchJob) -> str:
        """The age of the last activity."""
        since = job.last_activity_at or job.created_at
        return timesince(since, timezone.now())

    @admin.action(description=gettext_lazy("Pause"), permissions=["steer"])
    def pause(self, request: HttpRequest, jobs: QuerySet[BatchJob]) -> None:
        """Pause the chosen jobs."""
        self._act(request, jobs, lifecycle.pause)

    @admin.action(description=gettext_lazy("Resume"), permissions=["steer"])
    def resume(self, request: HttpRequest, jobs: QuerySet[BatchJob]) -> None:
        """Resume the chosen jobs."""
        self._act(request, jobs, lifecycle.resume)

    @admin.action(description=gettext_lazy("Cancel"), permissions=["steer"])
    def cancel(self, request: HttpRequest, jobs: QuerySet[BatchJob]) -> None:
        """Cancel the chosen jobs."""
        self._act(request, jobs, lifecycle.cancel)

    @admin.action(description=gettext_lazy("Retry failed keywords"), permissions=["write"])
    def retry(self, request: HttpRequest, jobs: QuerySet[BatchJob]) -> None:
        """Retry the failed keywords of the chosen jobs."""
        self._act(request, jobs, lifecycle.retry)

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Whether the operator may change jobs (the rows themselves are never edited)."""
        return request.user.has_perm("jobs.change_batchjob")

    def has_write_permission(self, request: HttpRequest) -> bool:
        """Whether the operator may have articles written, which costs the user's tokens."""
        return request.user.has_perm("jobs.add_batchjob")

    def _act(self, request: HttpRequest, jobs: QuerySet[BatchJob], act: Action) -> None:
        operator = user_of(request)
        done = 0
        for job_id in jobs.order_by("pk").values_list("pk", flat=True):
            try:
                changed = act(job_id, by=operator)
                self.log_change(request, changed, _said(request, act.__name__))
                done += 1
            except InvalidTransition as error:
                messages.error(request, f"#{job_id}: {error.message}")
        if done:
            messages.success(request, _("Done for %(count)d jobs.") % {"count": done})


class PaidByFilter(admin.SimpleListFilter):
    """Attempts that the operator paid for, wholly or in part."""

    title = gettext_lazy("paid by")
    parameter_name = "paid"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("operator", _("operator"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those with a share of the operator's."""
        return costs.paid_by_operator(queryset) if self.value() == "operator" else queryset


@admin.register(BatchAttempt)
class BatchAttemptAdmin(ReadOnlyAdmin):
    """Starts of keywords and what they cost whom."""

    list_display = ("id", "job", "item", "number", "state", "worker", "tokens_held",
                    "tokens_spent", "tokens_charged", "tokens_unconfirmed", "operator_tokens",
                    "estimated", "error_code", "started_at", "ended_at")  # fmt: skip
    list_filter = ("state", PaidByFilter, "estimated", "job__writing_model", "started_at")
    list_select_related = ("job", "item")
    change_list_template = "admin/attempts.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the operator's share."""
        return costs.with_share(super().get_queryset(request))

    @admin.display(description=gettext_lazy("operator pays"), ordering="operator_tokens")
    def operator_tokens(self, attempt: Any) -> int:
        """Tokens that the provider bills, or may bill, and no user was charged for."""
        return int(attempt.operator_tokens)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list; with what it adds up to where it is the operator's alone."""
        page = super().changelist_view(request, extra_context)
        context: dict[str, Any] = getattr(page, "context_data", {})
        listed = context.get("cl")
        if listed is not None and request.GET.get(PaidByFilter.parameter_name) == "operator":
            rows = costs.totals(listed.queryset)
            states = dict(AttemptState.choices)
            context["totals"] = [(states[row.state], row) for row in rows]
            context["total"] = sum(row.tokens for row in rows)
        return page


@admin.register(BatchWorker)
class BatchWorkerAdmin(ReadOnlyAdmin):
    """Worker processes and their leases."""

    list_display = ("id", "host", "pid", "started_at", "seen_at", "expires_at", "expelled")


@admin.register(ProviderCircuit)
class ProviderCircuitAdmin(ReadOnlyAdmin):
    """Which models are not called at present, and why."""

    list_display = ("name", "state", "opened_at", "retry_at", "reason", "jobs_waiting",
                    "failures")  # fmt: skip
    list_filter = ("provider",)
    list_select_related = ("writing_model",)
    actions = ("try_now",)
    action_form = ReasonForm

    @admin.display(description=gettext_lazy("model"), ordering="subject")
    def name(self, circuit: ProviderCircuit) -> str:
        """The model, or all models of a provider."""
        if circuit.writing_model is not None:
            return circuit.writing_model.label
        return _("all models of %(provider)s") % {"provider": circuit.provider}

    @admin.display(description=gettext_lazy("state"), ordering="opened_at")
    def state(self, circuit: ProviderCircuit) -> str:
        """Where it stands, in words."""
        if circuit.opened_at is None:
            return _("answers")
        return _("is being tried") if circuit.probing else _("is not answering")

    @admin.display(description=gettext_lazy("jobs waiting"))
    def jobs_waiting(self, circuit: ProviderCircuit) -> int:
        """Jobs that go on when it answers."""
        if circuit.opened_at is None:
            return 0
        waiting = BatchJob.objects.filter(
            status=JobStatus.PAUSED, pause_reason=PauseReason.PROVIDER
        )
        if circuit.writing_model_id is None:
            return waiting.filter(writing_model__provider=circuit.provider).count()
        return waiting.filter(writing_model=circuit.writing_model_id).count()

    @admin.action(description=gettext_lazy("Try now"), permissions=["steer"])
    def try_now(self, request: HttpRequest, rows: QuerySet[ProviderCircuit]) -> None:
        """Let the next keyword probe the chosen circuits at once."""
        subjects = list(rows.values_list("pk", flat=True))
        for circuit in rows:
            self.log_change(request, circuit, _said(request, "try now"))
        count = circuits.try_at_once(subjects, database.now())
        messages.success(request, _("%(count)d will be tried now.") % {"count": count})

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Whether the operator may change circuits (the rows themselves are never edited)."""
        return request.user.has_perm("jobs.change_providercircuit")


@admin.register(ProviderPace)
class ProviderPaceAdmin(ReadOnlyAdmin):
    """Models that are called less often than the workers could, and why."""

    list_display = ("writing_model", "calls_at_once", "reason", "changed_at", "not_before")
    list_select_related = ("writing_model",)

    @admin.display(description=gettext_lazy("calls at once"), ordering="calls")
    def calls_at_once(self, pace: ProviderPace) -> int:
        """Of all workers together."""
        return int(pace.calls)
