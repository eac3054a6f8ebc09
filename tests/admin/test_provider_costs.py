"""What operators see of a provider: what it cost them, and whether it answers."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts import ledger
from accounts.models import User
from articles.providers.base import Usage
from batchwriter import database
from jobs import costs, leases, lifecycle, queue, settlement, takeover
from jobs.models import BatchAttempt, BatchItem, BatchJob, ProviderCircuit
from jobs.settlement import Failure
from tests.admin.test_admin import client_of, operator
from tests.jobs.conftest import claim, draft, person, start, submit, unavailable
from tests.jobs.test_lifecycle import assert_sound

__all__ = ["operator", "submit"]
pytestmark = pytest.mark.django_db
Submit = Callable[..., BatchJob]
ATTEMPTS = "admin:jobs_batchattempt_changelist"
ENGLISH = {"Accept-Language": "en"}
CIRCUITS = "admin:jobs_providercircuit_changelist"


def shares() -> dict[str, int]:
    """The operator's tokens by keyword."""
    rows = costs.paid_by_operator(BatchAttempt.objects.select_related("item"))
    return {row.item.keyword: row.operator_tokens for row in rows}  # type: ignore[attr-defined]


@pytest.fixture
def attempts(db: None, submit: Submit) -> dict[str, int]:
    """One attempt of each kind; returns what each that cost something costs the operator."""
    alice, worker = person("alice"), leases.register()
    submit(alice, ["clean", "dropped answers", "failed", "timed out", "handed back", "lost"])
    each = BatchItem.objects.filter(keyword="lost").values_list("tokens_estimated", flat=True)[0]
    clean, answers, failed, late, back, _lost = start(claim(worker), 6)
    settlement.settle(clean, draft(clean, 500), Usage())
    settlement.settle(answers, draft(answers, 500), Usage(prompt_tokens=40), 7)
    settlement.fail(failed, Failure("refused", "No."), Usage(prompt_tokens=50))
    settlement.fail(late, Failure("timeout", "Late.", outage=True), Usage(), 60)
    settlement.note_cost(back, Usage(prompt_tokens=70), 8)
    queue.drop(back)
    leases.expel(worker)
    takeover.take_over_expired()
    lifecycle.cancel(BatchJob.objects.get().pk, by=alice)
    return {"dropped answers": 47, "failed": 50, "timed out": 60, "handed back": 78, "lost": each}


def test_it_tells_what_each_attempt_costs_the_operator(attempts: dict[str, int]) -> None:
    assert shares() == attempts
    alice = User.objects.get(username="alice")
    assert -sum(entry.amount for entry in alice.token_entries.filter(kind="charge")) == 1000
    assert_sound()


def test_it_lists_and_adds_up_what_the_operator_pays(
    operator: Client, attempts: dict[str, int]
) -> None:
    page = operator.get(reverse(ATTEMPTS), {"paid": "operator"}, headers=ENGLISH)
    total = sum(attempts.values())
    assert page.context_data["total"] == total  # type: ignore[attr-defined]
    text = page.content.decode()
    assert f"The operator pays {total:,} tokens" in text
    assert text.count('class="field-operator_tokens"') == len(attempts)
    one = operator.get(reverse(ATTEMPTS), {"paid": "operator", "state__exact": "lost"})
    assert one.context_data["total"] == attempts["lost"]  # type: ignore[attr-defined]
    assert "operator-total" not in operator.get(reverse(ATTEMPTS)).content.decode()


def test_it_adds_up_on_the_command_line(attempts: dict[str, int]) -> None:
    out = StringIO()
    call_command("operator_costs", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[-1] == f"Together: {sum(attempts.values())} tokens"
    assert "Offline writer, failed: 2 attempts, 50 tokens reported, 60 unconfirmed" in lines
    BatchAttempt.objects.update(started_at=database.now() - timedelta(days=3))
    out = StringIO()
    call_command("operator_costs", "--days", "2", stdout=out)
    assert out.getvalue() == "Together: 0 tokens\n"


def test_it_lists_what_is_used_beyond_the_hold_and_the_balance(submit: Submit) -> None:
    carol = person("carol", tokens=1)
    submit(carol, ["long"])
    each = BatchItem.objects.get().tokens_estimated
    ledger.grant(carol, each)
    (started,) = start(claim(leases.register()))
    settlement.settle(started, draft(started, each * 3), Usage())
    carol.refresh_from_db()
    assert carol.tokens_remaining == 0
    assert shares() == {"long": each * 3 - (each + 1)}
    assert_sound()


def test_it_counts_what_a_cancelled_keyword_held_until_its_worker_tells(
    submit: Submit,
) -> None:
    alice = person("alice")
    job = submit(alice, ["called", "never called"])
    called, never = start(claim(leases.register()), 2)
    held = BatchItem.objects.get(pk=called.item_id).tokens_estimated
    lifecycle.cancel(job.pk, by=alice)
    assert shares()["called"] == held
    settlement.note_cost(called, Usage(), 900)
    settlement.note_cost(never, Usage(), 0)
    assert shares() == {"called": 900}
    assert_sound()


def test_it_says_of_usage_that_was_not_reported_that_it_is_estimated(submit: Submit) -> None:
    submit(person("alice"), ["x"])
    (started,) = start(claim(leases.register()))
    settlement.fail(started, Failure("empty", "Nothing."), Usage(9, 9, estimated=True))
    assert BatchAttempt.objects.get().estimated


@pytest.fixture
def circuit(db: None, submit: Submit) -> ProviderCircuit:
    """The circuit of a key that was refused, with one job waiting."""
    submit(person("alice"), 2)
    (started,) = start(claim(leases.register()))
    error = unavailable("key_refused", "The provider refuses the key.")
    settlement.provider_unavailable(started, error, Usage())
    return ProviderCircuit.objects.get()


def test_it_shows_circuits_in_words(operator: Client, circuit: ProviderCircuit) -> None:
    page = operator.get(reverse(CIRCUITS), headers=ENGLISH).content.decode()
    for words in ("all models of offline", "is not answering", "The provider refuses the key."):
        assert words in page
    assert '<td class="field-jobs_waiting">1</td>' in page
    ProviderCircuit.objects.update(probing=True)
    assert "is being tried" in operator.get(reverse(CIRCUITS), headers=ENGLISH).content.decode()
    ProviderCircuit.objects.update(opened_at=None)
    assert "answers" in operator.get(reverse(CIRCUITS), headers=ENGLISH).content.decode()


def test_it_tries_a_provider_at_once(operator: Client, circuit: ProviderCircuit) -> None:
    assert circuit.retry_at is not None
    assert circuit.retry_at - database.now() > timedelta(seconds=20)
    data = {"action": "try_now", "_selected_action": [circuit.pk]}
    operator.post(reverse(CIRCUITS), data)
    circuit.refresh_from_db()
    assert circuit.retry_at <= database.now()


def test_it_lets_those_without_permission_try_nothing(circuit: ProviderCircuit) -> None:
    looker = User.objects.create_user("lee", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_providercircuit"))
    data = {"action": "try_now", "_selected_action": [circuit.pk]}
    client_of(looker).post(reverse(CIRCUITS), data)
    before = circuit.retry_at
    circuit.refresh_from_db()
    assert circuit.retry_at == before
