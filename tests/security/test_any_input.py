"""Threats 20 to 23 and 25, by chance: whatever fits the schema, and whatever does not.

No 5xx, no trace of our code, and nothing in an answer that the schema does not say. ``FUZZ_CASES``
is how many cases each call of the API and each parser gets; ``make fuzz`` sets it.
"""

import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import schemathesis
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from articles import checks, store
from articles.writing import html, prompts
from articles.writing.brief import Brief
from batchwriter.errors import InvalidInput
from jobs import lifecycle, submission
from tests.api.conftest import World, client_of

CASES = int(os.environ.get("FUZZ_CASES", "5"))
FUZZ = settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    derandomize="FUZZ_CASES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
CHECKS = [status_code_conformance, content_type_conformance, response_headers_conformance,
          response_schema_conformance]  # fmt: skip
LEAKS = ("Traceback", "site-packages", 'File "', "django.", "SELECT ", "INSERT INTO")
# Made once for all cases; those that end a log-in are called as somebody else.
schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
schema.config.update(base_url="http://testserver")
# Every limit of every parameter besides, where there is time.
schema.config.phases.coverage.enabled = "FUZZ_CASES" in os.environ
counted = 0


@pytest.fixture(scope="module", autouse=True)
def _count() -> Iterator[None]:
    """How many cases there were, for ``scripts.fuzz``."""
    yield
    if "FUZZ_COUNT" in os.environ:
        with open(os.environ["FUZZ_COUNT"], "a", encoding="utf-8") as file:
            file.write(f"{counted}\n")


def one_more() -> None:
    """Count a case."""
    global counted
    counted += 1


class Undo(Exception):
    """What a case has written is taken back."""


@pytest.fixture
def caller(world: World) -> Iterator[Any]:
    """Alice's client."""
    yield client_of(world.alice)


def own_ids(case: Case, world: World) -> None:
    """Every second case is about rows that are there."""
    rows = {"job_id": world.job.pk, "article_id": world.article.pk, "website_id": world.website.pk}
    for name, number in rows.items():
        if name in case.path_parameters and number % 2 == len(str(case.path_parameters[name])) % 2:
            case.path_parameters[name] = number


def sent(case: Case, client: Any) -> Any:
    """The answer to the case, through the whole stack of middleware."""
    made = case.as_transport_kwargs()
    body, headers = made.get("data"), dict(made.get("headers") or {})
    if "json" in made:
        body = json.dumps(made["json"])
    kind = str(headers.pop("Content-Type", "application/json"))
    headers.pop("Accept-Encoding", None)
    extra = {f"HTTP_{name.upper().replace('-', '_')}": str(value)
             for name, value in headers.items() if name.lower() != "authorization"}  # fmt: skip
    query = dict(made.get("params") or {})
    if isinstance(body, str):
        body = body.encode("utf-8", "surrogatepass")
    path = made["url"].removeprefix("http://testserver")
    text = urlencode(query, doseq=True, errors="surrogatepass")
    address = f"{path}?{text}" if text else path
    return client.generic(made["method"], address, body or b"", kind, **extra)


@schema.parametrize()
@FUZZ
def test_the_api_answers_as_its_schema_says(case: Case, caller: Any, world: World) -> None:
    one_more()
    own_ids(case, world)
    try:
        with transaction.atomic():
            answer = sent(case, caller)
            _checked(case, answer)
            raise Undo
    except Undo:
        pass


def _checked(case: Case, answer: Any) -> None:
    text = answer.content.decode()
    assert answer.status_code < 500, text[:500]
    assert not [leak for leak in LEAKS if leak in text and "/api/schema" not in case.path]
    if answer.status_code == 405 or case.path in ("/api/schema", "/api/docs"):
        return
    case.validate_response(as_the_checks_read_it(case, answer), checks=CHECKS)


def as_the_checks_read_it(case: Case, answer: Any) -> Response:
    """The answer in the form of the library."""
    asked = requests.Request(case.method, "http://testserver/").prepare()
    headers = {name: [value] for name, value in answer.headers.items()}
    return Response(answer.status_code, headers, answer.content, asked, 0.0, verify=False)


TEXT = st.text(st.characters(), max_size=300)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from([*submission.DEFAULTS, "other"])


@FUZZ
@given(keywords=ANY | st.lists(TEXT, max_size=30), chosen=st.dictionaries(NAMES, ANY) | ANY)
def test_any_submission_is_taken_or_refused(world: World, keywords: Any, chosen: Any) -> None:
    one_more()
    try:
        made = submission.parse(world.alice, keywords, chosen)
    except InvalidInput as error:
        assert error.fields
        return
    assert 0 < len(made.keywords) <= 1000
    assert all(0 < len(one) <= submission.KEYWORD_LENGTH for one in made.keywords)
    assert len({one.casefold() for one in made.keywords}) == len(made.keywords)


@FUZZ
@given(keywords=st.lists(TEXT, max_size=20))
def test_any_good_list_is_stored(world: World, keywords: list[str]) -> None:
    """What the parser takes, the database takes: on MariaDB too, whatever its collation."""
    one_more()
    try:
        made = submission.parse(world.alice, keywords, {"model": "offline"})
    except InvalidInput:
        return
    try:
        with transaction.atomic():
            job = lifecycle.create(world.alice, made)[0]
            stored = list(job.items.order_by("position").values_list("keyword", flat=True))
            assert stored == made.keywords
            raise Undo
    except Undo:
        pass


HTML = st.lists(
    st.sampled_from(["<p>", "</p>", "<h1>", "<a href='", "'>", "<img src=x", " onerror=", "<svg>",
                     "<math>", "<!--", "-->", "<![CDATA[", "]]>", "<script>", "</script>", "&lt;",
                     "<style>", "<table>", "<td>", "javascript:", "```", "\n", "# ", "|"])
    | TEXT,
    max_size=30,
).map("".join)  # fmt: skip


@FUZZ
@given(text=HTML)
def test_any_html_is_clean_once_and_for_ever(text: str) -> None:
    one_more()
    for made in (html.clean(text), html.from_answer(text)):
        assert html.clean(made) == made
        tags = "".join(html.TAG.findall(made)).lower()
        assert not [bad for bad in ("<script", "<h1", "<style", "<svg", "<img src=x onerror")
                    if bad in tags]  # fmt: skip
        made.encode()


@FUZZ
@given(title=TEXT, values=st.dictionaries(st.sampled_from(sorted(checks.LENGTHS)), ANY))
def test_any_edit_is_stored_or_refused(world: World, title: str, values: dict[str, Any]) -> None:
    one_more()
    try:
        with transaction.atomic():
            store.edit(world.article, **{"content": title, **values})
            raise Undo
    except (Undo, InvalidInput):
        world.article.refresh_from_db()
    slug = store.slug_of(title)
    assert len(slug) <= store.WRITTEN_SLUG_LENGTH
    assert slug == "" or checks.SLUG.match(slug)


@FUZZ
@given(keyword=TEXT)
def test_any_keyword_makes_a_prompt(keyword: str) -> None:
    one_more()
    order = Brief(keyword, "openai", "m", "vi", "casual", "short")
    assert keyword in prompts.body(order).user
