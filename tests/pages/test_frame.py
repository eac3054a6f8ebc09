"""Error pages, the policy of content, and what every page shares."""

import re

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from batchwriter import pages
from tests.pages.conftest import World

ERRORS = [400, 403, 404, 413, 429, 500, 503]


@pytest.mark.parametrize("status", ERRORS)
def test_it_has_a_page_for_each_error_that_needs_nothing(status: int) -> None:
    """No database is at hand here, and no request."""
    with translation.override("vi"):
        page = render_to_string(f"{status}.html")
    assert str(status) in page
    assert "Về trang chủ" in page


@pytest.mark.django_db
def test_it_answers_an_unknown_address(client: Client) -> None:
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert "Không có trang này" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status"), [(RequestDataTooBig("x"), 413), (SuspiciousOperation("x"), 400)]
)
def test_it_tells_what_was_wrong_with_a_request(error: Exception, status: int) -> None:
    request = RequestFactory().post("/jobs")
    assert pages.bad_request(request, error).status_code == status


def test_it_says_that_it_was_our_fault() -> None:
    assert pages.server_error(RequestFactory().get("/account")).status_code == 500
    api = pages.server_error(RequestFactory().get("/api/me"))
    assert b'"error"' in api.content


def test_it_has_a_strict_policy_and_no_inline_code(alice: Client, world: World) -> None:
    for address in (
        "/", "/account?tab=batch-jobs", "/account?tab=articles", "/account?tab=websites",
        "/account?tab=profile", f"/articles/{world.article.pk}", f"/jobs/{world.job.pk}",
        "/account/password/change", "/account/email", f"/jobs/{world.job.pk}/cancel",
        f"/articles/{world.article.pk}/versions",
    ):  # fmt: skip
        answer = alice.get(address)
        page = answer.content.decode()
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy, address
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), address
        assert not re.search(r"\s(style|on\w+)=", page), address
        assert not re.search(r'(src|href|action)="(https?:)?//', page), address
