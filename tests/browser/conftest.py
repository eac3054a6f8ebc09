"""People at real browsers: what they see is watched for errors and for strangers' hosts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Request

from accounts.models import User
from tests.fakes.worker import WorkerProcess
from tests.jobs.conftest import person

WORDS = {
    "vi": {
        "write": "Viết bài hàng loạt", "submit": "Tạo {} bài viết", "pause": "Tạm dừng",
        "resume": "Tiếp tục", "cancel": "Hủy", "no": "Không", "yes": "Có, hủy job",
        "toast": "Đã tạo batch job với {} bài viết", "save": "Lưu", "saved": "Đã lưu lúc",
        "close": "Đóng", "retry": "Thử lại",
    },
    "en": {
        "write": "Write in bulk", "submit": "Write {} articles", "pause": "Pause",
        "resume": "Resume", "cancel": "Cancel", "no": "No", "yes": "Yes, cancel",
        "toast": "Created a batch job with {} articles", "save": "Save",
        "saved": "Saved at", "close": "Close", "retry": "Retry",
    },
}  # fmt: skip


@dataclass
class Watched:
    """A browser window of one person, and what must not happen in it."""

    page: Page
    context: BrowserContext
    address: str
    words: dict[str, str]
    problems: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def go(self, path: str) -> Page:
        """Open a page of the site."""
        self.page.goto(self.address + path)
        return self.page

    def log_in(self, user: User) -> None:
        """Carry the session of ``user``."""
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.address}]
        )

    def open_dialog(self) -> None:
        """Press the button of the dialog."""
        self.page.get_by_role("button", name=self.words["write"], exact=True).click()

    def fill_dialog(self, keywords: str) -> None:
        """Open the dialog, and type keywords."""
        self.open_dialog()
        self.page.locator("[name=keywords]").fill(keywords)

    def press(self, word: str, *, within: str = "body") -> None:
        """Press the button of exactly this name."""
        inside = self.page.locator(within)
        inside.get_by_role("button", name=self.words[word], exact=True).click()

    def job(self, number: int = 0) -> Any:
        """The card of a job, the newest first."""
        return self.page.locator("[data-job]").nth(number)

    def is_as_wide_as_its_window(self) -> bool:
        """Whether nothing scrolls sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))

    def watch(self) -> None:
        """Note console messages, errors, and the hosts of all requests."""
        own = urlsplit(self.address).netloc

        def note(request: Request) -> None:
            if request.url.startswith("http") and urlsplit(request.url).netloc != own:
                self.hosts.add(request.url)

        self.page.on("request", note)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on(
            "console",
            lambda message: self.problems.append(f"{self.page.url} {message.type} {message.text}"),
        )


@pytest.fixture
def visit(browser: Browser, live_server: Any) -> Iterator[Callable[..., Watched]]:
    """``visit(language="vi", width=1280, scheme="light", scripts=True, quiet=True)``: a window.

    At the end of the test its console must be empty (unless ``quiet`` is False, for tests that
    break the connection), and nothing may have been asked of another host.
    """
    windows: list[tuple[Watched, bool]] = []

    def open_window(
        language: str = "vi",
        width: int = 1280,
        scheme: str = "light",
        scripts: bool = True,
        quiet: bool = True,
    ) -> Watched:
        context = browser.new_context(
            locale={"vi": "vi-VN", "en": "en-US"}[language],
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            timezone_id="Asia/Ho_Chi_Minh",
        )
        context.set_default_timeout(15_000)
        window = Watched(context.new_page(), context, live_server.url, WORDS[language])
        window.watch()
        windows.append((window, quiet))
        return window

    yield open_window
    for window, quiet in windows:
        window.context.close()
        assert not window.hosts
        assert not (quiet and window.problems), window.problems


@pytest.fixture
def alice(transactional_db: None) -> User:
    """Somebody with plenty of tokens."""
    return person("alice")


@pytest.fixture
def window(visit: Callable[..., Watched], alice: User) -> Watched:
    """Alice at the tab of batch jobs."""
    window = visit()
    window.log_in(alice)
    window.go("/account?tab=batch-jobs")
    return window


@pytest.fixture
def writer(worker_process: Callable[..., WorkerProcess]) -> Callable[..., WorkerProcess]:
    """``writer(seconds=0.2, in_flight=2)``: a real worker with the offline writer."""

    def start(seconds: float = 0.2, in_flight: int = 2) -> WorkerProcess:
        process = worker_process(
            {"OFFLINE_WRITER_SECONDS": str(seconds)}, ("--items-in-flight", str(in_flight))
        )
        return process.wait_ready()

    return start
