"""The same 200 articles by the product, by bare loops and by general task queues.

``make bench``; ``ARGS="--only ours,asyncio --runs 1"`` chooses tools and runs. Writes
``benchmarks/results/throughput.json``, ``.md`` and ``.svg``.
"""

import argparse
import sys
from collections import defaultdict

from benchmarks.throughput import measure, report
from benchmarks.throughput.rows import TOOLS, Tool
from benchmarks.throughput.world import World
from tests.fakes.mariadb import missing

RUNS = 3


class Rows:
    """The runs of each row so far, in the order in which rows are shown."""

    def __init__(self) -> None:
        self.runs: dict[str, list[report.Figures]] = defaultdict(list)

    def measure(self, world: World, tool: Tool, runs: int, *, manners: bool) -> None:
        """Start a tool, and measure each of its ways ``runs`` times."""
        with tool.start(world) as running:
            measure.warm_up(world, running)
            for _ in range(runs):
                for series, label in tool.ways.items():
                    figures = measure.throughput(world, running, series=series)
                    self.runs[label].append(figures)
                    print(f"{label}: {figures['wall_s']} s, {figures['cpu_ms']} ms", flush=True)
            if manners:
                self.runs[tool.ways[False]].append(measure.manners(world, running))

    def medians(self) -> dict[str, report.Figures]:
        """One set of figures a row."""
        return {label: report.medians(runs) for label, runs in self.runs.items()}


def run_all(world: World, chosen: list[Tool], runs: int) -> Rows:
    """Tools take turns, so that a noisy moment hits all of them."""
    rows = Rows()
    for number in range(runs):
        for tool in chosen:
            if number == 0 or not tool.slow:
                rows.measure(world, tool, runs if tool.slow else 1, manners=number == 0)
    return rows


def main() -> None:
    """Measure what was asked for, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="tools, comma-separated")
    parser.add_argument("--runs", type=int, default=RUNS)
    arguments = parser.parse_args()
    if (absent := missing()) is not None:
        sys.exit(f"{absent} is not installed: run scripts/setup.sh --dev.")
    wanted = arguments.only.split(",") if arguments.only else [tool.key for tool in TOOLS]
    with World() as world:
        rows = run_all(world, [tool for tool in TOOLS if tool.key in wanted], arguments.runs)
    print(report.plain(report.cells(rows.medians())))


if __name__ == "__main__":
    main()
