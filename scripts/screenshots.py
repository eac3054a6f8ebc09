"""Takes pictures of the pages in every state, with real processes on a database of their own.

``python -m scripts.screenshots [--all]``: the pictures of the README into ``docs/pictures``; with
``--all`` also every page and state, in both languages, narrow and wide, light and dark, into
``var/screenshots``.
"""

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.environment import ROOT
from tests.fakes.provider import FakeProvider
from tests.fakes.web import WebProcess
from tests.fakes.worker import WorkerProcess, calling
from tests.waiting import wait_for

README = ROOT / "docs" / "pictures"
EVERYTHING = ROOT / "var" / "screenshots"
SIZES = {"narrow": (390, 844), "wide": (1280, 900)}
COFFEE = [
    "cà phê Đà Lạt", "cách pha cà phê phin", "hạt cà phê Arabica Cầu Đất", "quán cà phê view đẹp",
    "cà phê muối Huế", "cà phê trứng Hà Nội", "máy pha cà phê gia đình", "bảo quản hạt cà phê",
]  # fmt: skip
FOREX = ["forex cơ bản", "giao dịch forex", "quản lý rủi ro", "đòn bẩy tài chính", "lệnh cắt lỗ"]
TRAVEL = ["du lịch Hội An", "ẩm thực Huế", "phượt Hà Giang", "đảo Phú Quốc", "chợ nổi Cái Răng"]
REFUSED = ["đòn bẩy tài chính", "lệnh cắt lỗ"]


@dataclass(frozen=True)
class Place:
    """A page to be shown: its address, who looks at it, and what is pressed before."""

    name: str
    path: str
    user: str = "lan"
    press: str = ""


class Stage:
    """The site with a user who has a job in each state, and one who has none."""

    def __init__(self, stack: ExitStack, folder: Path, fake: FakeProvider) -> None:
        """Make the database, the people and their jobs."""
        import django

        django.setup()
        self._stack, self._fake = stack, fake
        self._manage("migrate", "--noinput", "--verbosity", "0")
        self._manage("collectstatic", "--noinput", "--verbosity", "0")
        self.sessions: dict[str, str] = {}
        self._make_people()
        self.jobs = self._make_jobs()
        self.web = WebProcess(dict(os.environ))
        stack.callback(self.web.close)
        self.web.start().wait_ready()

    def _manage(self, *command: str) -> None:
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True)

    def _make_people(self) -> None:
        from django.test import Client

        from accounts import ledger
        from accounts.models import User

        for name in ("lan", "minh", "admin"):
            user = User.objects.create_user(name, f"{name}@example.com", secrets.token_urlsafe(12))
            user.is_staff = user.is_superuser = name == "admin"
            user.save(update_fields=["is_staff", "is_superuser"])
            if name == "lan":
                ledger.grant(user, 60_000, note="Nạp tháng 11")
            client = Client()
            client.force_login(user)
            self.sessions[name] = client.cookies["sessionid"].value

    def _make_jobs(self) -> dict[str, int]:
        """One job in each state: finished, with failed keywords, paused, and one being written."""
        jobs = {"finished": self._submit(COFFEE, "offline")}
        self._write()
        for keyword in REFUSED:
            self._fake.fail("policy", keyword)
        jobs["failed"] = self._submit(FOREX, "GPT-4o-mini")
        self._write()
        jobs["paused"] = self._submit(TRAVEL, "offline", leaves=9_000)
        self._write()
        jobs["running"] = self._submit([*COFFEE[2:], *FOREX[:2]], "offline", leaves=400_000)
        self._watch(jobs["running"])
        return jobs

    def _submit(self, keywords: list[str], model: str, leaves: int = 0) -> int:
        """Make a job of Lan's; ``leaves`` is the balance that it begins with, if not the old."""
        from accounts import ledger
        from accounts.models import User
        from jobs import lifecycle, submission

        user = User.objects.get(username="lan")
        if leaves:
            ledger.adjust(user, leaves - user.tokens_remaining, note="Điều chỉnh")
        checked = submission.parse(user, keywords, {"model": model, "length": "short"})
        return int(lifecycle.create(user, checked)[0].pk)

    def _worker(self, *args: str, seconds: float) -> WorkerProcess:
        environment = calling(self._fake) | {
            "OFFLINE_WRITER_SECONDS": str(seconds), "DATABASE_URL": os.environ["DATABASE_URL"],
        }  # fmt: skip
        worker = WorkerProcess(environment, args)
        self._stack.callback(worker.close)
        return worker.start()

    def _write(self) -> None:
        """Write what waits."""
        worker = self._worker("--drain", seconds=0)
        wait_for(worker.ended, worker.log, 60)

    def _watch(self, job: int) -> None:
        """Have a worker write slowly, and wait until a part is done."""
        from jobs.models import BatchJob

        worker = self._worker("--items-in-flight", "2", seconds=6)
        wait_for(lambda: BatchJob.objects.get(pk=job).completed_items >= 2, worker.log, 60)

    def article(self) -> int:
        """An article of the finished job."""
        from articles.models import Article

        return int(Article.objects.filter(job_id=self.jobs["finished"]).earliest("pk").pk)

    def places(self) -> list[Place]:
        """Every page and state."""
        article = self.article()
        return [
            Place("landing", "/", user=""),
            Place("log-in", "/account/login", user=""),
            Place("sign-up", "/account/signup", user=""),
            Place("jobs-empty", "/account?tab=batch-jobs", user="minh"),
            Place("jobs", "/account?tab=batch-jobs"),
            Place("dialog", "/account?tab=batch-jobs", press="#open-batch-write"),
            *(Place(f"job-{state}", f"/jobs/{pk}") for state, pk in self.jobs.items()),
            Place("articles-empty", "/account?tab=articles", user="minh"),
            Place("articles", "/account?tab=articles"),
            Place("article", f"/articles/{article}"),
            Place("websites", "/account?tab=websites"),
            Place("profile", "/account?tab=profile"),
            Place("not-found", "/jobs/999999"),
            Place("admin-jobs", "/admin/jobs/batchjob/", user="admin"),
        ]


