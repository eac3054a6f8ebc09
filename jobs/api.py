"""Batch jobs over the API: validate, call, respond."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.throttling import JobCreateThrottle
from batchwriter.errors import InvalidInput
from batchwriter.rest import body_of, choice, user_of
from batchwriter.schema import READ, WRITE
from jobs import estimates, etags, lifecycle, progress, submission
from jobs.models import BatchItem, BatchJob
from jobs.serializers import EstimateSerializer, ItemSerializer, JobBody, JobDetail, JobRow
from jobs.status import ItemStatus, JobStatus

VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,255}")
KNOWN_KEYS = ("keywords", "items", "settings")
UNCHANGED = OpenApiResponse(description="Nothing has changed since the ETag in If-None-Match.")


def own_job(request: Request, job_id: int) -> BatchJob:
    """The user's job; another user's is not there."""
    found = progress.shown(BatchJob.objects.of(request.user)).filter(pk=job_id).first()
    if found is None:
        raise Http404
    return found


def parsed(request: Request) -> submission.Submission:
    """The checked body of a call that makes or estimates a job."""
    body = body_of(request)
    unknown = [key for key in body if key not in KNOWN_KEYS]
    if unknown:
        sentence = _("There is no such field. Known are: %(names)s.") % {
            "names": ", ".join(KNOWN_KEYS)
        }
        raise InvalidInput({key: [sentence] for key in unknown})
    return submission.parse(
        user_of(request), body.get("keywords"), body.get("settings"), body.get("items")
    )


def idempotency_key(request: Request) -> str | None:
    """The key of a call, None where it has none. Raises InvalidInput for an unusable one."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not VISIBLE_ASCII.fullmatch(key):
        raise InvalidInput({"Idempotency-Key": [_("Use 1 to 255 visible ASCII characters.")]})
    return key


def request_hash(request: Request) -> str:
    """What tells one body from another, whatever the order of its keys."""
    canonical = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


class JobsApi(ListAPIView):
    """The user's jobs."""

    serializer_class = JobRow
    queryset = BatchJob.objects.none()

    def get_throttles(self) -> list[BaseThrottle]:
        """Making jobs has a throttle of its own besides that of all calls."""
        throttles: list[BaseThrottle] = list(super().get_throttles())
        if self.request.method == "POST":
            throttles.append(JobCreateThrottle())
        return throttles

    @extend_schema(
        parameters=[OpenApiParameter("status", OpenApiTypes.STR, enum=JobStatus.values)],
        responses={200: JobRow(many=True), 304: UNCHANGED, **READ},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """A page of jobs, newest first."""
        jobs = progress.shown(BatchJob.objects.of(request.user))
        wanted = choice(request, "status", JobStatus.values)
        if wanted:
            jobs = jobs.filter(status=wanted)
        outlined = progress.outlines(self.paginate_queryset(jobs) or [])

        def make() -> Response:
            rows = progress.filled(outlined, texts=False, all_ids=True)
            return self.get_paginated_response(JobRow(rows, many=True).data)

        return etags.answer(request, outlined, make, self.paginator.page.paginator.count)  # type: ignore[union-attr]

    @extend_schema(
        request=JobBody,
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="1 to 255 visible ASCII characters; kept for 24 hours.",
            )
        ],
        responses={
            201: JobDetail,
            200: OpenApiResponse(JobDetail, "The job that this key already made."),
            **WRITE,
        },
    )
    def post(self, request: Request) -> Response:
        """Make a job."""
        key, body_hash = idempotency_key(request), request_hash(request)
        job = lifecycle.replay(user_of(request), key, body_hash)
        created = False
        if job is None:
            job, created = lifecycle.create(
                user_of(request),
                parsed(request),
                idempotency_key=key,
                request_hash=body_hash,
            )
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(JobDetail(progress.snapshot(job)).data, status=code)


class EstimateApi(APIView):
    """What a job would need."""

    @extend_schema(request=JobBody, responses={200: EstimateSerializer, **WRITE})
    def post(self, request: Request) -> Response:
        """Estimate a job without making it."""
        found = estimates.estimate(user_of(request), parsed(request))
        return Response(EstimateSerializer(found).data)


class JobApi(APIView):
    """One job."""

    @extend_schema(responses={200: JobDetail, 304: UNCHANGED, **READ})
    def get(self, request: Request, job_id: int) -> Any:
        """The job with its newest articles."""
        outlined = progress.outlines([own_job(request, job_id)])

        def make() -> Response:
            (job,) = progress.filled(outlined, all_ids=True)
            return Response(JobDetail(job).data)

        return etags.answer(request, outlined, make)


class ItemsApi(ListAPIView):
    """The keywords of a job."""

    serializer_class = ItemSerializer
    queryset = BatchItem.objects.none()

    @extend_schema(
        parameters=[OpenApiParameter("status", OpenApiTypes.STR, enum=ItemStatus.values)],
        responses={200: ItemSerializer(many=True), **READ},
    )
    def get(self, request: Request, job_id: int) -> Response:
        """A page of keywords, by position."""
        items = own_job(request, job_id).items.order_by("position")
        wanted = choice(request, "status", ItemStatus.values)
        if wanted:
            items = items.filter(status=wanted)
        page = self.paginate_queryset(items)
        return self.get_paginated_response(ItemSerializer(page, many=True).data)


class _ActionApi(APIView):
    """Something that is done to a job; the body is empty."""

    act: Callable[..., BatchJob]

    @extend_schema(request=None, responses={200: JobDetail, **WRITE})
    def post(self, request: Request, job_id: int) -> Response:
        """Do it, and show the job."""
        own_job(request, job_id)
        job = type(self).act(job_id, by=user_of(request))
        return Response(JobDetail(progress.snapshot(job)).data)


class PauseApi(_ActionApi):
    """Start no further keyword; those that run finish."""

    act = staticmethod(lifecycle.pause)


class ResumeApi(_ActionApi):
    """Go on at the first unsettled keyword."""

    act = staticmethod(lifecycle.resume)


class CancelApi(_ActionApi):
    """End the job; calls in flight are dropped, finished articles stay."""

    act = staticmethod(lifecycle.cancel)


class RetryApi(_ActionApi):
    """Write the failed keywords again, and them alone."""

    act = staticmethod(lifecycle.retry)
