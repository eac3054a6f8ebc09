"""Tokens and articles of users. Nothing else writes a balance.

``tokens_remaining`` is the sum of a user's entries at every moment. What articles in the making
have set aside stands beside it, in ``tokens_held`` and ``articles_held``. Everything here is
part of the caller's transaction, or makes one of its own.
"""

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from accounts.models import TokenEntry, User
from batchwriter import database
from batchwriter.errors import InvalidInput

LARGEST_AMOUNT = 10**15


@dataclass(frozen=True, slots=True)
class Charge:
    """What one article cost its user, and what of it the operator has to bear."""

    charged: int
    borne: int


def grant(
    user: User, amount: int, *, key: str | None = None, note: str = "", by: User | None = None
) -> TokenEntry:
    """Give ``user`` ``amount`` tokens (at least 1); the balance of ``user`` is refreshed.

    ``key`` makes it happen once: a second grant with the same key returns the first entry, and
    raises InvalidInput where its user or amount is another.
    """
    if not 0 < amount <= LARGEST_AMOUNT:
        raise InvalidInput({"amount": [f"A grant is between 1 and {LARGEST_AMOUNT} tokens."]})
    return _add(user, TokenEntry.Kind.GRANT, amount, key=key, note=note, by=by)


def adjust(
    user: User, amount: int, *, key: str | None = None, note: str, by: User | None = None
) -> TokenEntry:
    """Correct a balance by ``amount`` tokens, which may be negative.

    Raises InvalidInput where the balance would fall below zero.
    """
    if not amount or abs(amount) > LARGEST_AMOUNT:
        raise InvalidInput({"amount": ["A correction is a number of tokens other than 0."]})
    return _add(user, TokenEntry.Kind.ADJUST, amount, key=key, note=note, by=by)


def grant_articles(user: User, number: int) -> None:
    """Allow ``user`` to write ``number`` more articles (at least 1)."""
    if not 0 < number <= 10**9:
        raise InvalidInput({"articles": ["The number of articles must be at least 1."]})
    User.objects.filter(pk=user.pk).update(article_limit=F("article_limit") + number)
    user.refresh_from_db(fields=["article_limit"])


def _add(
    user: User, kind: TokenEntry.Kind, amount: int, *, key: str | None, note: str, by: User | None
) -> TokenEntry:
    def book() -> TokenEntry:
        locked = User.objects.select_for_update().get(pk=user.pk)
        if key is not None:
            earlier = TokenEntry.objects.filter(key=key).first()
            if earlier is not None:
                return _same(earlier, locked, kind, amount)
        if locked.tokens_remaining + amount < 0:
            raise InvalidInput(
                {"amount": [f"The balance is {locked.tokens_remaining}; it cannot fall below 0."]}
            )
        User.objects.filter(pk=user.pk).update(tokens_remaining=F("tokens_remaining") + amount)
        return TokenEntry.objects.create(
            user=locked,
            kind=kind,
            amount=amount,
            key=key or f"{kind}:{uuid.uuid4().hex}",
            note=note,
            actor=by,
            created_at=database.now(),
        )

    entry = database.in_transaction(book)
    user.refresh_from_db(fields=["tokens_remaining"])
    return entry


def _same(entry: TokenEntry, user: User, kind: TokenEntry.Kind, amount: int) -> TokenEntry:
    if (entry.user_id, entry.kind, entry.amount) != (user.pk, kind, amount):
        raise InvalidInput({"key": [f"The key {entry.key!r} was used for another entry."]})
    return entry


def lock(user_id: int) -> User:
    """The row of a user, locked until the end of the caller's transaction."""
    return User.objects.select_for_update().get(pk=user_id)


def hold(user_id: int, *, tokens: int, articles: int) -> None:
    """Set aside for articles that start now. The caller has locked the user and looked."""
    User.objects.filter(pk=user_id).update(
        tokens_held=F("tokens_held") + tokens, articles_held=F("articles_held") + articles
    )


def release(user_id: int, *, tokens: int, articles: int) -> None:
    """Give back what articles that came to nothing had set aside."""
    User.objects.filter(pk=user_id).update(
        tokens_held=F("tokens_held") - tokens, articles_held=F("articles_held") - articles
    )


def charge(user_id: int, *, item_id: int, held: int, used: int) -> Charge:
    """Pay for one finished article: its hold ends, its tokens and one article are taken.

    ``used`` tokens are charged down to a balance of zero; what is missing the operator bears.
    An article limit that was lowered meanwhile stays at zero. Runs in the caller's transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("charge() belongs to a settlement")
    user = lock(user_id)
    charged = min(used, user.tokens_remaining)
    User.objects.filter(pk=user_id).update(
        tokens_remaining=F("tokens_remaining") - charged,
        tokens_held=F("tokens_held") - held,
        articles_held=F("articles_held") - 1,
        article_limit=Greatest(F("article_limit") - 1, 0),
    )
    TokenEntry.objects.create(
        user=user,
        kind=TokenEntry.Kind.CHARGE,
        amount=-charged,
        item_id=item_id,
        key=f"charge:item:{item_id}",
        created_at=database.now(),
    )
    return Charge(charged=charged, borne=used - charged)
