"""Threat 17: what operators may do, who did it and why, and that nobody raises themselves."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.management.commands.operator_groups import GROUPS
from accounts.models import TokenEntry, User
from jobs.models import BatchEvent, BatchJob, ProviderCircuit
from tests.api.conftest import World

JOBS = "/admin/jobs/batchjob/"


@pytest.fixture
def operator(world: World) -> Callable[[str], Client]:
    """``operator(group)``: a browser of one who is in that group alone."""
    call_command("operator_groups", verbosity=0)

    def log_in(group: str) -> Client:
        user = User.objects.create_user(f"of-{group}", is_staff=True)
        user.groups.set([Group.objects.get(name=group)])
        browser = Client()
        browser.force_login(user)
        return browser

    return log_in


def steer(browser: Client, job: BatchJob, action: str, reason: str = "They asked") -> str:
    """Do it on the page of jobs; returns what the job is afterwards."""
    browser.post(JOBS, {"action": action, "_selected_action": [job.pk], "reason": reason})
    job.refresh_from_db()
    return job.status


def grant(browser: Client, user: User) -> int:
    """The status of the answer to a grant."""
    fields = {"tokens": 5, "articles": 1, "reason": "Invoice 7"}
    return int(browser.post(f"/admin/accounts/user/{user.pk}/grant", fields).status_code)


def test_support_looks_and_steers_and_grants_nothing(
    operator: Callable[[str], Client], world: World
) -> None:
    browser = operator("support")
    for page in (JOBS, "/admin/accounts/user/", "/admin/accounts/tokenentry/",
                 "/admin/articles/article/", f"{JOBS}{world.job.pk}/change/"):  # fmt: skip
        assert browser.get(page).status_code == 200, page
    assert steer(browser, world.job, "pause") == "paused"
    assert steer(browser, world.job, "resume") == "pending"
    assert steer(browser, world.job, "cancel") == "cancelled"
    assert steer(browser, world.done, "retry") == "completed"
    assert grant(browser, world.alice) == 403
    edit = f"/admin/accounts/user/{world.alice.pk}/change/"
    assert browser.post(edit, {"username": "alice"}).status_code == 403
    assert browser.get(f"/admin/accounts/user/{world.alice.pk}/password/").status_code == 403


def test_finance_looks_and_grants_and_steers_nothing(
    operator: Callable[[str], Client], world: World
) -> None:
    browser = operator("finance")
    before = User.objects.get(pk=world.alice.pk).tokens_remaining
    assert grant(browser, world.alice) == 302
    world.alice.refresh_from_db()
    assert world.alice.tokens_remaining == before + 5
    entry = TokenEntry.objects.latest("pk")
    assert (entry.actor and entry.actor.username, entry.note) == ("of-finance", "Invoice 7")
    assert browser.get(JOBS).status_code == 200
    for action in ("pause", "cancel", "retry"):
        assert steer(browser, world.job, action) == "pending"
    assert browser.post("/admin/articles/writingmodel/add/").status_code == 403


def test_admin_does_all_but_give_rights(operator: Callable[[str], Client], world: World) -> None:
    browser = operator("admin")
    assert grant(browser, world.alice) == 302
    assert steer(browser, world.job, "pause") == "paused"
    assert browser.get("/admin/articles/writingmodel/add/").status_code == 200
    me = User.objects.get(username="of-admin")
    olga = User.objects.create_superuser("olga", password="correct horse battery")
    rights = {"is_staff": "on", "is_superuser": "on", "is_active": "on",
              "groups": [group.pk for group in Group.objects.all()], "language": "",
              "date_joined_0": "2026-01-01", "date_joined_1": "00:00"}  # fmt: skip
    for user in (me, world.bob):
        edit = f"/admin/accounts/user/{user.pk}/change/"
        assert browser.post(edit, {"username": user.username, **rights}).status_code == 302
        user.refresh_from_db()
        assert not user.is_superuser
        assert user.groups.count() == (1 if user == me else 0)
    assert not User.objects.get(username="bob").is_staff
    new = {"password1": "a long enough secret", "password2": "a long enough secret"}
    assert browser.post(f"/admin/accounts/user/{olga.pk}/password/", new).status_code == 403
    assert browser.post(f"/admin/accounts/user/{olga.pk}/change/", rights).status_code == 403
    olga.refresh_from_db()
    assert olga.check_password("correct horse battery")


def test_the_log_says_who_what_and_why(operator: Callable[[str], Client], world: World) -> None:
    support, finance = operator("support"), operator("finance")
    steer(support, world.job, "pause", "Ticket\r\n 12")
    steer(support, world.job, "cancel", "")
    grant(finance, world.alice)
    lines = [
        (entry.user.username, entry.content_type and entry.content_type.model,
         entry.get_change_message())
        for entry in LogEntry.objects.order_by("pk")
    ]  # fmt: skip
    assert lines == [
        ("of-support", "batchjob", "pause: Ticket 12"),
        ("of-support", "batchjob", "cancel: –"),
        ("of-finance", "user", "Invoice 7: {'tokens': 5, 'articles': 1, 'reason': 'Invoice 7'}"),
    ]
    kinds = BatchEvent.objects.filter(actor__username="of-support").values_list("kind", flat=True)
    assert sorted(kinds) == ["cancelled", "paused"]


def test_a_circuit_that_is_tried_now_is_in_the_log(
    operator: Callable[[str], Client], world: World
) -> None:
    circuit = ProviderCircuit.objects.create(
        subject="test", provider="openai", opened_at=world.job.created_at
    )
    fields = {"action": "try_now", "_selected_action": [circuit.pk], "reason": "Paid"}
    operator("admin").post("/admin/jobs/providercircuit/", fields)
    assert LogEntry.objects.get().get_change_message() == "try now: Paid"


@pytest.mark.django_db
def test_no_account_comes_with_the_product() -> None:
    assert not User.objects.exists()
    with pytest.raises(CommandError):
        call_command("seed_demo")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_groups_are_set_back_to_their_least(capsys: Any) -> None:
    call_command("operator_groups")
    support = Group.objects.get(name="support")
    before = set(support.permissions.values_list("codename", flat=True))
    support.permissions.set([])
    call_command("operator_groups")
    assert set(support.permissions.values_list("codename", flat=True)) == before
    assert Group.objects.count() == len(GROUPS) == 3
    assert not {name for name in before if not name.startswith("view_")} - {"change_batchjob"}
