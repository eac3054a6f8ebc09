"""Each fault of a provider on real workers: where keywords end, how often it is called, who pays.

``CHAOS=long`` tries every fault in both protocols, and 2,000 keywords with 30 % faults.
"""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from articles.models import Article
from articles.providers.base import GiveUp, ProviderUnavailable, TryAgain
from jobs.models import BatchAttempt, BatchItem, BatchJob, ProviderCircuit
from tests.articles.providers.outcomes import CASES, OUTAGES, Outcome
from tests.chaos.dose import is_long
from tests.chaos.models import model_of
from tests.factories import PLENTY
from tests.fakes.provider import Call, FakeProvider
from tests.fakes.provider_faults import USAGES
from tests.fakes.worker import WorkerProcess
from tests.jobs.conftest import person
from tests.jobs.test_lifecycle import assert_sound
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
Submit = Callable[..., BatchJob]
Start = Callable[..., WorkerProcess]

ITEMS = 20
# One model is tried this often in a row before it is left alone; the last of them waits again.
FAILED_BEFORE_OPEN = 4
ATTEMPTS = {"truncated": 2, "empty": 2, "timeout": 2, "recitation": 2}
MOST_ATTEMPTS = 4
# Plain words follow where JSON does not come: as many attempts again.
METADATA = 2

# In the short dose: a fault for each kind of row of the table, half of them in each protocol.
SHORT = {
    ("openai", "rate_limit"), ("gemini", "retry_info"), ("openai", "long_rate_limit"),
    ("gemini", "long_retry_info"), ("openai", "error_500"), ("gemini", "error_503"),
    ("openai", "reset"), ("gemini", "cut_short"), ("openai", "hang"), ("gemini", "drip"),
    ("openai", "no_model"), ("gemini", "context"), ("openai", "policy"), ("gemini", "filter"),
    ("openai", "cut"), ("gemini", "thought_too_long"), ("openai", "refusal"),
    ("gemini", "blocked"), ("openai", "empty"), ("gemini", "recitation"),
    ("openai", "error_inside"), ("openai", "choices_null"), ("gemini", "broken_json"),
    ("openai", "long_outage"), ("openai", "not_gzip"), ("gemini", "not_utf8"),
}  # fmt: skip
KEYS = {("openai", "key"), ("openai", "quota"), ("gemini", "html"), ("gemini", "redirect_302")}
ONCE = {"rate_limit", "error_500", "cut_short", "cut", "empty", "broken_json", "reset"}
# Megabytes that take the fake provider, a part of this test, too long to send so often.
HEAVY = {"fifty_megabytes", "flood", "deep"}
PASSING = [
    "rate_limit", "retry_info", "error_500", "error_502", "error_503", "error_529", "reset",
    "cut_short", "broken_json", "no_choices", "not_gzip", "hang", "cut", "empty",
]  # fmt: skip


@dataclass
class Case:
    """A job of twenty keywords whose calls meet one fault."""

    protocol: str
    fault: str
    outcome: Outcome | None
    job: BatchJob

    @property
    def keywords(self) -> list[str]:
        """Those of the job."""
        return list(self.job.items.values_list("keyword", flat=True))


def scope_of(protocol: str, fault: str, outcome: Outcome | None) -> str:
    """What a refusal shuts: a model, a key, or nothing."""
    if outcome is None or outcome[0] is not ProviderUnavailable:
        return ""
    one_model = {"rate_limited", "server_error", "model_not_found"}
    of_today = (protocol, fault) == ("gemini", "quota")
    return "model" if of_today or outcome[1] in one_model else "key"


def submit_case(
    submit: Submit, protocol: str, fault: str, outcome: Outcome | None, name: str
) -> Case:
    """Make the job, of a user and for a model of its own."""
    name = f"{protocol}-{name}"
    model = model_of(protocol, name)
    keywords = [f"{name}/ {number}" for number in range(ITEMS)]
    job = submit(person(name), keywords, model=model.code, length="short")
    return Case(protocol, fault, outcome, job)


