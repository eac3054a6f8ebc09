"""Clients of the API, and a world with something of everything in it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import User
from articles.models import Article, Website
from jobs import leases
from jobs.models import BatchJob
from tests.factories import WebsiteFactory
from tests.jobs.conftest import person, submit, write_all

__all__ = ["submit"]


def client_of(user: User | None) -> APIClient:
    """A client with the user's access token, or without one."""
    client = APIClient(raise_request_exception=False)
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {RefreshToken.for_user(user).access_token}")
    return client


@dataclass
class World:
    """Alice has a finished job with an article, an open job and a website; Bob has nothing."""

    alice: User
    bob: User
    done: BatchJob
    job: BatchJob
    article: Article
    website: Website


@pytest.fixture
def world(db: None, submit: Callable[..., BatchJob]) -> World:
    """The world."""
    alice, bob = person("alice"), person("bob")
    submit(alice, 2)
    done = write_all(leases.register())
    return World(
        alice=alice,
        bob=bob,
        done=done,
        job=submit(alice, 2),
        article=Article.objects.filter(user=alice).order_by("id")[0],
        website=WebsiteFactory(user=alice),
    )


@pytest.fixture
def alice_client(world: World) -> APIClient:
    """Alice's client."""
    return client_of(world.alice)
