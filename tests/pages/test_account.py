"""Signing up, logging in and out, passwords, the profile and the language."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts import ledger
from accounts.models import TokenEntry, User
from tests.pages.conftest import World

NEW = {
    "username": "Charlie",
    "email": "charlie@example.com",
    "password1": "a long enough secret",
    "password2": "a long enough secret",
}
HOME = "/account?tab=batch-jobs"


@pytest.mark.django_db
def test_it_signs_up_with_a_gift_of_tokens(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SIGNUP_TOKENS", 5000)
    response = client.post("/account/signup", NEW)
    assert (response.status_code, response["Location"]) == (302, HOME)
    user = User.objects.get(username="charlie")
    assert user.tokens_remaining == 5000
    assert TokenEntry.objects.get(user=user).key == f"signup:{user.pk}"


@pytest.mark.django_db
def test_it_signs_up_without_a_gift_by_default(client: Client) -> None:
    client.post("/account/signup", NEW)
    assert User.objects.get(username="charlie").tokens_remaining == 0
    assert not TokenEntry.objects.exists()


@pytest.mark.django_db
def test_it_keeps_what_was_typed_when_passwords_differ(client: Client) -> None:
    page = client.post("/account/signup", {**NEW, "password2": "another"}).content.decode()
    assert "Hai lần nhập mật khẩu phải giống nhau." in page
    assert 'value="charlie@example.com"' in page
    assert not User.objects.filter(username="charlie").exists()


@pytest.mark.parametrize("name", ["alice", "Alice", "alice@example.com", "ALICE@example.com"])
def test_it_logs_in_by_name_or_address(client: Client, world: World, name: str) -> None:
    response = client.post("/account/login", {"login": name, "password": "correct horse"})
    assert (response.status_code, response["Location"]) == (302, HOME)


def test_it_goes_where_one_wanted_after_the_log_in(client: Client, world: World) -> None:
    wanted = f"/articles/{world.article.pk}"
    sent = client.get(wanted)
    assert sent["Location"] == f"/account/login?next={wanted}"
    fields = {"login": "alice", "password": "correct horse", "next": wanted}
    assert client.post(sent["Location"], fields)["Location"] == wanted


@pytest.mark.parametrize("name", ["alice", "alice@example.com", "nobody"])
def test_it_locks_a_name_after_five_wrong_passwords(
    client: Client, world: World, name: str
) -> None:
    wrong = {"login": name, "password": "wrong"}
    first = [client.post("/account/login", wrong) for _ in range(4)]
    assert {answer.status_code for answer in first} == {200}
    assert "không đúng" in first[0].content.decode()
    assert client.post("/account/login", wrong).status_code == 429
    right = client.post("/account/login", {"login": name, "password": "correct horse"})
    assert right.status_code == 429
    assert int(right["Retry-After"]) > 0
    assert "Đăng nhập sai quá nhiều lần" in right.content.decode()
    other = client.post("/account/login", {"login": "bob", "password": "correct horse"})
    assert other.status_code == 302


def test_it_logs_out_by_post_alone(alice: Client) -> None:
    assert alice.get("/account/logout").status_code == 200
    assert alice.get("/account").status_code == 200
    assert alice.post("/account/logout")["Location"] == "/"
    assert alice.get("/account").status_code == 302


def test_it_resets_a_password_by_mail(client: Client, world: World) -> None:
    sent = client.post("/account/password/reset", {"email": "alice@example.com"})
    assert sent["Location"] == "/account/password/reset/sent"
    assert "Đặt mật khẩu mới" in mail.outbox[0].subject
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
    assert link is not None
    form = client.get(link[1], follow=True)
    address = form.redirect_chain[-1][0]
    fields = {"password1": "brand new secret", "password2": "brand new secret"}
    assert client.post(address, fields)["Location"] == "/account/password/reset/done"
    world.alice.refresh_from_db()
    assert world.alice.check_password("brand new secret")
    again = client.get(link[1], follow=True).content.decode()
    assert "không còn hiệu lực" in again


@pytest.mark.django_db
def test_it_says_the_same_for_an_unknown_address(client: Client) -> None:
    sent = client.post("/account/password/reset", {"email": "nobody@example.com"})
    assert sent["Location"] == "/account/password/reset/sent"


def test_it_changes_the_password(alice: Client, world: World) -> None:
    fields = {
        "oldpassword": "correct horse",
        "password1": "brand new secret",
        "password2": "brand new secret",
    }
    wrong = alice.post("/account/password/change", {**fields, "oldpassword": "no"})
    assert "không phải mật khẩu hiện tại" in wrong.content.decode()
    assert alice.post("/account/password/change", fields).status_code == 302
    world.alice.refresh_from_db()
    assert world.alice.check_password("brand new secret")


def test_it_changes_the_address_once_it_is_confirmed(alice: Client, world: World) -> None:
    alice.post("/account/email", {"email": "new@example.com", "action_add": ""})
    world.alice.refresh_from_db()
    assert world.alice.email == "alice@example.com"
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[-1].body))
    assert link is not None
    assert "new@example.com" in alice.get(link[1]).content.decode()
    alice.post(link[1])
    world.alice.refresh_from_db()
    assert world.alice.email == "new@example.com"


def test_it_saves_name_and_language(alice: Client, world: World) -> None:
    response = alice.post("/account/profile", {"name": "Alice A.", "language": "en"}, follow=True)
    assert "Your profile is saved." in response.content.decode()
    world.alice.refresh_from_db()
    assert (world.alice.first_name, world.alice.language) == ("Alice A.", "en")
    before = world.alice.tokens_remaining
    assert before > 0


def test_it_refuses_an_unknown_language(alice: Client, world: World) -> None:
    assert alice.post("/account/profile", {"name": "", "language": "xx"}).status_code == 200
    world.alice.refresh_from_db()
    assert world.alice.language == ""


def test_it_shows_a_statement_that_adds_up(alice: Client, world: World) -> None:
    ledger.adjust(world.alice, -7, note="Sửa sai")
    response = alice.get("/account?tab=profile")
    lines = response.context["lines"]
    assert lines[0][1] == world.alice.tokens_remaining
    assert lines[-1][1] == lines[-1][0].amount
    assert "Sửa sai" in response.content.decode()


def test_it_links_each_charge_to_its_article_and_job(alice: Client, world: World) -> None:
    article = world.article
    page = alice.get("/account?tab=profile").content.decode()
    assert f'<a href="/articles/{article.pk}">{article.title}</a>' in page
    assert f'<a href="/jobs/{article.job_id}">Job #{article.job_id}</a>' in page
    alice.post(f"/articles/{article.pk}/delete")
    page = alice.get("/account?tab=profile").content.decode()
    assert f"/articles/{article.pk}" not in page
    assert article.keyword in page


def test_it_reads_a_statement_in_a_few_queries(
    alice: Client, world: World, django_assert_max_num_queries: Any
) -> None:
    for amount in range(1, 30):
        ledger.grant(world.alice, amount, key=f"key {amount}")
    with django_assert_max_num_queries(8):
        alice.get("/account?tab=profile")


def test_it_tells_times_in_the_chosen_zone(alice: Client, world: World) -> None:
    moment = TokenEntry.objects.filter(user=world.alice).latest("id").created_at
    page = alice.get("/account?tab=profile", headers={"accept-language": "en"})
    with translation.override("en"):
        told = f"data-local>{date_format(moment, 'SHORT_DATETIME_FORMAT')} UTC</time>"
        there = timezone.localtime(moment, ZoneInfo("Asia/Ho_Chi_Minh"))
        told_there = f'">{date_format(there, "SHORT_DATETIME_FORMAT")} +07</time>'
    assert told in page.content.decode()
    fields = {"name": "", "language": "", "timeZone": "Asia/Ho_Chi_Minh", "theme": "dark"}
    alice.post("/account/profile", fields)
    page = alice.get("/account?tab=profile", headers={"accept-language": "en"})
    assert told_there in page.content.decode()
    assert '<html lang="en" data-bs-theme="dark" data-theme="dark">' in page.content.decode()


@pytest.mark.parametrize("field", ["timeZone", "theme"])
def test_it_refuses_an_unknown_zone_or_theme(alice: Client, world: World, field: str) -> None:
    wrong = alice.post("/account/profile", {"name": "", "language": "", field: "Atlantis/Old"})
    assert wrong.status_code == 200
    world.alice.refresh_from_db()
    assert (world.alice.time_zone, world.alice.theme) == ("", "")


def test_it_shows_times_where_the_zone_is_no_longer_known(alice: Client, world: World) -> None:
    User.objects.filter(pk=world.alice.pk).update(time_zone="Atlantis/Old")
    assert "UTC</time>" in alice.get("/account?tab=profile").content.decode()


def test_it_switches_the_language_for_browser_and_user(alice: Client, world: World) -> None:
    assert "Viết bài hàng loạt" in alice.get("/account").content.decode()
    back = alice.post("/account/language", {"language": "en", "next": "/account?tab=articles"})
    assert back["Location"] == "/account?tab=articles"
    assert "Write in bulk" in alice.get("/account").content.decode()
    world.alice.refresh_from_db()
    assert world.alice.language == "en"


@pytest.mark.parametrize("following", ["https://evil.example/", "//evil.example"])
@pytest.mark.django_db
def test_it_never_redirects_to_another_site(client: Client, following: str) -> None:
    answer = client.post("/account/language", {"language": "en", "next": following})
    assert answer["Location"] == "/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "word"), [("", "Đăng nhập"), ("en", "Log in"), ("vi,en;q=0.5", "Đăng nhập")]
)
def test_it_speaks_the_browsers_language(client: Client, header: str, word: str) -> None:
    assert word in client.get("/", headers={"Accept-Language": header}).content.decode()
