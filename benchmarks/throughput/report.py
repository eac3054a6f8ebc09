"""Figures of runs made into medians, and medians into tables."""

import statistics
from typing import Any

Figures = dict[str, Any]
Table = list[list[str]]

# Figure, heading, digits after the point.
COLUMNS = (
    ("wall_s", "seconds", 2),
    ("path_s", "path, s", 2),
    ("ratio", "ratio", 2),
    ("calls_s", "calls, s", 2),
    ("cpu_ms", "CPU ms an article", 1),
    ("rss_mb", "peak MB", 0),
    ("connections", "database connections", 0),
    ("broker_connections", "broker connections", 0),
    ("statements", "statements an article", 1),
    ("hand_in_s", "handing 200 in, s", 2),
    ("pickup_ms", "pickup, ms", 0),
    ("idle_queries", "idle queries/s", 1),
    ("idle_commands", "idle broker commands/s", 1),
    ("few_alone_s", "5 alone, s", 2),
    ("few_beside_s", "5 beside 200, s", 2),
)
LEGEND = """\
**seconds**: from the first call that the provider sees to the commit of the 200th article; the \
worker has written 50 before. **path**: what the provider itself makes everybody wait, 200 / 50 \
articles × calls in series × 0.25 s; **ratio** is seconds / path. **calls**: all calls × 0.25 s / \
50, were only 50 calls let in at once; an article's two calls side by side are 100. **CPU**: of \
the worker's processes, user and system, while the 200 are written. **peak MB**: resident memory, \
of all worker processes. **statements**: of everybody but the measuring process, by the server's \
count. **pickup**: from a job of one article to its first call, at an idle worker, median of 20. \
**5 alone, 5 beside 200**: from the order of a second user's five articles to the last of them, \
at an idle worker, and when another user's 200 have just begun. Medians of the runs; tools take \
turns. The loops and queues make the calls, clean the text and insert the row; they hold and \
charge nothing, and keep no attempts, counters or events."""


def medians(runs: list[Figures]) -> Figures:
    """Of each figure that the runs have, the median, rounded to three digits."""
    if "missing" in runs[0]:
        return runs[0]
    names = dict.fromkeys(name for run in runs for name in run)
    return {
        name: round(statistics.median(run[name] for run in runs if name in run), 3)
        for name in names
    }


def table(rows: dict[str, Figures]) -> Table:
    """A row a tool; one that is missing says why in its second cell."""
    made = [["", *(heading for _, heading, _ in COLUMNS)]]
    for label, figures in rows.items():
        if "missing" in figures:
            why = f"not measured: {figures['missing']}"
            made.append([label, why, *[""] * (len(COLUMNS) - 1)])
        else:
            made.append([label, *(_shown(figures, name, digits) for name, _, digits in COLUMNS)])
    return made


def _shown(figures: Figures, name: str, digits: int) -> str:
    value = figures.get(name)
    return "–" if value is None else f"{value:,.{digits}f}"


def turned(made: Table) -> Table:
    """Rows for columns: few tools have many figures."""
    return [list(row) for row in zip(*made, strict=True)]


def listed(figures: Figures) -> Table:
    """A line a figure."""
    return [[name, f"{value:,}" if type(value) is int else str(value)]
            for name, value in figures.items()]  # fmt: skip


def markdown(made: Table) -> str:
    """A table in Markdown, its first row the head, its numbers to the right."""
    head, *body = made
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *body))


def plain(made: Table) -> str:
    """A table for a terminal."""
    widths = [max(len(row[n]) for row in made) for n in range(len(made[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if n else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in made
    )


def page(machine: Figures, rows: dict[str, Figures], alone: dict[str, Figures]) -> str:
    """All of it in Markdown."""
    parts = [
        "# 200 articles: the product, bare loops and task queues",
        "Made by `make bench`. " + ", ".join(f"{name} {told}" for name, told in machine.items()),
        "![Seconds and processor time of each](throughput.svg)",
        markdown(turned(table(rows))),
        LEGEND,
    ]
    for name, figures in alone.items():
        parts += [f"## {name}", markdown([["", ""], *listed(figures)])]
    return "\n\n".join(parts) + "\n"
