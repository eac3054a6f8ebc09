"""A process that starts and settles articles for a while; see ``benchmarks.settlements``.

Imports nothing of the tests: that would set the environment of this process anew.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass

SECONDS, KEYWORDS = 5.0, 10_000


@dataclass
class Done:
    """What one process settled in so many seconds."""

    articles: int
    seconds: float


def child(name: str, together: int) -> None:
    """Settle for a while; begins at a line of input."""
    import django

    django.setup()
    from accounts import ledger
    from accounts.models import User
    from articles.providers.base import Usage
    from articles.writing.pipeline import Draft
    from jobs import leases, lifecycle, queue, settlement, submission

    user = User.objects.create(username=name)
    ledger.grant(user, 10**12)
    ledger.grant_articles(user, 10**6)
    keywords = [f"keyword {number}" for number in range(KEYWORDS)]
    lifecycle.create(user, submission.parse(user, keywords, {"model": "offline"}))
    lease = queue.claim(leases.register())
    assert lease is not None

    def draft(keyword: str) -> Draft:
        text = f"<h2>{keyword}</h2><p>{'chữ nghĩa ' * 600}</p>"
        return Draft(keyword, text, "", keyword, keyword, 1200, Usage(700, 2000), [])

    print("ready", flush=True)
    sys.stdin.readline()
    articles, started = 0, time.monotonic()
    while time.monotonic() - started < SECONDS:
        starts, _next = queue.start_items(lease, together)
        if not starts:
            break
        settlement.settle_all(
            [settlement.Result(one, draft(one.keyword), Usage()) for one in starts]
        )
        articles += len(starts)
    print(json.dumps(asdict(Done(articles, time.monotonic() - started))), flush=True)


if __name__ == "__main__":
    child(sys.argv[1], int(sys.argv[2]))
