"""Figures of runs made into medians, and medians into a table."""

import statistics
from typing import Any

Figures = dict[str, Any]

# Figure, heading, digits after the point.
COLUMNS = (
    ("wall_s", "seconds", 2),
    ("path_s", "provider's path s", 2),
    ("ratio", "ratio", 2),
    ("calls_s", "provider's calls s", 2),
    ("cpu_ms", "CPU ms an article", 1),
    ("rss_mb", "peak MB", 0),
    ("connections", "DB connections", 0),
    ("broker_connections", "broker's", 0),
    ("statements", "statements an article", 1),
    ("pickup_ms", "pickup ms", 0),
    ("idle_queries", "idle queries/s", 1),
    ("idle_commands", "idle broker commands/s", 1),
    ("few_alone_s", "5 articles alone s", 2),
    ("few_beside_s", "5 beside 200 s", 2),
)


def medians(runs: list[Figures]) -> Figures:
    """Of each figure that the runs have, the median, rounded to three digits."""
    names = dict.fromkeys(name for run in runs for name in run)
    return {
        name: round(statistics.median(run[name] for run in runs if name in run), 3)
        for name in names
    }


def shown(figures: Figures, name: str, digits: int) -> str:
    """One cell; a dash where nothing was measured."""
    value = figures.get(name)
    return "–" if value is None else f"{value:,.{digits}f}"


def cells(rows: dict[str, Figures]) -> list[list[str]]:
    """Head and rows of the table; a row whose tool is missing says why in its second cell."""
    table = [["", *(heading for _, heading, _ in COLUMNS)]]
    for label, figures in rows.items():
        if "missing" in figures:
            table.append([label, f"not measured: {figures['missing']}", *[""] * (len(COLUMNS) - 1)])
        else:
            table.append([label, *(shown(figures, name, digits) for name, _, digits in COLUMNS)])
    return table


def markdown(table: list[list[str]]) -> str:
    """A table in Markdown, its first row the head, its numbers to the right."""
    head, *body = table
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *body))


def plain(table: list[list[str]]) -> str:
    """The table turned on its side, for a terminal: a line a figure, a column a row."""
    turned = list(zip(*table, strict=True))
    widths = [max(len(row[n]) for row in turned) for n in range(len(turned[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in turned
    )
