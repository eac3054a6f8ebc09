"""What all workers agree on: how many calls to a model at once, and each worker's part of them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import User
from articles.models import WritingModel
from articles.providers.pace import RATE_LIMIT, Report
from batchwriter import database
from jobs import circuits, leases, paces
from jobs.models import BatchJob, ProviderPace
from tests.jobs.conftest import claim, person

pytestmark = pytest.mark.django_db(transaction=True)
Submit = Callable[..., BatchJob]
CUT = Report(cut=RATE_LIMIT, in_flight=80)


@pytest.fixture
def model(alice: User, submit: Submit) -> WritingModel:
    """A model with a job that waits."""
    return submit(alice, 5).writing_model


def allowed(worker: str, model: WritingModel, report: Report | None = None) -> int | None:
    """How many calls ``worker`` may have in flight after telling this."""
    return paces.sync(worker, {model.pk: report or Report()})[model.pk].calls


def later(seconds: float) -> None:
    """Let the last cut be so long ago."""
    moment = database.now() - timedelta(seconds=seconds)
    ProviderPace.objects.update(changed_at=moment)


def test_it_has_no_row_before_a_model_objects(model: WritingModel, worker: str) -> None:
    assert allowed(worker, model, Report(full=50)) is None
    assert not ProviderPace.objects.exists()


def test_it_halves_what_was_in_flight_and_then_what_was_allowed(
    model: WritingModel, worker: str
) -> None:
    claim(worker)
    assert allowed(worker, model, CUT) == 40
    assert ProviderPace.objects.get().reason == "rate_limit"
    later(5)
    assert allowed(worker, model, CUT) == 20


def test_it_halves_once_when_several_workers_meet_one_limit(
    model: WritingModel, worker: str
) -> None:
    claim(worker)
    assert allowed(worker, model, CUT) == 40
    assert allowed(worker, model, CUT) == 40


def test_it_rises_slowly_while_calls_wait(model: WritingModel, worker: str) -> None:
    claim(worker)
    allowed(worker, model, CUT)
    assert allowed(worker, model) == 40, "nobody waits"
    assert allowed(worker, model, Report(full=40)) == 44
    assert allowed(worker, model, Report(full=44)) == 48


def test_it_forgets_a_limit_that_is_none_any_more(model: WritingModel, worker: str) -> None:
    allowed(worker, model, CUT)
    ProviderPace.objects.update(calls=paces.MOST - 1)
    assert allowed(worker, model, Report(full=10_000)) is None
    assert not ProviderPace.objects.exists()


def test_it_shares_by_what_is_left_to_write(
    model: WritingModel, worker: str, submit: Submit
) -> None:
    claim(worker)
    other = leases.register()
    submit(person("bob"), 15)
    claim(other)
    allowed(worker, model, CUT)
    assert allowed(worker, model) == 10
    assert allowed(other, model) == 30


def test_it_lets_everybody_make_one_call(model: WritingModel, worker: str) -> None:
    claim(worker)
    other = leases.register()
    allowed(worker, model, Report(cut=RATE_LIMIT, in_flight=1))
    assert allowed(other, model) == 1


def test_it_passes_a_pause_on(model: WritingModel, worker: str) -> None:
    paces.sync(worker, {model.pk: Report(cut=RATE_LIMIT, in_flight=8, retry_after=60.0)})
    other = leases.register()
    assert 50 < paces.sync(other, {model.pk: Report()})[model.pk].pause_seconds <= 60


def test_it_begins_with_few_calls_after_an_outage(model: WritingModel, worker: str) -> None:
    claim(worker)
    for _ in range(circuits.LOSSES_IN_A_ROW):
        with transaction.atomic():
            circuits.count_loss(model, "down", database.now(), probe=False)
    assert allowed(worker, model) == 4
    assert ProviderPace.objects.get().reason == "outage"
    circuits.got_through(model, probe=True)
    assert allowed(worker, model, Report(full=4)) == 8
    assert allowed(worker, model, Report(full=8)) == 16


def test_it_keeps_what_was_learned_before_an_outage(model: WritingModel, worker: str) -> None:
    claim(worker)
    allowed(worker, model, CUT)
    paces.restart(model.pk, database.now())
    assert allowed(worker, model) == 4
    assert allowed(worker, model, Report(full=60)) == 64
    assert allowed(worker, model, Report(full=64)) == 68
