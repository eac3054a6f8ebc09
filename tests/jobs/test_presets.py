"""Settings under a name: whose they are, how many there may be, what names are the same."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from batchwriter.errors import InvalidInput
from jobs import presets
from jobs.models import BatchJob, SettingsPreset

SETTINGS: dict[str, Any] = {"model": "offline", "tone": "casual"}


def names(user: User) -> list[str]:
    """The names of a user's presets."""
    return [name for _, name in presets.own(user).presets]


def test_it_keeps_and_overwrites(alice: User, bob: User) -> None:
    presets.save(alice, "  Blog   ngắn ", SETTINGS)
    presets.save(bob, "Blog ngắn", SETTINGS)
    again = presets.save(alice, "Blog ngắn", {**SETTINGS, "tone": "creative"})
    assert names(alice) == ["Blog ngắn"]
    assert again.settings["tone"] == "creative"
    assert again.settings["maxImages"] == 5


def test_it_takes_another_tone_for_another_name(alice: User) -> None:
    for name in ("bán", "bàn", "ban", "Bán"):
        presets.save(alice, name, SETTINGS)
    assert len(names(alice)) == 4


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "\x00"])
def test_it_refuses_bad_names(alice: User, name: str) -> None:
    with pytest.raises(InvalidInput):
        presets.save(alice, name, SETTINGS)
    assert not names(alice)


def test_it_refuses_settings_that_no_job_could_have(alice: User) -> None:
    with pytest.raises(InvalidInput, match=r"Must be one of|Phải là"):
        presets.save(alice, "Blog", {**SETTINGS, "tone": "angry"})


def test_it_bounds_their_number(alice: User) -> None:
    for number in range(presets.MOST):
        presets.save(alice, f"Số {number}", SETTINGS)
    with pytest.raises(InvalidInput):
        presets.save(alice, "Một nữa", SETTINGS)
    presets.save(alice, "Số 0", SETTINGS)
    assert len(names(alice)) == presets.MOST


def test_it_renames_and_deletes_ones_own_alone(alice: User, bob: User) -> None:
    first, second = (presets.save(alice, name, SETTINGS) for name in ("Một", "Hai"))
    presets.rename(alice, first.pk, "Ba")
    assert names(alice) == ["Ba", "Hai"]
    with pytest.raises(InvalidInput):
        presets.rename(alice, first.pk, "Hai")
    for act in (lambda: presets.rename(bob, first.pk, "X"), lambda: presets.delete(bob, first.pk)):
        with pytest.raises(InvalidInput):
            act()
    assert presets.delete(alice, second.pk) == "Hai"
    assert SettingsPreset.objects.count() == 1


def test_it_brings_the_last_settings_back(
    alice: User, bob: User, submit: Callable[..., BatchJob]
) -> None:
    assert presets.own(alice).settings == {}
    submit(alice, tone="creative")
    submit(alice, tone="casual")
    submit(bob)
    assert presets.own(alice).settings["tone"] == "casual"