def most_calls(purpose: str, code: str, starts: int) -> int:
    """How often a purpose may be called for an article that was started so often."""
    each = ATTEMPTS.get(code, MOST_ATTEMPTS)
    return starts * each * (METADATA if purpose == "metadata" else 1)


def check_calls(fake: FakeProvider, item: BatchItem, code: str) -> None:
    """No purpose was called more often than its failures are worth."""
    for purpose, count in Counter(call.purpose for call in fake.about(item.keyword)).items():
        assert count <= most_calls(purpose, code, item.attempts), (item.keyword, purpose, count)


def billed(fake: FakeProvider, keyword: str) -> int:
    """Tokens of the answers that an article is made of: the last good one of each purpose."""
    good: dict[str, Call] = {}
    for call in fake.about(keyword):
        if call.answered:
            good[call.purpose] = call
    return sum(call.tokens for call in good.values())


def check_bill(fake: FakeProvider, job: BatchJob) -> int:
    """The user paid for the articles, to the token; returns how much."""
    done = job.items.filter(status="completed").values_list("keyword", flat=True)
    owed = sum(billed(fake, keyword) for keyword in done)
    job.user.refresh_from_db()
    assert (PLENTY - job.user.tokens_remaining, job.tokens_used) == (owed, owed)
    return owed


def check_end(fake: FakeProvider, case: Case) -> None:
    """Job and keywords ended where the table says."""
    case.job.refresh_from_db()
    job, items = case.job, list(case.job.items.all())
    states = Counter((item.status, item.error_code) for item in items)
    assert case.outcome is not None
    kind, code = case.outcome
    if kind is ProviderUnavailable:
        assert states == {("pending", None): ITEMS}, case
    elif kind is TryAgain and code in OUTAGES:
        waiting = ITEMS - FAILED_BEFORE_OPEN
        assert states == {("failed", code): FAILED_BEFORE_OPEN, ("pending", None): waiting}, case
    else:
        assert kind in (GiveUp, TryAgain)
        assert states == {("failed", code): ITEMS}, case
    waits = ("pending", None) in states
    assert (job.status, job.pause_reason) == (
        ("paused", "provider") if waits else ("failed", None)
    ), case.fault
    circuit = ProviderCircuit.objects.filter(writing_model=job.writing_model).first()
    assert bool(circuit and circuit.opened_at) is waits
    assert check_bill(fake, job) == 0
    for item in items:
        check_calls(fake, item, code)


def test_it_ends_keywords_where_the_table_says(
    submit: Submit, run_worker: Start, fake: FakeProvider
) -> None:
    cases = []
    for protocol, fault, outcome in CASES:
        wanted = fault not in HEAVY if is_long() else (protocol, fault) in SHORT
        if wanted and outcome and scope_of(protocol, fault, outcome) != "key":
            cases.append(submit_case(submit, protocol, fault, outcome, fault))
            fake.fail(fault, f"{protocol}-{fault}/")
    worker = run_worker(
        "--drain", "--max-jobs", "6", "--items-in-flight", "6", PROVIDER_RETRY_SECONDS="3000"
    )
    assert worker.wait(600) == 0, worker.log()
    for case in cases:
        check_end(fake, case)
    assert_sound()
    assert not Article.objects.exists()
    assert "CANARY" not in worker.log()
    assert not BatchItem.objects.filter(error_message__contains="CANARY").exists()


