"""The operators' page of the audit: every invariant in words, checked a few seconds at a time.

It works without scripts: links lead to the page with results. With htmx each step brings the
result of one invariant and asks for the next, so that no request is long, however many rows.
"""

from dataclasses import dataclass, replace
from time import monotonic
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from batchwriter.ids import id_of
from jobs import audit
from jobs.audit import INVARIANTS, Invariant, Outcome

SECONDS_OF_A_STEP = 2.0
SECONDS_OF_A_PAGE = 10.0
BY_CODE = {one.code: index for index, one in enumerate(INVARIANTS)}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a check goes on: at the id ``start`` of the invariant with this index.

    ``alone``: it ends with this invariant. ``broken``: how many before were; ``spent``:
    milliseconds that this one has taken so far.
    """

    index: int
    alone: bool
    start: int = 0
    spent: int = 0
    broken: int = 0

    @classmethod
    def of(cls, request: HttpRequest) -> "Place | None":
        """The place that the address names, None where nothing is to be checked."""
        code = request.GET.get("check")
        if code is None:
            return None
        if code not in BY_CODE:
            raise Http404(f"There is no invariant {code!r}")
        start, spent, broken = (
            _number(request.GET.get(name, "0")) for name in ("start", "spent", "broken")
        )
        return cls(BY_CODE[code], "alone" in request.GET, start, spent, broken)

    @property
    def invariant(self) -> Invariant:
        """The one to check."""
        return INVARIANTS[self.index]

    def __str__(self) -> str:
        """The address."""
        named = {"start": self.start, "spent": self.spent, "broken": self.broken}
        values = {"check": self.invariant.code, **{k: v for k, v in named.items() if v}}
        return "?" + urlencode(values | ({"alone": 1} if self.alone else {}))


@dataclass(frozen=True, slots=True)
class Line:
    """One invariant on the page, with what was found where it was checked."""

    invariant: Invariant
    outcome: Outcome | None = None
    rest: Place | None = None

    @property
    def state(self) -> str:
        """``waiting``, ``broken``, ``partial`` or ``sound``."""
        if self.outcome is None:
            return "waiting"
        if self.outcome.rows:
            return "broken"
        return "sound" if self.outcome.next_id is None else "partial"

    @property
    def check(self) -> Place:
        """The address that checks this one alone."""
        return Place(BY_CODE[self.invariant.code], alone=True)

    @property
    def percent(self) -> int:
        """How much of the table was looked at."""
        return int(100 * self.outcome.share) if self.outcome else 0


@require_safe
def audit_page(request: HttpRequest) -> HttpResponse:
    """The page for operators who may see jobs; a step of a check for htmx."""
    if "HX-Request" in request.headers and not admin.site.has_permission(request):
        # Logged out meanwhile: the whole page must ask for the log-in, not a line of it.
        return HttpResponseClientRefresh()
    answer: HttpResponse = admin.site.admin_view(_answer)(request)
    return answer


def _answer(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("jobs.view_batchjob"):
        raise PermissionDenied
    place = Place.of(request)
    if "HX-Request" in request.headers and place is not None:
        line, after = _advance(place, SECONDS_OF_A_STEP)
        step = {"line": line, "next": after, "summary": _summary(place, line, after), "step": True}
        return render(request, "admin/_audit_step.html", step)
    lines, summary, after = _check(place)
    context = {
        **admin.site.each_context(request),
        "title": _("Audit"),
        "lines": lines,
        "next": after,
        "summary": summary,
        "all": Place(0, alone=False),
    }
    return render(request, "admin/audit.html", context)


def _check(place: Place | None) -> tuple[list[Line], str, Place | None]:
    """Check from ``place`` on as long as one page may take: all lines, a summary, what is left."""
    lines = [Line(one) for one in INVARIANTS]
    summary = ""
    deadline = monotonic() + SECONDS_OF_A_PAGE
    while place is not None and (left := deadline - monotonic()) > 0:
        line, after = _advance(place, left)
        lines[place.index] = line
        summary = _summary(place, line, after)
        place = after
    return lines, summary, place


def _advance(place: Place, seconds: float) -> tuple[Line, Place | None]:
    """Check one invariant for so long at most; returns where to go on, None at the end."""
    outcome = audit.check(place.invariant, start=place.start, seconds=seconds)
    spent = place.spent + round(1000 * outcome.seconds)
    outcome.seconds = spent / 1000
    rest = None
    if outcome.next_id is not None:
        rest = replace(place, start=outcome.next_id, spent=spent)
    line = Line(place.invariant, outcome, replace(rest, alone=True) if rest else None)
    if rest and not outcome.rows:
        return line, rest
    if place.alone or place.index + 1 == len(INVARIANTS):
        return line, None
    broken = place.broken + bool(outcome.rows)
    return line, Place(place.index + 1, alone=False, broken=broken)


def _summary(place: Place, line: Line, after: Place | None) -> str:
    """How far a check of all is, in words; nothing for a check of one."""
    if place.alone:
        return ""
    broken = place.broken + (line.state == "broken")
    if after is not None:
        return _("%(done)d of %(total)d checked, %(broken)d broken so far.") % {
            "done": after.index,
            "total": len(INVARIANTS),
            "broken": broken,
        }
    if broken:
        return _("%(broken)d of %(total)d invariants are broken.") % {
            "broken": broken,
            "total": len(INVARIANTS),
        }
    return _("All %(total)d invariants hold.") % {"total": len(INVARIANTS)}


def _number(text: str) -> int:
    number = id_of(text)
    if number is None:
        raise Http404("Not a number of this page's")
    return number
