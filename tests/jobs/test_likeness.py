"""Which keywords look alike, and how long it takes to tell."""

import time

import pytest

from jobs.likeness import alike


@pytest.mark.parametrize(
    ("keywords", "reasons"),
    [
        (["cà phê", "ca phe"], ["marks"]),
        (["bán", "bàn", "ban"], ["marks", "marks"]),
        (["đà lạt", "da lat"], ["marks"]),
        (["cà phê", "càphê"], ["spacing"]),
        (["e-mail", "email", "E mail"], ["spacing", "spacing"]),
        (["sàn forex", "forex sàn"], ["order"]),
        (["vàng", "bạc", "vàng bạc"], []),
        (["🌸", "🌹", "…"], []),
        ([], []),
    ],
)
def test_it_tells_what_looks_alike(keywords: list[str], reasons: list[str]) -> None:
    assert [one.reason for one in alike(keywords)] == reasons


def test_it_names_the_first_one() -> None:
    found = alike(["học forex", "Hoc Forex", "forex học"])
    assert [(one.keyword, one.other) for one in found] == [
        ("Hoc Forex", "học forex"), ("forex học", "học forex"),
    ]  # fmt: skip


def test_it_takes_time_like_the_length_of_the_list() -> None:
    def seconds(number: int) -> float:
        keywords = [f"từ khóa số {one} về giao dịch" for one in range(number)]
        began = time.perf_counter()
        alike(keywords)
        return time.perf_counter() - began

    few = min(seconds(2_000) for _ in range(3))
    many = min(seconds(20_000) for _ in range(3))
    assert many < 30 * few, "ten times as many keywords cost a hundred times as much if compared"
