"""The accounts of ``make run``."""

import io
import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from accounts.models import TokenEntry, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path


def seed() -> str:
    """Run the command; returns what it prints."""
    out = io.StringIO()
    call_command("seed_demo", "--allow", stdout=out)
    return out.getvalue()


def password(name: str, text: str) -> str:
    """The password that ``text`` tells for ``name``."""
    found = re.search(rf"^(?:Log in|Operator): {name} / (\S+)$", text, re.MULTILINE)
    assert found is not None
    return found.group(1)


def test_it_refuses_without_the_flag(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--allow"):
        call_command("seed_demo")
    assert not User.objects.exists()
    assert not (tmp_path / "var").exists()


def test_it_prints_passwords_that_are_valid() -> None:
    text = seed()
    for name in ("demo", "admin"):
        request = RequestFactory().post("/")
        assert authenticate(request, username=name, password=password(name, text)) is not None
    assert User.objects.get(username="admin").is_superuser
    assert not User.objects.get(username="demo").is_staff


def test_it_prints_the_same_and_grants_once_when_run_again() -> None:
    assert seed() == seed()
    demo = User.objects.get(username="demo")
    assert demo.tokens_remaining == TokenEntry.objects.get(user=demo).amount > 0


def test_it_makes_the_printed_password_valid_again() -> None:
    text = seed()
    demo = User.objects.get(username="demo")
    demo.set_password("another one")
    demo.save(update_fields=["password"])
    seed()
    demo.refresh_from_db()
    assert demo.check_password(password("demo", text))


def test_it_keeps_the_passwords_from_other_accounts_of_the_machine(tmp_path: Path) -> None:
    seed()
    assert (tmp_path / "var" / "demo.json").stat().st_mode & 0o077 == 0
