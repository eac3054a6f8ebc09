"""Search and image services on loopback that speak their documented protocols, and fail on demand.

One server is all of them, and the host of their pictures too; a second one, ``inside``, is an
address that nobody from outside may be sent to.
"""

import asyncio
import base64
import io
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from PIL import Image

from tests.fakes.loopback import LoopbackServer

HUGE = 30_000_000
PART = b"\xff" * 65_536


def jpeg(width: int = 900, height: int = 600, colour: str = "teal") -> bytes:
    """A photograph, as far as a computer can tell."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, "JPEG")
    return written.getvalue()


@dataclass
class Asked:
    """One request as a service saw it."""

    service: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any = None


# Fault: the status and JSON that services document for it, and a header. By service where they
# differ.
FAULTS: dict[str, Any] = {
    "rate_limited": (429, {"message": "Too Many Requests"}, {"Retry-After": "30"}),
    "briefly_limited": (429, {"message": "Too Many Requests"}, {"Retry-After": "0.01"}),
    "down": (503, {"message": "Service Unavailable"}, {}),
    "bad_request": (400, {"message": "Missing query parameter"}, {}),
    "not_json": (200, "<html>maintenance</html>", {}),
    "a_list": (200, [], {}),
}
KEY_REFUSED = {
    "serper": (403, {"message": "Unauthorized.", "statusCode": 403}, {}),
    "serpapi": (401, {"error": "Invalid API key. Your API key should be here: …"}, {}),
    "gemini": (400, {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message":
               "API key not valid. Please pass a valid API key."}}, {}),
    "pexels": (401, {"status": 401, "code": "Unauthorized"}, {}),
    "openai": (401, {"error": {"code": "invalid_api_key", "message": "Incorrect API key"}}, {}),
}  # fmt: skip
QUOTA = {
    "serper": (400, {"message": "Not enough credits", "statusCode": 400}, {}),
    "serpapi": (429, {"error": "Your account has run out of searches."}, {}),
    "gemini": (429, {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message":
               "You exceeded your current quota, please check your plan."}}, {}),
    "pexels": (429, {"status": 429, "code": "Too Many Requests: monthly quota"}, {}),
    "openverse": (429, {"detail": "Request was throttled."}, {"Retry-After": "86400"}),
    "openai": (429, {"error": {"code": "insufficient_quota", "message": "You exceeded …"}}, {}),
}  # fmt: skip


@dataclass
class FakeServices(LoopbackServer):
    """The servers; use it as a context manager.

    ``faults`` maps a service to the fault that its calls meet, ``times`` says how often.
    ``pictures`` are the paths on this server that the image services name. ``results`` are the
    organic results of the search services, with the keys of Serper.
    """

    faults: dict[str, str] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    pictures: list[str] = field(default_factory=lambda: [f"/good-{n}.jpg" for n in range(15)])
    results: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    sent: int = 0
    inside_asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.results = self.results or [
            {"title": f"Trang {n}", "link": f"https://trang-{n}.example/bai", "position": n,
             "snippet": f"Giá năm 2026 là {n}.000 đồng.", "date": "3 thg 5, 2026"}
            for n in range(1, 4)
        ]  # fmt: skip

    @property
    def port(self) -> int:
        """Of the services."""
        return self.ports[0]

    @property
    def inside_port(self) -> int:
        """Of what nobody outside may reach."""
        return self.ports[1]

    @property
    def url(self) -> str:
        """Where all the services are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        """The host of the pictures, for FETCH_ALLOWED_HOSTS."""
        return f"127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What a worker's environment needs to use all of them; which one, is chosen beside."""
        return {
            **{f"{name}_BASE_URL": self.url for name in ("SERPER", "SERPAPI", "PEXELS",
               "OPENVERSE")},
            **{f"{name}_API_KEY": f"{name.lower()}-key" for name in ("SERPER", "SERPAPI",
               "PEXELS")},
            "FETCH_ALLOWED_HOSTS": self.host,
        }  # fmt: skip

    def of(self, service: str) -> list[Asked]:
        """The requests to one service."""
        return [one for one in self.asked if one.service == service]

    def applications(self) -> list[web.Application]:
        """The services, and a server inside that they may lead to."""
        app = web.Application()
        for method, path, service in (
            ("POST", "/search", "serper"), ("GET", "/search.json", "serpapi"),
            ("GET", "/v1/search", "pexels"), ("GET", "/v1/images/", "openverse"),
            ("POST", "/v1/images/generations", "openai"),
            ("POST", "/v1beta/models/{model}", "gemini"),
        ):  # fmt: skip
            app.router.add_route(method, path, self._service(service))
        app.router.add_get("/grounding-api-redirect/{number}", self._grounding_redirect)
        app.router.add_get("/{name}", self._picture)
        inside = web.Application()
        inside.router.add_route("*", "/{path:.*}", self._inside)
        return [app, inside]

    def _service(self, service: str) -> Any:
        answers = {"serper": self._serper, "serpapi": self._serpapi, "pexels": self._pexels,
                   "openverse": self._openverse, "openai": self._openai,
                   "gemini": self._gemini}  # fmt: skip

        async def handle(request: web.Request) -> web.StreamResponse:
            body = await request.json() if request.method == "POST" else None
            self.asked.append(Asked(service, request.path, dict(request.query),
                                    dict(request.headers), body))  # fmt: skip
            fault = self.faults.get(service, "")
            if fault and self.times.get(service, 1) > 0:
                self.times[service] = self.times.get(service, 10**9) - 1
                return await _fault(service, fault)
            return web.json_response(answers[service]())

        return handle

    def _rows(self) -> list[dict[str, Any]]:
        return self.results

    def _serper(self) -> dict[str, Any]:
        return {"searchParameters": {"type": "search"}, "organic": self._rows(), "credits": 1}

    def _serpapi(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"search_metadata": {"status": "Success"}}
        if not self._rows():
            return answer | {"error": "Google hasn't returned any results for this query."}
        return answer | {"organic_results": self._rows()}

    def _gemini(self) -> dict[str, Any]:
        chunks = [{"web": {"uri": f"{self.url}/grounding-api-redirect/{n}", "title": row["title"]}}
                  for n, row in enumerate(self._rows())]  # fmt: skip
        supports = [{"segment": {"text": row["snippet"]}, "groundingChunkIndices": [n]}
                    for n, row in enumerate(self._rows())]  # fmt: skip
        metadata = {"webSearchQueries": ["giá cà phê 2026"], "groundingChunks": chunks,
                    "groundingSupports": supports} if chunks else {}  # fmt: skip
        return {
            "candidates": [{"content": {"role": "model", "parts": [{"text": "Facts."}]},
                            "finishReason": "STOP", "groundingMetadata": metadata}],
            "usageMetadata": {"promptTokenCount": 60, "candidatesTokenCount": 40,
                              "totalTokenCount": 100},
        }  # fmt: skip

    def _addresses(self) -> list[str]:
        return [path if "://" in path else self.url + path for path in self.pictures]

    def _pexels(self) -> dict[str, Any]:
        photos = [
            {"id": n, "width": 900, "height": 600, "url": f"https://www.pexels.com/photo/{n}/",
             "photographer": "Lan & Anh", "photographer_url": "https://www.pexels.com/@lan",
             "src": {"large": url, "medium": ""}, "alt": "Green leaves"}
            for n, url in enumerate(self._addresses())
        ]  # fmt: skip
        return {"page": 1, "per_page": 15, "photos": photos, "total_results": len(photos)}

    def _openverse(self) -> dict[str, Any]:
        results = [
            {"id": str(n), "title": f"Market {n}", "url": url, "thumbnail": "", "creator": "Minh",
             "creator_url": "https://flickr.example/minh", "license": "by-sa",
             "license_version": "4.0", "foreign_landing_url": f"https://flickr.example/{n}",
             "license_url": "https://creativecommons.org/licenses/by-sa/4.0/"}
            for n, url in enumerate(self._addresses())
        ]  # fmt: skip
        return {"result_count": len(results), "page_count": 1, "results": results}

    def _openai(self) -> dict[str, Any]:
        return {"created": 1, "data": [{"b64_json": base64.b64encode(jpeg()).decode()}]}

    async def _grounding_redirect(self, request: web.Request) -> web.StreamResponse:
        row = self.results[int(request.match_info["number"])]
        raise web.HTTPFound(row["link"])

    async def _inside(self, request: web.Request) -> web.StreamResponse:
        self.inside_asked.append(request.path)
        return web.Response(body=jpeg(), content_type="image/jpeg")

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.asked.append(Asked("pictures", name, dict(request.query), dict(request.headers)))
        if name.startswith("huge"):
            return await self._huge(request, tells=name == "huge.jpg")
        if name == "inside":
            raise web.HTTPFound(f"http://127.0.0.1:{self.inside_port}/secret.jpg")
        if name == "inside-web":
            raise web.HTTPFound("http://127.0.0.1/secret.jpg")
        if name.startswith("again-"):
            left = int(name.removeprefix("again-"))
            raise web.HTTPFound(f"/again-{left - 1}" if left else "good-0.jpg")
        if name == "slow.jpg":
            await asyncio.sleep(30)
        contents = {
            "broken.jpg": (jpeg()[:400], "image/jpeg"),
            "lying.jpg": (b"<script>alert(1)</script>", "image/jpeg"),
            "drawing.svg": (b"<svg onload=alert(1)>", "image/svg+xml"),
            "page.html": (b"<p>no picture</p>", "text/html"),
            "small.jpg": (jpeg(20, 20), "image/jpeg"),
        }
        if not name.startswith("good") and name not in contents:
            raise web.HTTPNotFound
        content, content_type = contents.get(name, (jpeg(), "image/jpeg"))
        return web.Response(body=content, content_type=content_type)

    async def _huge(self, request: web.Request, *, tells: bool) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
        if tells:
            response.content_length = HUGE
        await response.prepare(request)
        try:
            while self.sent < HUGE:
                await response.write(PART)
                self.sent += len(PART)
        except ConnectionError:
            pass
        return response


async def _fault(service: str, fault: str) -> web.StreamResponse:
    if fault == "silent":
        await asyncio.sleep(60)
    special = {"key_refused": KEY_REFUSED, "quota": QUOTA}.get(fault)
    status, answer, headers = special[service] if special else FAULTS[fault]
    if isinstance(answer, str):
        return web.Response(status=status, text=answer, content_type="text/html", headers=headers)
    return web.json_response(answer, status=status, headers=headers)
