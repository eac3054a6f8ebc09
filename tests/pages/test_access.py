"""Who may see what: strangers are sent to the log-in, other users find nothing."""

import pytest
from django.test import Client

from tests.pages.conftest import World

TABS = ["batch-jobs", "articles", "websites", "profile"]


def addresses(world: World) -> dict[str, str]:
    """Addresses of things of Alice's."""
    job, article, site = f"/jobs/{world.job.pk}", f"/articles/{world.article.pk}", world.website.pk
    return {
        "job": job,
        "live": f"{job}/live",
        "pause": f"{job}/pause",
        "resume": f"{job}/resume",
        "cancel": f"{job}/cancel",
        "retry": f"{job}/retry",
        "article": article,
        "delete article": f"{article}/delete",
        "save article": f"{article}/save",
        "versions": f"{article}/versions",
        "restore version": f"{article}/versions/1/restore",
        "article as HTML": f"{article}.html",
        "article as Markdown": f"{article}.md",
        "website": f"/websites/{site}",
        "delete website": f"/websites/{site}/delete",
    }


@pytest.mark.parametrize("tab", TABS)
def test_it_shows_every_tab_to_its_user(alice: Client, tab: str) -> None:
    page = alice.get(f"/account?tab={tab}")
    assert page.status_code == 200
    assert page.context["tab"] == tab
    assert 'aria-current="page"' in page.content.decode()


def test_it_shows_the_first_tab_for_an_unknown_one(alice: Client) -> None:
    assert alice.get("/account?tab=nonsense").context["tab"] == "batch-jobs"


def test_it_hides_everything_from_another_user(bob: Client, world: World) -> None:
    for name, address in addresses(world).items():
        for method in ("get", "post", "put", "delete"):
            status = getattr(bob, method)(address).status_code
            assert status in (404, 405), f"{method} {name}"
        assert 404 in (bob.get(address).status_code, bob.post(address).status_code), name


def test_it_sends_strangers_to_the_log_in(client: Client, world: World) -> None:
    for address in [
        *addresses(world).values(),
        "/account",
        "/jobs/live?live=1",
        "/articles/change",
    ]:
        answer = client.get(address)
        if answer.status_code != 405:
            assert answer["Location"].startswith("/account/login?next="), address


def test_it_tells_a_script_that_the_user_is_gone(client: Client, world: World) -> None:
    answer = client.post("/jobs", {"keywords": "a"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401


def test_it_shows_nothing_of_others_in_lists(bob: Client, world: World) -> None:
    for tab in TABS:
        page = bob.get(f"/account?tab={tab}").content.decode()
        assert world.article.title not in page
        assert f'data-job="{world.job.pk}"' not in page
    fragment = bob.get(f"/jobs/live?live={world.job.pk}").content.decode()
    assert "data-job" not in fragment


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "9223372036854775808"])
def test_it_finds_nothing_for_odd_numbers(alice: Client, number: str) -> None:
    for kind in ("jobs", "articles", "websites"):
        assert alice.get(f"/{kind}/{number}").status_code == 404


def test_it_needs_the_forms_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.alice)
    answer = client.post(f"/jobs/{world.job.pk}/cancel")
    assert answer.status_code == 403
    assert "Biểu mẫu này đã hết hạn" in answer.content.decode()
