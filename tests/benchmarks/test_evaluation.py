"""The evaluation set covers what it says, and the offline writer passes it."""

import asyncio

from benchmarks import evaluation


def test_it_covers_languages_lengths_and_outlines() -> None:
    assert len(evaluation.SET) == 20
    assert {language for _, language, _, _ in evaluation.SET} == {"vi", "en"}
    assert {300, 600, 1200, 2400, 5000} <= {words for _, _, words, _ in evaluation.SET}
    assert len({option for _, _, _, option in evaluation.SET}) == 3


def test_the_offline_writer_passes() -> None:
    trials = asyncio.run(evaluation.write_all("offline", "offline", evaluation.SET[:7]))
    rows = [evaluation.row(trial) for trial in trials]
    figures = evaluation.summary(rows, trials)
    assert figures["articles"] == "7 of 7"
    assert (figures["without an issue"], figures["repair calls"]) == (7, 0)
