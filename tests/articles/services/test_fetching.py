"""Addresses from outside lead to the open web alone, and no further than is useful."""

import asyncio
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from articles import fetching
from articles.fetching import Fetched, NotFetched, fetch, is_public
from tests import aio
from tests.fakes.services import FakeServices

INSIDE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "2001:0:7f00:1::",
    "64:ff9b::7f00:1", "64:ff9b:1::1", "2001:db8::1", "fe80::1%eth0",
]  # fmt: skip
REFUSED = [
    ("http://127.0.0.1/x.jpg", "inside"), ("http://localhost/x.jpg", "inside"),
    ("http://[::1]/x.jpg", "inside"), ("http://[::ffff:127.0.0.1]/x.jpg", "inside"),
    ("http://169.254.169.254/latest/meta-data/", "inside"), ("http://0x7f.1/x.jpg", "inside"),
    ("http://2130706433/x.jpg", "inside"), ("http://0/x.jpg", "inside"),
    ("http://127.1/x.jpg", "inside"), ("https://10.0.0.1/x.jpg", "inside"),
    ("http://127.0.0.1:6379/x.jpg", "port"), ("http://93.184.216.34:22/x.jpg", "port"),
    ("file:///etc/passwd", "scheme"), ("gopher://127.0.0.1/x", "scheme"),
    ("ftp://a.example/x.jpg", "scheme"), ("data:image/png;base64,AA", "scheme"),
    ("//a.example/x.jpg", "scheme"), ("http:///x.jpg", "scheme"), ("x.jpg", "scheme"),
    ("http://me:pw@a.example/x.jpg", "scheme"), ("http://a.example@127.0.0.1/x", "scheme"),
    ("http://[1/x.jpg", "unreachable"), ("http://a.example:99999/x.jpg", "port"),
    ("http://nowhere.invalid/x.jpg", "unreachable"), ("http://a\r\nb.example/", "unreachable"),
    ("", "scheme"),
]  # fmt: skip
TYPES = ("image/",)


def got(url: str, **more: Any) -> Fetched:
    return aio.run(fetch(url, types=TYPES, **more))


def refused(url: str, **more: Any) -> str:
    with pytest.raises(NotFetched) as caught:
        got(url, **more)
    return caught.value.reason


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Names and the addresses that they have, one list for each time they are looked up."""
    names: dict[str, list[list[str]]] = {}
    looked_up = asyncio.base_events.BaseEventLoop.getaddrinfo

    async def getaddrinfo(self: Any, host: Any, port: Any, **more: Any) -> Any:
        if host not in names:
            return await looked_up(self, host, port, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
                for one in names[host].pop(0)]  # fmt: skip

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return names


@pytest.mark.parametrize("address", INSIDE)
def test_it_knows_addresses_of_the_inside(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:2800:220:1::1",
                                     "::ffff:1.1.1.1"])  # fmt: skip
def test_it_knows_addresses_of_the_web(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(("url", "reason"), REFUSED)
def test_it_refuses_before_it_connects(url: str, reason: str) -> None:
    assert refused(url) == reason


def test_it_refuses_a_name_with_one_address_inside(named: dict[str, Any]) -> None:
    named["both.example"] = [["93.184.216.34", "10.0.0.1"]]
    assert refused("http://both.example/x.jpg") == "inside"


def test_it_connects_to_the_address_that_it_checked(
    fake: FakeServices, settings: LazySettings, named: dict[str, Any]
) -> None:
    host = f"pictures.example:{fake.port}"
    settings.FETCH_ALLOWED_HOSTS = [host]
    # Looked up again, the name would be another's.
    named["pictures.example"] = [["127.0.0.1"], ["203.0.113.1"]]
    assert got(f"http://{host}/good-1.jpg").content_type == "image/jpeg"
    assert named["pictures.example"] == [["203.0.113.1"]]
    assert fake.of("pictures")[0].headers["Host"] == host


def test_it_follows_redirections_through_the_same_checks(fake: FakeServices) -> None:
    assert got(f"{fake.url}/again-2").url == f"{fake.url}/good-0.jpg"
    assert refused(f"{fake.url}/again-3") == "redirects"
    assert refused(f"{fake.url}/inside") == "port"
    assert refused(f"{fake.url}/inside-web") == "inside"
    assert fake.inside_asked == []


def test_it_names_the_destination_without_asking_it(fake: FakeServices) -> None:
    assert aio.run(fetching.destination(f"{fake.url}/inside")).endswith("/secret.jpg")
    assert fake.inside_asked == []
    with pytest.raises(NotFetched):
        aio.run(fetching.destination(f"{fake.url}/good-0.jpg"))


@pytest.mark.parametrize(("name", "most"), [("huge.jpg", 100_000), ("huge-unsaid.jpg", 10_000_000)])
def test_it_breaks_off_what_is_too_large(fake: FakeServices, name: str, most: int) -> None:
    assert refused(f"{fake.url}/{name}") == "too_large"
    assert fake.sent < most + 5_000_000


@pytest.mark.parametrize(
    ("name", "reason"),
    [("page.html", "type"), ("missing", "status")],
)
def test_it_takes_what_it_came_for_alone(fake: FakeServices, name: str, reason: str) -> None:
    assert refused(f"{fake.url}/{name}") == reason


def test_it_waits_for_a_while_alone(fake: FakeServices) -> None:
    assert refused(f"{fake.url}/slow.jpg", seconds=0.2) == "timeout"


def test_it_checks_certificates_by_the_name_that_was_asked_for(
    settings: LazySettings, named: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=good.example", "-addext", "subjectAltName=DNS:good.example", "-keyout", key,
         "-out", certificate], check=True, capture_output=True,
    )  # fmt: skip
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(fetching, "tls", lambda: trusting)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate, key)
    asked: list[str | None] = []
    serving.sni_callback = lambda _socket, name, _context: asked.append(name)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()

    async def both() -> tuple[bytes, str]:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=serving)
        port = server.sockets[0].getsockname()[1]
        settings.FETCH_ALLOWED_HOSTS = [f"good.example:{port}", f"other.example:{port}"]
        named["good.example"] = named["other.example"] = [["127.0.0.1"], ["127.0.0.1"]]
        async with server:
            good = await fetch(f"https://good.example:{port}/x.png", types=TYPES)
            with pytest.raises(NotFetched) as caught:
                await fetch(f"https://other.example:{port}/x.png", types=TYPES)
        return good.body, caught.value.reason

    assert aio.run(both()) == (b"ok", "unreachable")
    assert asked == ["good.example", "other.example"]
