"""What a server with and without search and pictures says to a job that asks for them."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client
from django.test.utils import override_settings
from django.utils import translation

from accounts.models import User
from batchwriter.checks import check_services
from batchwriter.errors import InvalidInput
from jobs import estimates, presets, submission
from jobs.submission import Submission

SEARCH = {"SEARCH_BACKEND": "serper", "SERPER_API_KEY": "k"}
PICTURES = {"IMAGE_BACKEND": "openverse", "OPENAI_API_KEY": "k"}


@pytest.fixture(autouse=True)
def in_vietnamese() -> Iterator[None]:
    """Whatever language the test before this one has left."""
    with translation.override("vi"):
        yield


def parsed(user: User, **settings: object) -> Submission:
    return submission.parse(user, ["phở"], {"model": "offline", **settings})


def test_it_refuses_a_search_that_nobody_can_make(alice: User) -> None:
    with pytest.raises(InvalidInput, match="dịch vụ tìm kiếm") as caught:
        parsed(alice, useGoogleSearch=True)
    assert list(caught.value.fields) == ["settings.useGoogleSearch"]


def test_it_takes_a_search_and_holds_tokens_for_what_it_finds(alice: User) -> None:
    with override_settings(**SEARCH):
        searching = parsed(alice, useGoogleSearch=True)
    assert searching.settings["useGoogleSearch"] is True
    assert sum(searching.tokens()) > sum(parsed(alice).tokens()) + 1000


def test_it_takes_pictures_everywhere_and_warns_where_there_are_none(
    alice: User, settings: LazySettings
) -> None:
    settings.OPENAI_API_KEY = "k"

    def warnings(**more: object) -> list[str]:
        checked = parsed(alice, autoInsertImages=True, **more)
        return list(estimates.estimate(alice, checked).warnings)

    assert any("nguồn ảnh" in one for one in warnings(model="GPT-4o-mini"))
    assert not any("nguồn ảnh" in one for one in warnings())
    with override_settings(**PICTURES):
        assert not any("nguồn ảnh" in one for one in warnings(model="GPT-4o-mini"))


def test_the_dialog_offers_what_there_is(alice: User) -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(alice)
    page = client.get("/account?tab=articles").content.decode()
    assert "This server has no search service." in page
    assert "only the offline writer draws some" in page
    with override_settings(**SEARCH, **PICTURES):
        page = client.get("/account?tab=articles").content.decode()
    assert "whose sources are listed below the text" in page
    assert "no search service" not in page and "no image source" not in page


def test_a_dialog_begins_without_a_search_that_is_gone() -> None:
    assert presets.usable({"useGoogleSearch": True})["useGoogleSearch"] is False
    with override_settings(**SEARCH):
        assert presets.usable({"useGoogleSearch": True})["useGoogleSearch"] is True


def test_it_tells_operators_of_a_missing_key() -> None:
    with override_settings(SEARCH_BACKEND="serper", IMAGE_BACKEND="pexels"):
        assert {one.hint for one in check_services(None)} == {
            "Set SERPER_API_KEY, or unset SEARCH_BACKEND.",
            "Set PEXELS_API_KEY, or unset IMAGE_BACKEND.",
        }
    with override_settings(**SEARCH, **PICTURES):
        assert check_services(None) == []
