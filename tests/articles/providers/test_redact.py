"""What providers say, without secrets and without what no database takes."""

import pytest
from django.conf import LazySettings

from articles.providers.redact import redacted


@pytest.mark.parametrize(
    "secret",
    ["sk-proj-abc_DEF-123456", "AIzaSyA1234567890", "Bearer abc.def.ghi", "key=abcdef123456",
     "pk-12345678", "SK-ABCDEFGH", "key: abcdef123"],
)  # fmt: skip
def test_it_takes_out_what_looks_like_a_key(secret: str) -> None:
    said = redacted(f"Incorrect credential {secret} given.")
    assert "[secret]" in said and "abc" not in said and "1234" not in said


def test_it_takes_out_the_keys_of_this_server(settings: LazySettings) -> None:
    settings.OPENAI_API_KEY, settings.GOOGLE_API_KEY = "hush-hush", "quiet"
    assert redacted("no hush-hush and quiet") == "no [secret] and [secret]"


def test_it_leaves_words_alone() -> None:
    sentence = "The keyword monkey, a skeleton, task_forces and keyboards are fine: key question."
    assert redacted(sentence) == sentence


def test_it_is_one_storable_line() -> None:
    assert redacted("a\n\tb \ud800\x00c" + "x" * 500) == ("a b c" + "x" * 500)[:200]
