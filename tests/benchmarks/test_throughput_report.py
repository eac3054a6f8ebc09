"""The tables and the chart of ``make bench``, made of sample figures."""

from xml.etree import ElementTree

import pytest

from benchmarks.throughput import plot, report

Rows = dict[str, report.Figures]
RUNS = [
    {"wall_s": 1.4, "path_s": 1.0, "cpu_ms": 9.0, "connections": 5},
    {"wall_s": 1.2, "path_s": 1.0, "cpu_ms": 7.5, "connections": 5},
    {"wall_s": 9.9, "path_s": 1.0, "cpu_ms": 8.0, "connections": 6},
    {"pickup_ms": 105.3},
]
MISSING = [{"missing": "redis-server is not installed"}]


@pytest.fixture
def rows() -> Rows:
    return {"ours": report.medians(RUNS), "<other>": report.medians(MISSING)}


def test_it_takes_the_median_of_the_runs_that_have_a_figure(rows: Rows) -> None:
    assert rows["ours"] == {
        "wall_s": 1.4,
        "path_s": 1.0,
        "cpu_ms": 8.0,
        "connections": 5,
        "pickup_ms": 105.3,
    }


def test_it_says_why_a_row_is_missing(rows: Rows) -> None:
    table = report.table(rows)

    assert table[2][:2] == ["<other>", "not measured: redis-server is not installed"]
    assert {len(line) for line in table} == {len(report.COLUMNS) + 1}


def test_it_shows_a_dash_for_what_was_not_measured(rows: Rows) -> None:
    lines = dict.fromkeys(tuple(line[:2]) for line in report.turned(report.table(rows)))

    assert ("seconds", "1.40") in lines
    assert ("pickup, ms", "105") in lines
    assert ("idle queries/s", "–") in lines


def test_it_aligns_numbers_on_a_terminal() -> None:
    assert report.plain([["", "a"], ["seconds", "10.5"]]) == "            a\nseconds  10.5"


def test_it_writes_a_page(rows: Rows) -> None:
    page = report.page({"load before": "0.02"}, rows, {"A crowd": {"peak MB": 1_153}})

    assert "load before 0.02" in page
    assert "| seconds | 1.40 | not measured" in page
    assert "## A crowd\n\n|  |  |\n| --- | ---: |\n| peak MB | 1,153 |" in page


def test_it_draws_measured_rows_alone(rows: Rows) -> None:
    drawing = ElementTree.fromstring(plot.chart(rows))

    texts = [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count("ours") == 2
    assert "<other>" not in texts
    assert "1.4" in texts
