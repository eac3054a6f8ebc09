"""Answers that are answers, but not good ones: repaired once, or marked; counted and paid."""

import pytest

from articles.writing import html
from tests.articles.providers.conftest import KEYWORD, PROTOCOLS, write
from tests.fakes.provider import FakeProvider

GOOD = {"body": 1, "metadata": 1}


def calls(fake: FakeProvider) -> dict[str, int]:
    """How many calls of each purpose were made."""
    purposes = [call.purpose for call in fake.calls]
    return {purpose: purposes.count(purpose) for purpose in sorted(set(purposes))}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("fault", "repairs"),
    [
        ("too_short", {"rewrite": 1}),
        ("too_long", {"rewrite": 1}),
        ("wrong_language", {"body": 1}),
        ("placeholder", {"rewrite": 1}),
        ("fences", {}),
        ("repeated", {}),
        ("hostile", {"polish": 1}),
    ],
)
def test_it_repairs_by_the_smallest_call(
    fake: FakeProvider, protocol: str, fault: str, repairs: dict[str, int]
) -> None:
    fake.fail(fault, purpose="body", times=1)
    draft, spent = write(protocol)
    assert draft.issues == []
    wanted = {name: GOOD.get(name, 0) + repairs.get(name, 0) for name in {**GOOD, **repairs}}
    assert calls(fake) == wanted
    assert spent.total.total == fake.bill
    assert draft.usage.total + spent.dropped.total == fake.bill
    assert bool(spent.dropped.total) == (fault == "wrong_language")
    assert 510 <= html.count_words(draft.content) <= 690


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("too_short", "length"),
        ("too_long", "length"),
        ("wrong_language", "language"),
        ("placeholder", "placeholder"),
    ],
)
def test_it_marks_what_is_wrong_still(
    fake: FakeProvider, protocol: str, fault: str, code: str
) -> None:
    fake.fail(fault, purpose="body")
    fake.fail("bad_request", purpose="rewrite")
    draft, spent = write(protocol)
    assert code in {issue["code"] for issue in draft.issues}
    assert all(issue["message"] for issue in draft.issues)
    assert spent.total.total == fake.bill
    assert draft.usage.total + spent.dropped.total == fake.bill
    assert sum(calls(fake).values()) <= 4


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_takes_hostile_markup_out(fake: FakeProvider, protocol: str) -> None:
    fake.fail("hostile", purpose="body")
    draft, _ = write(protocol)
    for forbidden in ("<script", "<iframe", "<h1", "onclick", "javascript:", "style="):
        assert forbidden not in draft.content


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_asks_for_metadata_and_opening_anew_in_one_call(
    fake: FakeProvider, protocol: str
) -> None:
    good = fake._text
    fake.answer = lambda call: good(call) if call.purpose == "polish" else good(call).replace(
        KEYWORD, "điều đó").replace(KEYWORD.capitalize(), "Điều đó")  # fmt: skip
    draft, spent = write(protocol)
    assert calls(fake) == {"body": 1, "metadata": 1, "polish": 1}
    assert draft.issues == []
    assert KEYWORD in draft.title.lower()
    assert f"<p>{KEYWORD.capitalize()}" in draft.content
    assert draft.usage.total == spent.total.total == fake.bill


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_repair_that_makes_nothing_better_is_not_paid_by_the_user(
    fake: FakeProvider, protocol: str
) -> None:
    fake.fail("too_short", purpose="body")
    fake.fail("wrong_language", purpose="rewrite")
    fake.answer = None
    draft, spent = write(protocol)
    assert [issue["code"] for issue in draft.issues] == ["length"]
    assert (draft.usage.total, spent.dropped.total) == (940, 600)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"length": "short"}, {"body": 1, "metadata": 1}),
        ({"length": "medium"}, {"body": 1, "metadata": 1}),
        ({"length": "medium", "outline_option": "ai-outline"}, {"body": 1, "outline": 1}),
        ({"length": "long"}, {"outline": 1, "section": 6}),
        ({"target_words": 5000}, {"outline": 1, "section": 12}),
        ({"target_words": 300}, {"body": 1, "metadata": 1}),
        ({"length": "long", "outline_option": "ai-outline"}, {"outline": 1, "section": 6}),
        (
            {
                "length": "long",
                "outline_option": "custom-outline",
                "custom_outline": f"Một về {KEYWORD}\n- a\nHai\nBa\n- b\n- c\nBốn",
            },
            {"metadata": 1, "section": 4},
        ),
    ],
)
def test_a_provider_that_behaves_gets_no_call_more(
    fake: FakeProvider, protocol: str, changes: dict[str, object], expected: dict[str, int]
) -> None:
    draft, spent = write(protocol, **changes)  # type: ignore[arg-type]
    assert draft.issues == []
    assert calls(fake) == expected
    assert draft.usage.total == spent.total.total == fake.bill
