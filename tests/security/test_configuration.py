"""Threats 29 and 30: what stands open by mistake, and what comes with what we install."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import licences
from tests.environment import ROOT, variables

PRODUCTION = {"SECRET_KEY": "a-long-random-text-of-the-tests-0123456789-ABCDEFGHIJ",
              "ALLOWED_HOSTS": "write.example", "OPENAI_API_KEY": "sk-x",
              "DATABASE_URL": "sqlite:///:memory:"}  # fmt: skip
SHOW = """
import django, json
django.setup()
from django.conf import settings
plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STORAGES["staticfiles"] = {"BACKEND": plain}
from django.test import Client
answers = {}
for name, host, secure in (("safe", "write.example", True), ("plain", "write.example", False),
                           ("stranger", "evil.example", True)):
    answer = Client(raise_request_exception=False).get("/healthz" if name == "stranger" else "/",
        secure=secure, headers={"Host": host})
    answers[name] = [answer.status_code, dict(answer.headers)]
cookies = {name: getattr(settings, name) for name in dir(settings)
           if name.endswith(("COOKIE_SECURE", "COOKIE_HTTPONLY", "COOKIE_SAMESITE"))}
print(json.dumps({"answers": answers, "cookies": cookies, "debug": settings.DEBUG}))
"""


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process with the settings of production."""
    clean = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "batchwriter.settings",
             **dict.fromkeys(variables(), "")}  # fmt: skip
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={**clean, **environment}, text=True,
        capture_output=True, check=False, timeout=90,
    )  # fmt: skip


def test_production_is_closed_by_default() -> None:
    done = python("-c", SHOW, **PRODUCTION)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout.splitlines()[-1])
    assert shown["debug"] is False
    status, headers = shown["answers"]["safe"]
    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Server" not in headers and "X-Powered-By" not in headers
    status, headers = shown["answers"]["plain"]
    assert (status, headers["Location"]) == (301, "https://write.example/")
    assert shown["answers"]["stranger"][0] == 400
    cookies = shown["cookies"]
    assert cookies["SESSION_COOKIE_SECURE"] and cookies["CSRF_COOKIE_SECURE"]
    assert cookies["LANGUAGE_COOKIE_SECURE"] and cookies["SESSION_COOKIE_HTTPONLY"]
    assert {cookies["SESSION_COOKIE_SAMESITE"], cookies["CSRF_COOKIE_SAMESITE"]} == {"Lax"}


def test_the_check_of_a_deployment_is_clean() -> None:
    done = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    weak = python("manage.py", "check", "--deploy", "--fail-level", "WARNING",
                  **{**PRODUCTION, "SECRET_KEY": "short", "HTTPS_ONLY": "0"})  # fmt: skip
    assert weak.returncode != 0


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#", "-"))]
    assert len(packages) > 50
    for line in packages:
        assert re.match(r"[\w.\[\]-]+==\S+", line), line
        assert "--hash=sha256:" in line, line
    assert "--require-hashes" in (ROOT / "scripts" / "setup.sh").read_text(encoding="utf-8")


# Those that ask for nothing but their names, and those that the README names.
ALLOWED = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software|MPL|Mozilla|Unlicense|0BSD|CC0|Zlib|HPND|Artistic|"
    r"GPL-2.0-or-later"
)


def test_licences_are_listed_and_known() -> None:
    packages = licences.installed()
    assert len(packages) > 40
    for name, said in packages.items():
        assert ALLOWED.search(said), f"{name}: {said}"
    listed = licences.LIST.read_text(encoding="utf-8")
    assert listed == licences.table(), "run `python -m scripts.licences`"


def test_every_exception_of_bandit_is_explained() -> None:
    config = Path(ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = config.partition("[tool.bandit]")[2].partition("\n[")[0]
    for rule in re.findall(r'"(B\d+)"', section):
        assert re.search(rf"^#.*{rule}\b", section, flags=re.MULTILINE), rule
    bare = re.compile(r"#\s*nosec\s*$", re.MULTILINE)
    for folder in ("accounts", "articles", "batchwriter", "jobs"):
        for file in (ROOT / folder).rglob("*.py"):
            assert not bare.search(file.read_text(encoding="utf-8")), file
