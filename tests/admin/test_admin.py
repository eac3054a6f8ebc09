"""Operators look at everything, and act through the same functions as everybody."""

from collections.abc import Callable

import pytest
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import TokenEntry, User
from articles.models import WritingModel
from jobs import leases, lifecycle
from jobs.models import BatchEvent, BatchJob
from tests.jobs.conftest import claim, person, start, submit, write

__all__ = ["submit"]
OURS = [
    model for model in site._registry if model._meta.app_label in ("accounts", "articles", "jobs")
]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def client_of(user: User) -> Client:
    """A browser in which ``user`` is logged in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def operator(db: None) -> Client:
    """An operator who may do everything."""
    return client_of(User.objects.create_superuser("olga", password="correct horse"))


@pytest.fixture
def job(db: None, submit: Callable[..., BatchJob]) -> BatchJob:
    """A job of Alice's with one article written and one being written."""
    made = submit(person("alice"), 60)
    first, _second = start(claim(leases.register()), 2)
    write(first)
    return made


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_it_shows_lists_and_rows(operator: Client, job: BatchJob, model: type) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"  # type: ignore[attr-defined]
    assert operator.get(reverse(f"{name}_changelist"), {"q": "alice"}).status_code == 200
    assert operator.get(reverse(f"{name}_changelist")).status_code == 200
    row = model.objects.first()  # type: ignore[attr-defined]
    if row is not None:
        assert operator.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


def test_it_opens_a_long_job_with_few_queries(
    operator: Client,
    job: BatchJob,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(30):
        page = operator.get(reverse("admin:jobs_batchjob_change", args=[job.pk]))
    assert page.content.count("từ khóa".encode()) < 200


@pytest.mark.parametrize(
    ("action", "status"), [("pause", "paused"), ("cancel", "cancelled"), ("resume", "processing")]
)
def test_it_steers_jobs_and_says_who_did(
    operator: Client, job: BatchJob, action: str, status: str
) -> None:
    data = {"action": action, "_selected_action": [job.pk]}
    page = operator.post(reverse("admin:jobs_batchjob_changelist"), data, follow=True)
    job.refresh_from_db()
    assert job.status == status
    if action == "resume":
        assert f"#{job.pk}" in page.content.decode()
    else:
        assert BatchEvent.objects.filter(job=job, actor__username="olga").count() == 1


def test_it_lets_those_without_permission_look_at_most(job: BatchJob) -> None:
    looker = User.objects.create_user("lee", is_staff=True)
    url = reverse("admin:jobs_batchjob_changelist")
    assert client_of(looker).get(url).status_code == 403
    looker.user_permissions.add(Permission.objects.get(codename="view_batchjob"))
    browser = client_of(User.objects.get(pk=looker.pk))
    assert browser.get(url).status_code == 200
    browser.post(url, {"action": "cancel", "_selected_action": [job.pk]})
    job.refresh_from_db()
    assert job.status == "processing"
    alice = User.objects.get(username="alice")
    assert browser.get(reverse("admin:grant-tokens", args=[alice.pk])).status_code == 403


def test_it_grants_tokens_with_a_reason(operator: Client, job: BatchJob) -> None:
    alice = User.objects.get(username="alice")
    url = reverse("admin:grant-tokens", args=[alice.pk])
    before, allowed = alice.tokens_remaining, alice.article_limit
    assert operator.post(url, {"tokens": 0, "articles": 0, "reason": "x"}).status_code == 200
    assert operator.post(url, {"tokens": 5, "articles": 0, "reason": ""}).status_code == 200
    assert operator.post(url, {"tokens": -5, "articles": 0, "reason": "x"}).status_code == 200
    operator.post(url, {"tokens": 500, "articles": 3, "reason": "Invoice 7"})
    alice.refresh_from_db()
    assert (alice.tokens_remaining, alice.article_limit) == (before + 500, allowed + 3)
    entry = TokenEntry.objects.latest("id")
    assert (entry.note, entry.actor and entry.actor.username) == ("Invoice 7", "olga")
    assert LogEntry.objects.filter(object_id=str(alice.pk)).count() == 1


def test_it_does_not_take_balances_from_a_form(operator: Client, job: BatchJob) -> None:
    alice = User.objects.get(username="alice")
    url = reverse("admin:accounts_user_change", args=[alice.pk])
    operator.post(url, {"username": "alice", "tokens_remaining": 10**9, "article_limit": 10**6})
    before = alice.tokens_remaining
    alice.refresh_from_db()
    assert alice.tokens_remaining == before


def test_it_offers_a_model_that_was_added(operator: Client) -> None:
    data = {"code": "new", "label": "New", "provider": "openai", "model": "new-1", "position": 5,
            "enabled": "on"}  # fmt: skip
    operator.post(reverse("admin:articles_writingmodel_add"), data)
    assert WritingModel.objects.named("new") is not None


def test_it_keeps_strangers_out(db: None) -> None:
    assert Client().get("/admin/").status_code == 302
    assert client_of(person("bob")).get("/admin/").status_code == 302


def test_it_locks_after_too_many_guesses(db: None) -> None:
    browser = Client()
    for _ in range(5):
        answer = browser.post("/admin/login/", {"username": "olga", "password": "wrong"})
    assert answer.status_code == 429


def test_it_shows_the_history_of_a_job(operator: Client, job: BatchJob) -> None:
    lifecycle.pause(job.pk, by=User.objects.get(username="alice"))
    page = operator.get(reverse("admin:jobs_batchjob_change", args=[job.pk])).content.decode()
    assert "alice" in page
