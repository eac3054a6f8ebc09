"""What the web process loads: pages come without the providers' libraries."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from batchwriter.wsgi import application
from django.test import Client
answer = Client().get("/")
assert answer.status_code == 200, answer.content
answer = Client().get("/api/schema")
assert answer.status_code == 200, answer.content
heavy = ("openai", "google.generativeai", "google.api_core", "grpc", "aiohttp", "httpx", "uvloop",
         "lingua")
print([name for name in heavy if name in sys.modules])
"""


def test_it_loads_no_library_of_a_provider(project_folder: Path, tmp_path: Path) -> None:
    variables = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}", "DEBUG": "1",
                 "OPENAI_API_KEY": "k", "GOOGLE_API_KEY": "k"}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=project_folder, env=variables,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"


WORKER = """
import asyncio, sys
import django
django.setup()
from articles.providers.offline import OfflineProvider
from articles.writing import pipeline
from articles.writing.booking import Spend
from articles.writing.brief import Brief
import jobs.worker
brief = Brief("phở", "offline", "offline", "vi", "casual", "short")
draft = asyncio.run(pipeline.write(brief, OfflineProvider(), Spend()))
assert "<h2>" in draft.content
print([name for name in ("google.genai", "httpx2", "PIL", "pydantic") if name in sys.modules])
"""


def test_a_worker_loads_nothing_for_facts_and_pictures_that_nobody_ordered(
    project_folder: Path,
) -> None:
    variables = {**os.environ, "DEBUG": "1", "DJANGO_SETTINGS_MODULE": "batchwriter.settings",
                 "SEARCH_BACKEND": "gemini", "GOOGLE_API_KEY": "k", "IMAGE_BACKEND": "pexels",
                 "PEXELS_API_KEY": "k"}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", WORKER], cwd=project_folder, env=variables,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"
