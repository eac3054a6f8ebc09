"""``python -m benchmarks.throughput.peers.produce APP``: puts orders into the queue of one app."""

import sys
from importlib import import_module

from benchmarks.throughput.lines import orders


def main() -> None:
    """A task an article, one after the other."""
    app = import_module(f"benchmarks.throughput.peers.{sys.argv[1]}")
    for order in orders():
        for keyword in order.keywords:
            app.enqueue(order.user, keyword, order.series)


if __name__ == "__main__":
    main()
