"""Image backends against their protocols and errors, and what becomes of what they name."""

import io
from pathlib import Path

import pytest
from django.conf import LazySettings
from PIL import Image

from articles import fetching
from articles.images import registry
from articles.images.base import Picture
from articles.images.drawn import drawn
from articles.images.gallery import Gallery
from articles.images.reencode import NotAPicture, reencoded
from articles.service_errors import ServiceError
from tests import aio
from tests.fakes.services import FakeServices, jpeg

BACKENDS = ["pexels", "openverse", "openai"]


def picture(settings: LazySettings, name: str, *queries: str) -> Picture:
    settings.IMAGE_BACKEND = name
    backend = registry.get_backend("")
    assert backend is not None
    return aio.run(Gallery(backend, "vi").picture(queries or ("cà phê",)))


def refused(settings: LazySettings, name: str) -> str:
    with pytest.raises(ServiceError) as caught:
        picture(settings, name)
    return caught.value.code


@pytest.mark.parametrize("name", BACKENDS)
def test_it_stores_a_picture_of_our_own_making(
    settings: LazySettings, fake: FakeServices, tmp_path: Path, name: str
) -> None:
    found = picture(settings, name)
    (stored,) = tmp_path.rglob("*.jpg")
    assert found.url == f"/media/{stored.relative_to(tmp_path)}"
    assert len(stored.stem) == 32
    with Image.open(stored) as image:
        assert (image.format, image.size) == ("JPEG", (found.width, found.height))
    assert found.backend == name
    assert len(fake.of(name)) == 1


def test_it_speaks_as_the_services_document_it(settings: LazySettings, fake: FakeServices) -> None:
    credit = picture(settings, "pexels").credit
    (asked,) = fake.of("pexels")
    assert asked.headers["Authorization"] == "pexels-key"
    assert (asked.query["query"], asked.query["locale"]) == ("cà phê", "vi-VN")
    assert (credit.creator, credit.creator_url) == ("Lan & Anh", "https://www.pexels.com/@lan")
    credit = picture(settings, "openverse").credit
    (asked,) = fake.of("openverse")
    assert asked.query["license_type"] == "commercial,modification"
    assert (credit.licence, credit.title) == ("CC BY-SA 4.0", "Market 0")
    settings.IMAGE_MODEL = "image-model"
    picture(settings, "openai")
    (asked,) = fake.of("openai")
    assert asked.headers["Authorization"] == "Bearer openai-or-google-key"
    assert (asked.body["model"], asked.body["n"]) == ("image-model", 1)
    assert "cà phê" in asked.body["prompt"]


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize(
    ("fault", "code"),
    [("key_refused", "key_refused"), ("quota", "quota_exhausted"), ("down", "server_error"),
     ("rate_limited", "rate_limited"), ("not_json", "invalid_answer")],
)  # fmt: skip
def test_it_says_what_a_failure_means(
    settings: LazySettings, fake: FakeServices, name: str, fault: str, code: str
) -> None:
    if name == "openverse" and fault == "key_refused":
        pytest.skip("it takes no key")
    fake.faults[name] = fault
    # Openverse has no account that could be empty: its daily number is a rate.
    expected = "rate_limited" if (name, fault) == ("openverse", "quota") else code
    assert refused(settings, name) == expected
    assert refused(settings, name) in {expected, code}


@pytest.mark.parametrize("bad", ["/broken.jpg", "/lying.jpg", "/drawing.svg", "/page.html",
                                 "/small.jpg", "/missing", "/huge.jpg", "/huge-unsaid.jpg",
                                 "/inside", "http://169.254.169.254/latest/meta-data/x.jpg",
                                 "http://localhost/x.jpg", "file:///etc/passwd"])  # fmt: skip
def test_it_takes_the_next_picture_where_one_is_no_good(
    settings: LazySettings, fake: FakeServices, tmp_path: Path, bad: str
) -> None:
    fake.pictures = [bad, "/good-1.jpg"]
    assert picture(settings, "pexels").width == 900
    assert len(list(tmp_path.rglob("*.*"))) == 1
    assert fake.inside_asked == []
    assert fake.sent < 10_000_000


def test_it_gives_up_after_a_few(settings: LazySettings, fake: FakeServices) -> None:
    fake.pictures = ["/broken.jpg", "/lying.jpg", "/small.jpg", "/good-1.jpg"]
    assert refused(settings, "pexels") == "broken_picture"


def test_it_says_where_there_is_none(settings: LazySettings, fake: FakeServices) -> None:
    fake.pictures = []
    assert refused(settings, "openverse") == "no_result"


def test_it_uses_each_picture_once_and_asks_once_for_the_same(
    settings: LazySettings, fake: FakeServices
) -> None:
    settings.IMAGE_BACKEND = "pexels"
    backend = registry.get_backend("")
    assert backend is not None
    shelf = Gallery(backend, "vi")
    for _ in range(3):
        aio.run(shelf.picture(["cà phê"]))
    assert len(fake.of("pexels")) == 1
    assert [one.path for one in fake.of("pictures")] == [f"good-{n}.jpg" for n in range(3)]


def test_a_slow_picture_is_not_waited_for(
    settings: LazySettings, fake: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.3)
    monkeypatch.setitem(fetching.fetch.__kwdefaults__, "seconds", 0.3)
    fake.pictures = ["/slow.jpg", "/good-0.jpg"]
    assert picture(settings, "pexels").width == 900


def test_it_writes_pictures_anew() -> None:
    written = io.BytesIO()
    image = Image.new("RGB", (2600, 1300), "red")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "where it was taken"
    image.save(written, "JPEG", exif=exif, comment=b"<script>")
    made = reencoded(written.getvalue() + b"<script>alert(1)</script>")
    assert (made.extension, made.width, made.height) == ("jpg", 640, 1280)
    assert b"script" not in made.content
    assert b"taken" not in made.content


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "JPEG"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "CMYK"])
def test_it_takes_every_kind_of_picture(kind: str, mode: str) -> None:
    written = io.BytesIO()
    try:
        Image.new(mode, (300, 200)).save(written, kind)
    except (OSError, ValueError):
        pytest.skip("there are no such files")
    made = reencoded(written.getvalue())
    assert (made.width, made.height) == (300, 200)


def test_it_refuses_bombs_before_it_decodes_them() -> None:
    written = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(written, "PNG")
    assert len(written.getvalue()) < 100_000
    with pytest.raises(NotAPicture, match="pixels"):
        reencoded(written.getvalue())


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", b"%PDF-1.4", jpeg()[:300]])
def test_it_refuses_what_is_no_picture(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        reencoded(content)


def test_it_draws_the_same_for_the_same_words() -> None:
    assert drawn("phở bò") == drawn("phở bò") != drawn("bún bò")
    with Image.open(io.BytesIO(drawn("phở bò"))) as image:
        assert (image.format, image.size) == ("PNG", (1200, 675))


def test_the_offline_writer_has_its_own(settings: LazySettings) -> None:
    assert registry.is_configured("offline")
    assert not registry.is_configured("openai")
    settings.IMAGE_BACKEND = "pexels"
    assert not registry.is_configured("openai")
    settings.PEXELS_API_KEY = "k"
    assert registry.is_configured("openai")
    backend = registry.get_backend("offline")
    assert backend is not None
    assert backend.name == "drawn"