def test_it_writes_articles_after_a_fault_that_passes(
    submit: Submit, run_worker: Start, fake: FakeProvider
) -> None:
    once, usages = [], []
    for protocol, fault, outcome in CASES:
        wanted = fault not in HEAVY if is_long() else fault in ONCE
        if wanted and outcome and outcome[0] is TryAgain:
            once.append(submit_case(submit, protocol, fault, outcome, f"once-{fault}"))
            fake.fail(fault, f"{protocol}-once-{fault}/", first=1)
    for protocol in ("openai", "gemini"):
        for fault in USAGES if is_long() else ("no_usage", "usage_negative"):
            usages.append(submit_case(submit, protocol, fault, None, fault))
            fake.fail(fault, f"{protocol}-{fault}/")
    worker = run_worker("--drain", "--max-jobs", "6", "--items-in-flight", "6")
    assert worker.wait(600) == 0, worker.log()
    for case in [*once, *usages]:
        case.job.refresh_from_db()
        states = Counter(case.job.items.values_list("status", "error_code"))
        assert states == {("completed", None): ITEMS}, case
    for case in once:
        assert check_bill(fake, case.job) > 0
        for keyword in case.keywords:
            assert len(fake.about(keyword)) == 4, (case, keyword)
    for case in usages:
        attempts = BatchAttempt.objects.filter(job=case.job)
        assert attempts.filter(estimated=True, tokens_charged__gt=500).count() == ITEMS
    assert_sound()


def test_it_uses_up_no_keyword_for_a_key_that_does_not_work(
    submit: Submit, run_worker: Start, fake: FakeProvider
) -> None:
    worker = run_worker("--items-in-flight", "6")
    for protocol, fault, outcome in CASES:
        if scope_of(protocol, fault, outcome) != "key" or not (
            is_long() or (protocol, fault) in KEYS
        ):
            continue
        met = fake.fail(fault)
        case = submit_case(submit, protocol, fault, outcome, fault)
        job = case.job
        shut = ProviderCircuit.objects.filter(subject=f"key:{protocol}", opened_at__isnull=False)
        wait_for(shut.exists, worker.log)
        wait_for(lambda job=job: BatchJob.objects.get(pk=job.pk).status == "paused", worker.log)
        assert set(job.items.values_list("status", flat=True)) <= {"pending", "processing"}
        met.times = 0
        wait_for(lambda job=job: BatchJob.objects.get(pk=job.pk).status == "completed", worker.log)
        job.refresh_from_db()
        assert (job.completed_items, job.failed_items) == (ITEMS, 0)
        assert check_bill(fake, job) > 0
    assert not fake.strangers
    assert_sound()
    worker.stop_and_check()


def test_it_gets_through_a_third_of_faults(
    submit: Submit, run_worker: Start, fake: FakeProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs = []
    count = 2000 if is_long() else 100
    for number in range(10):
        protocol = ("openai", "gemini")[number % 2]
        model = model_of(protocol, f"chance-{number}")
        keywords = [f"chance {number}-{position}/" for position in range(count // 10)]
        jobs.append(submit(person(f"user {number}"), keywords, model=model.code, length="short"))
    fake.chaos(0.3, PASSING, seed=7)
    workers = [run_worker("--items-in-flight", "8") for _ in range(2)]
    ended = BatchJob.objects.filter(status__in=("completed", "failed"))
    wait_for(lambda: ended.count() == len(jobs), workers[0].log, 1200 if is_long() else 120)
    for worker in workers:
        worker.stop_and_check()
    items = list(BatchItem.objects.select_related("job"))
    codes = {outcome[1] for _, _, outcome in CASES if outcome}
    for item in items:
        assert item.status == "completed" or item.error_code in codes, vars(item)
        check_calls(fake, item, "")
    paid = sum(check_bill(fake, BatchJob.objects.get(pk=job.pk)) for job in jobs)
    assert_sound()
    spent = sum(BatchAttempt.objects.values_list("tokens_spent", flat=True))
    unconfirmed = sum(BatchAttempt.objects.values_list("tokens_unconfirmed", flat=True))
    owed = fake.bill + sum(call.wasted for call in fake.calls)
    # What a caller did not stay for was sent, and never heard of: the estimate stands for it.
    assert paid <= spent <= owed <= spent + unconfirmed
    with capsys.disabled():
        states = Counter(item.error_code or item.status for item in items)
        sys.stdout.write(
            f"\n{len(items)} keywords, {len(fake.calls)} calls, of which "
            f"{sum(bool(call.fault) for call in fake.calls)} met a fault; ended: {dict(states)}; "
            f"charged {paid} = billed for articles; the operator: {spent - paid} reported, "
            f"{unconfirmed} unconfirmed\n"
        )
