"""Transactions are repeated whole where the database asks for it, and only there."""

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import User
from batchwriter import database
from tests.chaos.injection import Injection, injected
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


class Failing:
    """Writes a user, and then fails with ``error`` the first ``times`` times."""

    def __init__(self, error: int, times: int) -> None:
        self.error, self.times, self.calls = error, times, 0

    def __call__(self) -> int:
        self.calls += 1
        user: User = UserFactory(username="alice", tokens=0)
        if self.calls <= self.times:
            raise OperationalError(self.error, "for the test")
        return user.pk


@pytest.mark.parametrize("error", sorted(database.RETRIED_ERRORS))
def test_it_repeats_the_whole_after_a_deadlock(error: int) -> None:
    failing = Failing(error, times=database.ATTEMPTS - 1)
    assert database.in_transaction(failing) == User.objects.get(username="alice").pk
    assert failing.calls == database.ATTEMPTS


def test_it_repeats_the_whole_when_its_commit_is_refused() -> None:
    failing = Failing(1213, times=0)
    with injected(Injection(1, 1213, commit=True)) as refused:
        alice = database.in_transaction(failing)
    assert refused.struck and failing.calls == 2
    assert list(User.objects.values_list("pk", flat=True)) == [alice]
    assert connection.get_autocommit() and not connection.in_atomic_block


def test_it_gives_up_after_its_attempts() -> None:
    failing = Failing(1213, times=database.ATTEMPTS)
    with pytest.raises(OperationalError):
        database.in_transaction(failing)
    assert failing.calls == database.ATTEMPTS
    assert not User.objects.exists()


@pytest.mark.parametrize("error", [2006, 2013, 1290, 1114])
def test_it_repeats_nothing_whose_outcome_is_unknown(error: int) -> None:
    failing = Failing(error, times=1)
    with pytest.raises(OperationalError):
        database.in_transaction(failing)
    assert failing.calls == 1


def test_it_repeats_nothing_inside_another_transaction() -> None:
    failing = Failing(1213, times=1)
    with pytest.raises(OperationalError), transaction.atomic():
        database.in_transaction(failing)
    assert failing.calls == 1
