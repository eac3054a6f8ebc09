"""Somebody who asks for everything that the web process answers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.chaos.world import MODEL, Person, World
from tests.fakes.client import Answer, send

CSRF = "0123456789abcdef0123456789abcdef"
Answers = dict[str, Answer]


class Visitor:
    """A user who is logged in, in a browser and over the API, and an operator."""

    def __init__(self, world: World, user: Person, operator: Person) -> None:
        assert world.web is not None, "this world has no web process"
        self._address = world.web.address
        self._user, self._operator = user, operator

    def reads(self) -> Answers:
        """Pages and calls that write nothing."""
        return self._ask(
            {
                "start page": lambda: self._page("/"),
                "start page, logged in": lambda: self._page("/", self._user),
                "jobs tab": lambda: self._page("/account?tab=batch-jobs", self._user),
                "profile": lambda: self._page("/account?tab=profile", self._user),
                "log-in page": lambda: self._page("/account/login"),
                "admin": lambda: self._page("/admin/jobs/batchjob/", self._operator),
                "me": lambda: self._api("GET", "/api/me"),
                "jobs": lambda: self._api("GET", "/api/batch-jobs"),
                "jobs, browser": lambda: self._page("/api/batch-jobs", self._user),
            }
        )

    def writes(self) -> Answers:
        """A log-in, a job over the API, one from a browser."""
        body = {"keywords": ["một"], "settings": {"model": MODEL}}
        log_in = {"login": self._user.name, "password": "correct horse"}
        return self._ask(
            {
                "log-in": lambda: self._form("/account/login", log_in),
                "token": lambda: self._api("POST", "/api/auth/token", {"username": "a"} | log_in),
                "job": lambda: self._api("POST", "/api/batch-jobs", body),
                "job, browser": lambda: self._form(
                    "/jobs", {"keywords": "hai", "model": MODEL}, self._user
                ),
            }
        )

    def health(self) -> tuple[int, int]:
        """Statuses of ``/healthz`` and ``/readyz``."""
        return self._page("/healthz").status, self._page("/readyz").status

    @staticmethod
    def _ask(questions: dict[str, Callable[[], Answer]]) -> Answers:
        """All at once, as many people would."""
        with ThreadPoolExecutor(len(questions)) as threads:
            asked = {name: threads.submit(ask) for name, ask in questions.items()}
            return {name: answer.result() for name, answer in asked.items()}

    def _page(self, path: str, person: Person | None = None) -> Answer:
        headers = {"Cookie": f"sessionid={person.session}"} if person else {}
        return send("GET", self._address + path, headers=headers)

    def _api(self, method: str, path: str, data: object = None) -> Answer:
        headers = {"Authorization": f"Bearer {self._user.access}"}
        return send(method, self._address + path, headers=headers, data=data)

    def _form(self, path: str, form: dict[str, str], person: Person | None = None) -> Answer:
        cookie = f"csrftoken={CSRF}" + (f"; sessionid={person.session}" if person else "")
        form = {**form, "csrfmiddlewaretoken": CSRF}
        return send("POST", self._address + path, headers={"Cookie": cookie}, form=form)


def check_unavailable(answers: Answers) -> None:
    """Each of ``answers`` says 503 and when to come back, in the API's shape or as a page."""
    for name, answer in answers.items():
        told = f"{name}: {answer.status} {answer.text[:300]}"
        assert answer.status == 503, told
        assert int(answer.headers["Retry-After"]) > 0, told
        if answer.headers["Content-Type"].startswith("application/json"):
            assert answer.json()["error"]["code"] == "unavailable", told
        else:
            assert "<main" in answer.text and "Traceback" not in answer.text, told


def check_fine(answers: Answers) -> None:
    """Each of ``answers`` is what a healthy site says."""
    for name, answer in answers.items():
        assert answer.status in (200, 201, 302), f"{name}: {answer.status} {answer.text[:300]}"
