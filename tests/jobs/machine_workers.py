"""What workers do, in time and too late, and what the provider does to them."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from articles.models import WritingModel
from articles.providers.base import Usage
from batchwriter import database
from jobs import circuits, leases, lifecycle, queue, settlement, takeover, turns, waking
from jobs.handles import Lease, Stale
from jobs.models import BatchJob, BatchWorker, ProviderCircuit, UserQueue
from jobs.queue import Next
from jobs.settlement import Failure
from tests.jobs.books import Run
from tests.jobs.conftest import draft, unavailable
from tests.jobs.machine import PICK, Machine


class Workers(Machine):
    """Up to two workers at a time."""

    @rule()
    @precondition(lambda self: len(self.alive) < 2)
    def register(self) -> None:
        self.alive.append(leases.register())

    @rule(pick=PICK, room=st.integers(0, 4))
    @precondition(lambda self: self.alive)
    def claim(self, pick: int, room: int) -> None:
        worker, claimable = self.some(self.alive, pick), self.books.claimable()
        turns = UserQueue.objects.filter(pk__in=claimable).order_by("last_served_at", "user_id")
        expected = list(turns.values_list("pk", flat=True))
        lease = queue.claim(worker)
        if not expected:
            assert lease is None
            return
        assert lease is not None
        assert lease.user_id == expected[0]
        assert lease.job_id == self.books.oldest_pending(lease.user_id)
        job = self.books.jobs[lease.job_id]
        job.status, job.worker = "processing", worker
        self.leases.append(lease)
        if room:
            self.begin(lease, room)

    @rule(pick=PICK, room=st.integers(1, 4))
    @precondition(lambda self: any(self.holds(lease) for lease in self.leases))
    def start(self, pick: int, room: int) -> None:
        self.begin(self.some(filter(self.holds, self.leases), pick), room)

    @rule(pick=PICK)
    @precondition(lambda self: not all(self.holds(lease) for lease in self.leases))
    def use_an_old_lease(self, pick: int) -> None:
        lease = self.some([one for one in self.leases if not self.holds(one)], pick)
        self.refused(Stale, lambda: queue.start_items(lease, 1))
        self.refused(Stale, lambda: queue.hand_back(lease))

    def busy(self, pick: int) -> list[Run]:
        """What runs; where nothing does, a worker claims and starts first, if anything waits."""
        if not self.books.running():
            if not self.alive:
                self.register()
            self.claim(pick, 1 + pick % 4)
        return self.books.running()

    def begin(self, lease: Lease, room: int) -> None:
        """Start keywords of a lease that is held."""
        job, gate = self.books.jobs[lease.job_id], circuits.gate(lease.model, database.now())
        wanted = self.books.together(lease.job_id, room)
        if gate.is_open:
            wanted = min(wanted, 1 if gate.due else 0)
        number, waits = self.books.affordable(lease.job_id, wanted), self.books.held(lease.user_id)
        started, look = queue.start_items(lease, room)
        assert len(started) == number
        self.books.begin(lease.job_id, started)
        if look is Next.PAUSED:
            reason = BatchJob.objects.get(pk=lease.job_id).pause_reason
            expected = ["out_of_tokens", "article_limit"] if wanted else ["provider"]
            assert reason in expected and not (wanted and waits[1])
            job.stop("paused", reason)

    @rule(pick=PICK, used=st.integers(0, 6000), dropped=st.integers(0, 500))
    def settle(self, pick: int, used: int, dropped: int) -> None:
        for run in self.busy(pick)[: 1 + pick % 3]:
            article = self.settled(run, used, dropped)
            self.books.settle(run, used, article)

    @rule(pick=PICK)
    @precondition(lambda self: any(not run.running for run in self.books.runs))
    def settle_late_or_again(self, pick: int) -> None:
        run = self.some([run for run in self.books.runs if not run.running], pick)
        if run.article is None:
            self.refused(Stale, lambda: self.settled(run, 100, 0))
            return
        before = self.rows()
        assert self.settled(run, 100, 0) == run.article
        assert self.rows() == before

    @rule(pick=PICK)
    @precondition(lambda self: any(not run.running for run in self.books.runs))
    def fail_late(self, pick: int) -> None:
        run = self.some([run for run in self.books.runs if not run.running], pick)
        failure = Failure("server_error", "Too late.", outage=bool(pick % 2))
        self.refused(Stale, lambda: settlement.fail(run.start, failure, Usage()))

    def settled(self, run: Run, used: int, dropped: int) -> int:
        """Settle a start."""
        return settlement.settle(
            run.start, draft(run.start, used), Usage(completion_tokens=dropped)
        )

    @rule(pick=PICK, outage=st.booleans(), spent=st.integers(0, 500))
    def fail(self, pick: int, outage: bool, spent: int) -> None:
        if not self.busy(pick):
            return
        run = self.some(self.books.running(), pick)
        opens = outage and self.loss_opens(run.start.model)
        failure = Failure("server_error", "It failed.", outage)
        assert settlement.fail(run.start, failure, Usage(completion_tokens=spent)) is not opens
        self.books.give_way(run) if opens else self.books.fail(run)

    def loss_opens(self, model: WritingModel) -> bool:
        """Whether one more loss finds or makes a circuit of ``model`` open."""
        found = ProviderCircuit.objects.filter(pk__in=circuits.subjects_of(model))
        return any(
            circuit.opened_at is not None or circuit.failures + 1 >= circuits.LOSSES_IN_A_ROW
            for circuit in found
        )

    @rule(pick=PICK, scope=st.sampled_from(["model", "provider"]))
    @precondition(lambda self: self.books.running())
    def refuse(self, pick: int, scope: str) -> None:
        run = self.some(self.books.running(), pick)
        error = unavailable("quota_exhausted", "No quota left.", scope)
        settlement.provider_unavailable(run.start, error, Usage())
        self.books.give_way(run)

    @rule(pick=PICK)
    @precondition(lambda self: any(self.holds(lease) for lease in self.leases))
    def hand_back(self, pick: int) -> None:
        lease = self.some(filter(self.holds, self.leases), pick)
        queue.hand_back(lease)
        self.books.jobs[lease.job_id].stop("pending")

    @rule(pick=PICK)
    @precondition(lambda self: self.books.runs)
    def drop(self, pick: int) -> None:
        run = self.some(self.books.runs, pick)
        queue.drop(run.start)
        if run.running:
            self.books.wait_again(run)

    @rule(pick=PICK)
    def fall_silent(self, pick: int) -> None:
        self.busy(pick)
        if not self.alive:
            return
        worker = self.some(self.alive, pick)
        self.alive.remove(worker)
        self.silent.append(worker)
        BatchWorker.objects.filter(pk=worker).update(expires_at=database.DatabaseNow(-1))
        assert not leases.renew(worker)

    @rule()
    @precondition(lambda self: self.silent)
    def claim_too_late(self) -> None:
        worker = self.silent[0]
        if self.books.claimable():
            self.refused(leases.Expelled, lambda: queue.claim(worker))

    @rule()
    @precondition(lambda self: self.silent)
    def take_over(self) -> None:
        takeover.take_over_expired()
        for worker in self.silent:
            self.books.take_over(worker)
        self.silent.clear()

    @rule(due=st.booleans())
    def sweep_and_wake(self, due: bool) -> None:
        assert turns.mend_turns() == 0
        if due:
            ProviderCircuit.objects.filter(opened_at__isnull=False).update(
                retry_at=database.DatabaseNow(-1), probing=False
            )
        for pk in waking.jobs_to_wake():
            lifecycle.wake(pk)
            job = self.books.jobs[pk]
            assert (job.status, job.reason) == ("paused", "provider")
            job.stop("pending")
