"""Who may call what: generated from the URLs, so that a new route cannot escape."""

import pytest
from django.forms.models import model_to_dict
from django.urls import URLPattern
from rest_framework.test import APIClient

from batchwriter.urls import api
from tests.api.conftest import World, client_of

OPEN = {"api-token", "api-token-refresh", "api-schema", "api-docs"}
ACTIONS = {"api-pause", "api-resume", "api-cancel", "api-retry", "api-retry-item"}
VERBS = ("get", "post", "patch", "put", "delete")
ROUTES = [route for route in api if isinstance(route, URLPattern) and route.name]
GUARDED = [route for route in ROUTES if route.name not in OPEN]
WITH_ID = [route for route in GUARDED if "<id:" in str(route.pattern)]


def address(route: URLPattern, world: World) -> str:
    """The route with Alice's ids in it."""
    path = str(route.pattern)
    for name, row in (("job", world.job), ("article", world.article), ("website", world.website)):
        path = path.replace(f"<id:{name}_id>", str(row.pk))
    return f"/api/{path.replace('<int:position>', '0')}"


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: str(route.name))
@pytest.mark.parametrize("verb", VERBS)
def test_it_needs_a_user(world: World, route: URLPattern, verb: str) -> None:
    response = getattr(client_of(None), verb)(address(route, world))
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "not_authenticated"


@pytest.mark.parametrize("route", WITH_ID, ids=lambda route: str(route.name))
@pytest.mark.parametrize("verb", VERBS)
def test_it_hides_what_belongs_to_others(world: World, route: URLPattern, verb: str) -> None:
    rows = (world.job, world.article, world.website)
    before = [model_to_dict(row) for row in rows]
    owner = client_of(world.alice).options(address(route, world))
    response = getattr(client_of(world.bob), verb)(address(route, world), {}, format="json")
    allowed = verb.upper() in owner["Allow"]
    assert response.status_code == (404 if allowed else 405)
    assert response.json()["error"]["code"] in ("not_found", "method_not_allowed")
    for row in rows:
        row.refresh_from_db()
    assert [model_to_dict(row) for row in rows] == before


@pytest.mark.parametrize("route", WITH_ID, ids=lambda route: str(route.name))
@pytest.mark.parametrize("number", ["0", "999999", str(2**63), "9" * 26, "-1", "1.5", "x", "%00"])
def test_it_finds_nothing_under_ids_that_are_none(
    alice_client: APIClient, route: URLPattern, number: str
) -> None:
    path = str(route.pattern)
    for name in ("job", "article", "website"):
        path = path.replace(f"<id:{name}_id>", number)
    path = path.replace("<int:position>", "0")
    verb = "post" if route.name in ACTIONS else "get"
    response = getattr(alice_client, verb)(f"/api/{path}")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_it_answers_unknown_paths_in_the_one_shape(db: None) -> None:
    response = client_of(None).get("/api/nothing/here")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


def test_it_refuses_a_session_without_csrf_token(world: World) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(world.alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/api/me").status_code == 200
    response = client.post(f"/api/batch-jobs/{world.job.pk}/pause")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "permission_denied")
    world.job.refresh_from_db()
    assert world.job.status == "pending"
