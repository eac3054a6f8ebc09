"""What jobs, keywords and balances must be, kept beside the rows in plain Python."""

from dataclasses import dataclass, field
from itertools import takewhile

from jobs.handles import Start
from jobs.poison import LOSSES_PER_ITEM

SETTLED = ("completed", "failed")
ACTIVE = ("pending", "processing", "paused")


@dataclass
class Keyword:
    """One keyword of a job: its state, what was written and charged, what was lost."""

    estimate: int
    status: str = "pending"
    articles: int = 0
    charged: int = 0
    starts: int = 0
    losses: int = 0


@dataclass
class Account:
    """What a user may still spend."""

    tokens: int
    articles: int


@dataclass
class Job:
    """A job, who leases it, and its keywords."""

    user: int
    keywords: list[Keyword]
    status: str = "pending"
    reason: str | None = None
    worker: str | None = None

    def pending(self) -> list[int]:
        """The positions that wait, in order."""
        return [place for place, one in enumerate(self.keywords) if one.status == "pending"]

    def stop(self, status: str, reason: str | None = None) -> None:
        """Leave ``processing`` (or whatever it is) for ``status``."""
        self.status, self.reason, self.worker = status, reason, None

    def end_if_settled(self) -> None:
        """Completed or failed, once every keyword is settled."""
        states = {one.status for one in self.keywords}
        if states <= set(SETTLED):
            self.stop("completed" if "completed" in states else "failed")


@dataclass
class Run:
    """One start of a keyword, until it is ended."""

    start: Start
    job: int
    place: int
    running: bool = True
    article: int | None = None


@dataclass
class Books:
    """Everything, and what each event does to it."""

    accounts: dict[int, Account]
    jobs: dict[int, Job] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)

    def keyword(self, run: Run) -> Keyword:
        """The keyword that a run is about."""
        return self.jobs[run.job].keywords[run.place]

    def running(self, *, job: int | None = None, worker: str | None = None) -> list[Run]:
        """What runs, of one job or worker."""
        return [
            run
            for run in self.runs
            if run.running
            and job in (None, run.job)
            and worker in (None, run.start.worker)
        ]  # fmt: skip

    def held(self, user: int) -> tuple[int, int]:
        """Tokens and articles that a user's running keywords have set aside."""
        mine = [run for run in self.running() if self.jobs[run.job].user == user]
        return sum(self.keyword(run).estimate for run in mine), len(mine)

    def processing(self, user: int) -> list[int]:
        """The user's processing jobs."""
        return [
            pk for pk, job in self.jobs.items() if (job.user, job.status) == (user, "processing")
        ]

    def oldest_pending(self, user: int) -> int | None:
        """The job that the user's next turn must give; jobs are numbered as they are made."""
        return min(
            (pk for pk, job in self.jobs.items() if (job.user, job.status) == (user, "pending")),
            default=None,
        )

    def claimable(self) -> set[int]:
        """Users with a pending and no processing job."""
        return {
            user
            for user in self.accounts
            if self.oldest_pending(user) is not None and not self.processing(user)
        }

    def together(self, pk: int, room: int) -> int:
        """How many of the next ``room`` keywords may run side by side.

        One that has cost its workers all tries but one waits until it can run alone.
        """
        job = self.jobs[pk]
        losses = [job.keywords[place].losses for place in job.pending()[:room]]
        safe = list(takewhile(lambda lost: lost < LOSSES_PER_ITEM - 1, losses))
        if safe or not losses:
            return len(safe)
        return 0 if self.running(job=pk) else 1

    def affordable(self, pk: int, room: int) -> int:
        """How many of the next ``room`` keywords the free balance pays for."""
        job = self.jobs[pk]
        account, (tokens, articles) = self.accounts[job.user], self.held(job.user)
        left, number = account.tokens - tokens, 0
        for place in job.pending()[: min(room, max(account.articles - articles, 0))]:
            left -= job.keywords[place].estimate
            if left < 0:
                break
            number += 1
        return number

    def begin(self, pk: int, starts: list[Start]) -> None:
        """The next keywords of a job were started."""
        job = self.jobs[pk]
        for start, place in zip(starts, job.pending(), strict=False):
            one = job.keywords[place]
            one.status, one.starts = "processing", one.starts + 1
            self.runs.append(Run(start, pk, place))

    def settle(self, run: Run, used: int, article: int) -> None:
        """An article was written and paid for."""
        job, one = self.jobs[run.job], self.keyword(run)
        account = self.accounts[job.user]
        one.charged = min(used, account.tokens)
        account.tokens -= one.charged
        account.articles = max(account.articles - 1, 0)
        one.status, one.articles, run.article = "completed", one.articles + 1, article
        run.running = False
        job.end_if_settled()

    def fail(self, run: Run) -> None:
        """A keyword failed."""
        self.keyword(run).status = "failed"
        run.running = False
        self.jobs[run.job].end_if_settled()

    def wait_again(self, run: Run) -> None:
        """A keyword is back in the queue, unpaid."""
        self.keyword(run).status = "pending"
        run.running = False

    def give_way(self, run: Run) -> None:
        """The provider is not answering: the keyword waits, and so does a processing job."""
        self.wait_again(run)
        if self.jobs[run.job].status == "processing":
            self.jobs[run.job].stop("paused", "provider")

    def take_over(self, worker: str) -> None:
        """A worker is gone, with everything that it ran."""
        for job in self.jobs.values():
            if job.worker == worker:
                job.stop("pending")
        for run in self.running(worker=worker):
            self.wait_again(run)
            one = self.keyword(run)
            one.losses += 1
            if one.losses >= LOSSES_PER_ITEM:
                self.fail(run)

    def cancel(self, pk: int) -> None:
        """Whatever is not settled never will be."""
        for run in self.running(job=pk):
            run.running = False
        for one in self.jobs[pk].keywords:
            if one.status not in SETTLED:
                one.status = "cancelled"
        self.jobs[pk].stop("cancelled")

    def retry(self, pk: int) -> None:
        """The failed keywords, and they alone, wait again."""
        for place, one in enumerate(self.jobs[pk].keywords):
            if one.status == "failed":
                self.retry_item(pk, place)

    def retry_item(self, pk: int, place: int) -> None:
        """One failed keyword waits again."""
        self.jobs[pk].keywords[place].status = "pending"
        self.jobs[pk].stop("pending")