@contextmanager
def staged() -> Iterator[Stage]:
    """The stage on a database in a folder of its own; all is gone afterwards."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="bw-pictures-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        fake = stack.enter_context(FakeProvider())
        os.environ |= calling(fake) | {
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "127.0.0.1,testserver", "HTTPS_ONLY": "0", "DEBUG": "0",
            "LOG_FORMAT": "json", "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
            "DJANGO_SETTINGS_MODULE": "batchwriter.settings",
        }  # fmt: skip
        yield Stage(stack, folder, fake)


def shoot(
    browser: Browser, stage: Stage, place: Place, file: Path, *,
    language: str = "vi", size: str = "wide", scheme: str = "light", whole: bool = True,
) -> None:  # fmt: skip
    """Take the picture of one place into ``file``."""
    width, height = SIZES[size]
    context = browser.new_context(
        locale={"vi": "vi-VN", "en": "en-US"}[language], color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": height}, timezone_id="Asia/Ho_Chi_Minh",
    )  # fmt: skip
    if place.user:
        session, address = stage.sessions[place.user], stage.web.address
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    page = context.new_page()
    page.goto(stage.web.address + place.path)
    prepare(page, place)
    page.screenshot(path=file, full_page=whole)
    context.close()


def prepare(page: Page, place: Place) -> None:
    """Bring the page into the state that is to be seen."""
    if place.press:
        page.locator(place.press).click()
    if place.name == "dialog":
        page.locator("[name=keywords]").fill("\n".join([*COFFEE[:5], "Cà phê Đà Lạt"]))
        page.locator("#estimate [data-total]").wait_for()
    if place.name == "article":
        page.wait_for_load_state("networkidle")


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every page and state")
    everything = parser.parse_args().all
    with staged() as stage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or None, args=["--no-sandbox"]
        )
        places = {place.name: place for place in stage.places()}
        README.mkdir(parents=True, exist_ok=True)
        for name in ("jobs", "dialog", "article"):
            shoot(browser, stage, places[name], README / f"{name}.png", whole=False)
        if everything:
            EVERYTHING.mkdir(parents=True, exist_ok=True)
            for place, language, size, scheme in product(
                places.values(), ("vi", "en"), SIZES, ("light", "dark")
            ):
                file = EVERYTHING / f"{place.name}-{language}-{size}-{scheme}.png"
                shoot(browser, stage, place, file, language=language, size=size, scheme=scheme)
        browser.close()


if __name__ == "__main__":
    main()
