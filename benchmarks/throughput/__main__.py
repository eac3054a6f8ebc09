"""The same 200 articles by the product, by bare loops and by general task queues.

``make bench``; ``ARGS="--only ours,asyncio --runs 1"`` chooses tools and runs. A whole run writes
``benchmarks/results/throughput.json``, ``.md`` and ``.svg``.
"""

import argparse
import json
import sys

from benchmarks.throughput import machine, ours_alone, plot, report
from benchmarks.throughput.lines import ROOT
from benchmarks.throughput.rows import TOOLS
from benchmarks.throughput.runs import Rows
from benchmarks.throughput.world import World
from tests.fakes.mariadb import missing

RUNS = 3
ALONE = "alone"
RESULTS = ROOT / "benchmarks" / "results"
KEYS = [*(tool.key for tool in TOOLS), ALONE]


def some(text: str) -> list[str]:
    """Keys of tools, separated by commas."""
    wanted = text.split(",")
    if unknown := sorted({*wanted} - {*KEYS}):
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(KEYS)}")
    return wanted


def measure_alone(world: World) -> dict[str, report.Figures]:
    """What only the product is asked, printed as it is measured."""
    found = {}
    for name, measure in ours_alone.MEASURES.items():
        world.meet_people()
        found[name] = measure(world)
        print(f"\n{name}\n{report.plain(report.listed(found[name]))}", flush=True)
    return found


def keep(told: report.Figures, rows: Rows, alone: dict[str, report.Figures]) -> None:
    """Write the three files of a whole run."""
    RESULTS.mkdir(exist_ok=True)
    middle = rows.medians()
    data = {"machine": told, "rows": middle, "runs": rows.runs, "alone": alone}
    files = {
        "json": json.dumps(data, indent=1, ensure_ascii=False) + "\n",
        "md": report.page(told, middle, alone),
        "svg": plot.chart(middle),
    }
    for kind, text in files.items():
        (RESULTS / f"throughput.{kind}").write_text(text, encoding="utf-8")


def main() -> None:
    """Measure what was asked for, print; keep a whole run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=some, default=KEYS, help=f"of {', '.join(KEYS)}")
    parser.add_argument("--runs", type=int, default=RUNS)
    arguments = parser.parse_args()
    if (absent := missing()) is not None:
        sys.exit(f"{absent} is not installed: run scripts/setup.sh --dev.")
    rows = Rows([tool for tool in TOOLS if tool.key in arguments.only])
    with World() as world:
        told = machine.described(world)
        print(report.plain(report.listed(told)), flush=True)
        rows.measure(world, arguments.runs)
        print("\n" + report.plain(report.turned(report.table(rows.medians()))), flush=True)
        alone = measure_alone(world) if ALONE in arguments.only else {}
    if arguments.only == KEYS:
        keep(told, rows, alone)
        print(f"\nWritten to {RESULTS.relative_to(ROOT)}/throughput.json, .md and .svg")


if __name__ == "__main__":
    main()
