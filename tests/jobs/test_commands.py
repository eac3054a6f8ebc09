"""The command line: write_batch and grant_tokens."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import TokenEntry, User
from jobs.models import BatchJob
from tests.jobs.conftest import person


@pytest.fixture
def keywords(tmp_path: Path) -> str:
    """A file with keywords, as an editor on Windows leaves it."""
    path = tmp_path / "keywords.txt"
    path.write_text("\ufeffforex cơ bản\r\n\r\nphở bò\r\nForex cơ bản\r\n", encoding="utf-8")
    return str(path)


def test_it_makes_a_job_from_a_file(alice: User, keywords: str) -> None:
    out = StringIO()
    call_command("write_batch", keywords, "--user", "alice", "--model", "offline", "--length",
                 "short", "--no-follow", stdout=out)  # fmt: skip
    job = BatchJob.objects.get()
    assert out.getvalue() == f"Job {job.pk}: 2 keywords\n"
    assert list(job.items.values_list("keyword", flat=True)) == ["forex cơ bản", "phở bò"]
    assert (job.user, job.settings["length"]) == (alice, "short")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"user": "nobody"}, "no user named 'nobody'"),
        ({"model": "gpt-99"}, "settings.model: There is no such model"),
        ({"file": "/nowhere"}, "cannot be read"),
    ],
)
def test_it_says_what_is_wrong(
    alice: User, keywords: str, changes: dict[str, str], sentence: str
) -> None:
    chosen = {"user": "alice", "model": "offline", "file": keywords, **changes}
    with pytest.raises(CommandError, match=sentence):
        call_command(
            "write_batch", chosen["file"], "--user", chosen["user"], "--model", chosen["model"]
        )
    assert not BatchJob.objects.exists()


def test_it_refuses_a_file_that_is_no_text(alice: User, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("write_batch", str(path), "--user", "alice", "--model", "offline")


@pytest.mark.django_db(transaction=True)
def test_it_follows_a_job_to_its_end(keywords: str, worker_process: object) -> None:
    person("alice")
    worker_process()  # type: ignore[operator]
    out = StringIO()
    call_command("write_batch", keywords, "--user", "alice", "--model", "offline", stdout=out)
    assert "is completed: 2 written, 0 failed" in out.getvalue()


def test_it_grants_tokens_and_articles(alice: User) -> None:
    before, allowed = alice.tokens_remaining, alice.article_limit
    out = StringIO()
    call_command("grant_tokens", "Alice", "500", "--articles", "3", "--note", "gift", stdout=out)
    alice.refresh_from_db()
    assert (alice.tokens_remaining, alice.article_limit) == (before + 500, allowed + 3)
    assert TokenEntry.objects.latest("id").note == "gift"
    assert f"{before + 500} tokens" in out.getvalue()


@pytest.mark.parametrize(
    "arguments", [("nobody", "5"), ("alice", "0"), ("alice", "-5"), ("alice", "5", "--articles=-1")]
)
def test_it_refuses_wrong_grants(alice: User, arguments: tuple[str, ...]) -> None:
    before = TokenEntry.objects.count()
    with pytest.raises((CommandError, SystemExit)):
        call_command("grant_tokens", *arguments)
    assert TokenEntry.objects.count() == before
