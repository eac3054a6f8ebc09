"""Threats 9, 10 and 13: every payload through every place that shows it, in Chromium.

A dialog, a request to another host or a script that ran fails the test. Cleaning alone is tried in
``tests/articles/test_html.py``.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client
from playwright.sync_api import Browser, Page, Route

from accounts.models import User
from articles.models import Article, Website
from articles.writing import html
from jobs import leases
from jobs.models import BatchItem, BatchJob
from tests.api.conftest import client_of
from tests.jobs.conftest import person, write_all
from tests.security.payloads import ELSEWHERE, HTML

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOGETHER = "\n".join(HTML)


class Window:
    """A page that notes what must not happen."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.happened: list[str] = []
        own = urlsplit(address).netloc
        page.on("dialog", lambda dialog: (self.happened.append(f"dialog {dialog.message}"),
                                          dialog.dismiss()))  # fmt: skip
        # What the policy stops never comes here.
        page.context.route(
            lambda url: url.startswith("http") and urlsplit(url).netloc != own, self._left
        )
        page.on("popup", lambda popup: self.happened.append(f"window {popup.url}"))

    def _left(self, route: Route) -> None:
        self.happened.append(f"request {route.request.url}")
        route.abort()

    def see(self, path: str) -> str:
        """Open the page and wait for all that it loads; returns its source."""
        answer = self.page.goto(self.address + path)
        assert answer is not None and answer.status < 400, path
        self.page.wait_for_load_state("load")
        assert self.page.evaluate("document.querySelectorAll('[data-hx-get*=logout], [ping],"
                                  " [hx-get*=evil], base').length") == 0  # fmt: skip
        return str(self.page.content())


@pytest.fixture
def see(browser: Browser, live_server: Any) -> Iterator[Callable[[User], Window]]:
    """``see(user)``: a window of that user; nothing may have happened in it at the end."""
    windows = []

    def open_window(user: User) -> Window:
        context = browser.new_context()
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value,
                              "url": live_server.url}])  # fmt: skip
        windows.append(Window(context.new_page(), live_server.url))
        return windows[-1]

    yield open_window
    for window in windows:
        window.page.context.close()
        assert not window.happened


@pytest.fixture
def article(submit: Callable[..., BatchJob]) -> Article:
    """An article of Alice's, whose job is done."""
    alice = person("alice")
    submit(alice, 1)
    write_all(leases.register())
    return Article.objects.get(user=alice)


def test_it_holds_sixty_payloads_at_least() -> None:
    assert len(set(HTML)) >= 60


def test_no_payload_in_an_article_runs_or_calls(
    see: Callable[[User], Window], article: Article
) -> None:
    """Written past the cleaning at save: what reads it cleans it again, and the policy stands."""
    window = see(article.user)
    for number in range(0, len(HTML), 13):
        text = "\n".join(f"<p>before {payload} after</p>" for payload in HTML[number : number + 13])
        Article.objects.filter(pk=article.pk).update(content=text)
        window.see(f"/articles/{article.pk}")
    for payload in HTML:
        answer = client_of(article.user).patch(
            f"/api/articles/{article.pk}", {"content": f"<p>x</p>{payload}"}, format="json"
        )
        content = answer.json()["content"]
        assert html.clean(content) == content
    window.see(f"/articles/{article.pk}")


def test_no_keyword_title_name_or_address_runs_or_calls(
    see: Callable[[User], Window], article: Article
) -> None:
    """In lists, on pages of jobs and articles, in the admin: as the text that it is."""
    alice, olga = article.user, User.objects.create_superuser("olga")
    job = BatchJob.objects.get(user=alice)
    short = [payload[:200] for payload in HTML]
    template = BatchItem.objects.get(job=job)
    BatchItem.objects.filter(pk=template.pk).update(keyword=short[0], error_message=short[1])
    BatchItem.objects.bulk_create(
        BatchItem(job=job, position=number, keyword=payload, status="failed", error_code="bad",
                  error_message=payload, tokens_estimated=1)
        for number, payload in enumerate(short[1:], 1)
    )  # fmt: skip
    BatchJob.objects.filter(pk=job.pk).update(
        total_items=len(short), failed_items=len(short) - 1, error_message=TOGETHER[:500]
    )
    Article.objects.bulk_create(
        Article(user=alice, job_id=job.pk, title=payload, keyword=payload, slug=f"s-{number}",
                meta_title=payload[:60], meta_description=payload[:160], content="<p>x</p>",
                created_at=article.created_at, updated_at=article.created_at)
        for number, payload in enumerate(short)
    )  # fmt: skip
    Website.objects.bulk_create(
        Website(user=alice, name=payload[:100], url="https://x.example") for payload in short[:20]
    )
    User.objects.filter(pk=alice.pk).update(first_name=short[0][:150], last_name=short[6][:150])
    mine, operators = see(alice), see(olga)
    hostile = Article.objects.filter(title=short[0]).get()
    pages = ["/account?tab=batch-jobs", f"/jobs/{job.pk}", f"/jobs/{job.pk}?page=2",
             *(f"/account?tab=articles&page={page}" for page in range(1, 5)),
             "/account?tab=websites", "/account?tab=profile",
             f"/articles/{hostile.pk}"]  # fmt: skip
    for path in pages:
        mine.see(path)
    for path in ("/admin/jobs/batchjob/", f"/admin/jobs/batchjob/{job.pk}/change/",
                 "/admin/articles/article/", f"/admin/articles/article/{hostile.pk}/change/",
                 "/admin/articles/website/", f"/admin/accounts/user/{alice.pk}/change/",
                 "/admin/accounts/user/"):  # fmt: skip
        operators.see(path)
    for address in (f"/api/articles/{hostile.pk}", f"/api/batch-jobs/{job.pk}/items"):
        window = see(alice)
        window.see(address)
        answer = client_of(alice).get(address)
        assert answer["Content-Type"] == "application/json"
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_picture_from_elsewhere_is_not_asked_for(
    see: Callable[[User], Window], article: Article, settings: LazySettings
) -> None:
    """The policy alone stands in the way here: the fragment may hold it for the owner's site."""
    Article.objects.filter(pk=article.pk).update(
        content=f'<p>x</p><img src="{ELSEWHERE}/pixel.gif" alt="">'
    )
    window = see(article.user)
    reports: list[str] = []
    window.page.on("request", lambda request: reports.append(request.post_data or "")
                   if request.url.endswith("/csp-report") else None)  # fmt: skip
    with window.page.expect_request("**/csp-report"):
        window.see(f"/articles/{article.pk}")
    assert json.loads(reports[0])["csp-report"]["effective-directive"] == "img-src"


def test_links_in_articles_pass_nothing_on() -> None:
    cleaned = html.clean('<a href="https://spam.example" rel="dofollow" target="_blank">x</a>')
    assert 'rel="nofollow noopener noreferrer"' in cleaned
    assert "target" not in cleaned and "dofollow" not in cleaned
