"""Pictures are given out to everybody who knows their name, and nothing else is."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.fakes.services import jpeg

NAME = "0123456789abcdef" * 2
PLACE = f"pictures/01/{NAME}.jpg"


@pytest.fixture(autouse=True)
def _stored(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    (tmp_path / "pictures/01").mkdir(parents=True)
    (tmp_path / PLACE).write_bytes(jpeg())
    (tmp_path / "pictures/01/secret.html").write_text("<script>alert(1)</script>")
    (tmp_path / f"pictures/01/{NAME}.svg").write_text("<svg onload=alert(1)>")


def test_it_shows_a_picture_without_a_log_in() -> None:
    shown = Client().get(f"/media/{PLACE}", headers={"Accept-Encoding": "gzip"})
    assert shown.status_code == 200
    assert shown.content == jpeg()
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Cache-Control"] == "public, max-age=31536000, immutable"
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "Set-Cookie" not in shown
    again = Client().get(f"/media/{PLACE}", headers={"If-None-Match": shown["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        f"pictures/01/{'f' * 32}.jpg", f"pictures/01/{NAME}.svg", f"pictures/01/{NAME}.png",
        "pictures/01/secret.html", "pictures/01/", "pictures/", "", f"../media/{PLACE}",
        f"pictures/01/../01/{NAME}.jpg", "pictures/../../etc/passwd", f"{PLACE}%0A",
        f"pictures/01/{NAME}.JPG", f"{PLACE}/", f"pictures/01/{NAME[:-1]}%00.jpg",
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_it_shows_nothing_else(path: str) -> None:
    assert Client().get(f"/media/{path}").status_code == 404


@pytest.mark.django_db
def test_it_takes_nothing() -> None:
    assert Client().post(f"/media/{PLACE}").status_code == 405


@pytest.mark.django_db
def test_pages_load_pictures_from_here_and_chosen_hosts_alone() -> None:
    policy = Client().get("/")["Content-Security-Policy"]
    (images,) = [one for one in policy.split("; ") if one.startswith("img-src")]
    assert images == "img-src 'self' data:"
