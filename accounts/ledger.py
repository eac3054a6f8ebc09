"""Tokens and articles of users. Nothing else writes a balance.

``tokens_remaining`` is the sum of a user's entries at every moment. What articles in the making
have set aside stands beside it, in ``tokens_held`` and ``articles_held``. Everything here is
part of the caller's transaction, or makes one of its own.
"""

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F

from accounts.models import TokenEntry, User
from batchwriter import database
from batchwriter.errors import InvalidInput

LARGEST_AMOUNT = 10**15


class Charge(NamedTuple):
    """What one article held, and what its user pays for it, in tokens."""

    item_id: int
    held: int
    paid: int


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
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE users SET tokens_held = tokens_held + %s, articles_held = articles_held + %s"
            " WHERE id = %s",
            [tokens, articles, user_id],
        )


def release(user_id: int, *, tokens: int, articles: int) -> None:
    """Give back what articles that came to nothing had set aside."""
    User.objects.filter(pk=user_id).update(
        tokens_held=F("tokens_held") - tokens, articles_held=F("articles_held") - articles
    )


def payable(used: int, balance: int) -> int:
    """What a user pays for ``used`` tokens: no more than the balance, the operator the rest."""
    return min(used, balance)


def charge(user_id: int, charges: Sequence[Charge], *, at: Any) -> None:
    """Pay for finished articles: their holds end, their tokens and an article each are taken.

    The caller has locked the user, and asked ``payable`` with the balance; ``at`` is a moment as
    ``database.clock`` gives it. An article limit that was lowered meanwhile stays at zero. Runs
    in the caller's transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("charge() belongs to a settlement")
    articles = len(charges)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE users SET tokens_remaining = tokens_remaining - %s,"
            " tokens_held = tokens_held - %s, articles_held = articles_held - %s,"
            " article_limit = CASE WHEN article_limit > %s THEN article_limit - %s ELSE 0 END"
            " WHERE id = %s",
            [sum(one.paid for one in charges), sum(one.held for one in charges),
             articles, articles, articles, user_id],
        )  # fmt: skip
        cursor.executemany(
            "INSERT INTO token_entries (user_id, kind, amount, item_id, `key`, note, created_at)"
            " VALUES (%s, %s, %s, %s, %s, '', %s)",
            [
                (user_id, TokenEntry.Kind.CHARGE, -one.paid, one.item_id,
                 f"charge:item:{one.item_id}", at)
                for one in charges
            ],
        )  # fmt: skip
