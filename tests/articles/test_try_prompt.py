"""``manage.py try_prompt``: what would be sent, and what comes back."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.fakes.provider import FakeProvider

pytestmark = pytest.mark.django_db


def shown(*args: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("try_prompt", *args, stdout=out)
    return out.getvalue()


def test_it_shows_what_would_be_sent_and_sends_nothing(settings: pytest.FixtureRequest) -> None:
    with FakeProvider() as fake:
        settings.OPENAI_BASE_URL = fake.openai_url  # type: ignore[attr-defined]
        text = shown("--keyword", "phở bò", "--model", "gpt-4o-mini", "--words", "2400")
        assert fake.calls == []
    assert "8 calls" not in text and "7 calls" in text
    assert text.count("You write part") == 6
    assert "=====" in text and "gpt-4o-mini" in text and "answer 1" not in text


def test_it_sends_and_shows_draft_and_reviews(settings: pytest.FixtureRequest) -> None:
    with FakeProvider() as fake:
        settings.OPENAI_API_KEY = "sk-test"  # type: ignore[attr-defined]
        settings.OPENAI_BASE_URL = fake.openai_url  # type: ignore[attr-defined]
        fake.fail("too_short", purpose="body")
        fake.fail("bad_request", purpose="rewrite")
        text = shown("--keyword", "phở bò", "--model", "GPT-4o-mini", "--send")
        assert sorted(call.purpose for call in fake.calls) == ["body", "metadata", "rewrite"]
    assert "Phở bò: hướng dẫn chi tiết" in text
    assert "length: The text has" in text and "940 tokens" in text


def test_it_takes_an_outline(tmp_path: Path) -> None:
    file = tmp_path / "outline.md"
    file.write_text("# Một\n## Hai", encoding="utf-8")
    assert "Một\n  - Hai" in shown("--keyword", "a", "--outline", str(file)) or "# Một" in shown(
        "--keyword", "a", "--outline", str(file)
    )
    assert '"outline": a list' in shown("--keyword", "a", "--outline", "ai")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--model", "none"),
        ("--words", "100"),
        ("--outline", "/no/such/file"),
        ("--model", "gpt-4o-mini", "--send"),
    ],
)
def test_it_says_what_is_wrong(wrong: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        shown("--keyword", "a", *wrong)
