"""The operators' page of the audit."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from jobs import audit, audit_views
from jobs.models import BatchJob
from tests.admin.test_admin import client_of, operator
from tests.jobs.conftest import person, submit

__all__ = ["operator", "submit"]
URL = "/admin/audit/"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def rows(db: None, submit: Callable[..., BatchJob]) -> None:
    """Two users with jobs that wait."""
    submit(person("alice"), 3)
    submit(person("bob"), 2)


@pytest.fixture
def damaged() -> None:
    """A balance that is off."""
    User.objects.filter(username="bob").update(tokens_remaining=77)


def read(client: Client, query: str = "", **headers: str) -> str:
    """The page, in English."""
    answer = client.get(URL + query, HTTP_ACCEPT_LANGUAGE="en", **headers)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("query", ["", "?check=I01"])
def test_it_is_for_operators_alone(query: str) -> None:
    assert Client().get(URL + query).status_code == 302
    assert client_of(person("carol")).get(URL + query).status_code == 302
    staff = User.objects.create_user("lee", is_staff=True)
    assert client_of(staff).get(URL + query).status_code == 403
    assert "admin/audit" not in client_of(staff).get("/admin/").content.decode()
    staff.user_permissions.add(Permission.objects.get(codename="view_batchjob"))
    looker = client_of(User.objects.get(pk=staff.pk))
    assert looker.get(URL + query).status_code == 200
    assert f'href="{URL}"' in looker.get("/admin/").content.decode()
    assert reverse("admin-audit") == URL


def test_it_reloads_the_page_of_somebody_who_was_logged_out() -> None:
    answer = Client().get(f"{URL}?check=I01", **HTMX)  # type: ignore[arg-type]
    assert answer.headers["HX-Refresh"] == "true"
    assert not answer.content


def test_it_lists_every_invariant_and_checks_none_by_itself(operator: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        page = read(operator)
    assert all(f'id="{one.code}" class="audit-waiting"' in page for one in audit.INVARIANTS)
    assert "A balance is the sum of the user" in page
    assert len(captured) < 10


@pytest.mark.usefixtures("damaged")
def test_it_checks_one_and_shows_the_rows_that_are_off(operator: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        page = read(operator, "?check=I01&alone=1")
    assert len(captured) < 15
    assert page.count('class="audit-broken"') == 1
    assert page.count('class="audit-waiting"') == 25
    assert "<td>77</td>" in page and '<th scope="col">tokens_remaining</th>' in page


@pytest.mark.usefixtures("damaged")
def test_it_checks_all_and_says_how_many_are_broken(operator: Client) -> None:
    page = read(operator, "?check=I01")
    assert page.count('class="audit-sound"') == 25
    assert "1 of 26 invariants are broken." in page
    User.objects.filter(username="bob").update(tokens_remaining=1_000_000)
    assert "All 26 invariants hold." in read(operator, "?check=I01")


def test_it_brings_one_line_a_step_and_asks_for_the_next(operator: Client) -> None:
    step, visited = "?check=I01", []
    while step:
        part = read(operator, step, **HTMX)
        assert "<html" not in part
        visited.append(part.partition('id="')[2][:3])
        follow = part.partition('<span hx-get="')[2].partition('"')[0]
        step = follow.replace("&amp;", "&")
    assert visited == [one.code for one in audit.INVARIANTS]
    assert "All 26 invariants hold." in part


def test_it_brings_one_line_alone_where_one_is_asked_for(operator: Client) -> None:
    part = read(operator, "?check=I07&alone=1", **HTMX)
    assert 'id="I07" class="audit-sound"' in part
    assert 'hx-trigger="load"' not in part and "audit-summary" not in part


def test_it_never_takes_long(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no time at all a step looks at one range, and a page says where to go on."""
    monkeypatch.setattr(audit_views, "SECONDS_OF_A_STEP", 1e-9)
    monkeypatch.setattr(
        audit_views.audit,
        "check",
        lambda one, original=audit.check, **how: original(one, ids=1, **how),
    )
    part = read(operator, "?check=I04", **HTMX)
    assert 'class="audit-partial"' in part and "50 % checked" in part
    assert "check=I04&amp;start=" in part
    monkeypatch.setattr(audit_views, "SECONDS_OF_A_PAGE", 1e-9)
    page = read(operator, "?check=I04")
    assert page.count("audit-waiting") == 26 and "?check=I04" in page


@pytest.mark.parametrize("query", ["?check=I27", "?check=I01&start=-1", "?check=I01&start=x",
                                   "?check=I01&spent=99999999999999999999"])  # fmt: skip
def test_it_does_not_know_what_is_not_there(operator: Client, query: str) -> None:
    assert operator.get(URL + query).status_code == 404


def test_it_only_reads(operator: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        read(operator, "?check=I01")
    verbs = {query["sql"].split()[0] for query in captured.captured_queries}
    assert verbs <= {"SELECT", "BEGIN"}
    assert operator.post(f"{URL}?check=I01").status_code == 405
