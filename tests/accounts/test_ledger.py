"""The balance is the sum of the ledger, whatever happens to it."""

import pytest
from django.db.models import Sum

from accounts import ledger
from accounts.models import TokenEntry, User
from batchwriter.appendonly import AppendOnlyError
from batchwriter.errors import InvalidInput

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    """A user without a balance."""
    return User.objects.create_user("alice")


def total(user: User) -> int:
    """The sum of a user's entries."""
    return TokenEntry.objects.filter(user=user).aggregate(total=Sum("amount"))["total"] or 0


def test_it_grants_tokens_and_writes_a_line(alice: User) -> None:
    entry = ledger.grant(alice, 500, note="welcome", by=alice)
    assert (alice.tokens_remaining, total(alice)) == (500, 500)
    assert (entry.kind, entry.note, entry.actor) == ("grant", "welcome", alice)


def test_it_grants_once_for_one_key(alice: User) -> None:
    first = ledger.grant(alice, 500, key="payment:1")
    assert ledger.grant(alice, 500, key="payment:1").pk == first.pk
    assert alice.tokens_remaining == 500


def test_it_refuses_a_key_that_stands_for_another_grant(alice: User) -> None:
    ledger.grant(alice, 500, key="payment:1")
    with pytest.raises(InvalidInput):
        ledger.grant(alice, 600, key="payment:1")
    assert total(alice) == 500


@pytest.mark.parametrize("amount", [0, -1, 10**16])
def test_it_refuses_grants_out_of_range(alice: User, amount: int) -> None:
    with pytest.raises(InvalidInput):
        ledger.grant(alice, amount)


def test_it_corrects_a_balance_but_not_below_zero(alice: User) -> None:
    ledger.grant(alice, 100)
    ledger.adjust(alice, -60, note="mistake")
    with pytest.raises(InvalidInput, match="cannot fall below 0"):
        ledger.adjust(alice, -60, note="again")
    assert (alice.tokens_remaining, total(alice)) == (40, 40)


def test_it_grants_articles(alice: User) -> None:
    before = alice.article_limit
    ledger.grant_articles(alice, 7)
    assert alice.article_limit == before + 7


def test_it_never_changes_or_deletes_a_line(alice: User) -> None:
    entry = ledger.grant(alice, 1)
    entry.amount = 2
    for forbidden in (
        entry.save,
        entry.delete,
        TokenEntry.objects.all().delete,
        lambda: TokenEntry.objects.update(amount=2),
    ):
        with pytest.raises(AppendOnlyError):
            forbidden()


def test_it_takes_names_for_one_whatever_their_case(alice: User) -> None:
    assert User.objects.get_by_natural_key("ALICE") == alice
